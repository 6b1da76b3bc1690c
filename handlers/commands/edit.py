"""`edit C-12 ends_on=2027-03-31`: correct a contract, after a look at before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.context import Context
from handlers.editing import Edited, read_changes, shown
from handlers.followups import tell_people, tell_places
from handlers.forms import form_for
from handlers.registry import Group, Text, Word, command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from handlers.working import check_may_work
from handlers.yes_no import YesNo
from messages.lines import quoted
from messages.model import Button, ButtonStyle, Message, Span, Table, plain
from scoring.errors import Refused
from scoring.model import Person
from scoring.permissions import Right
from storage.audit import Change


@command("edit", right=Right.EDIT_BOOK, group=Group.BOOK, changes=True, needs_one=True)
async def edit(
    ctx: Context,
    renewal: Renewal,
    *,
    ends_on: date | None = None,
    starts_on: date | None = None,
    arr: Word | None = None,
    owner: Person | None = None,
    notice_days: int | None = None,
    auto_renew: YesNo | None = None,
    seats: int | None = None,
    product: Text | None = None,
    revision: Word | None = None,
    confirm: YesNo | None = None,
) -> Message:
    """Show what would change, and change it when confirmed and nobody else did meanwhile.

    `revision` is the contract as the preview showed it; the confirming button carries it.
    """
    if renewal.expansion:  # of a term, whose own renewal follows what is corrected
        of_term = await ctx.tx.opportunities.of_contract(renewal.contract.id)
        renewal = replace(renewal, opportunity=of_term)
    edited = read_changes(
        renewal.contract,
        ends_on=ends_on,
        starts_on=starts_on,
        arr=arr,
        owner_id=owner.id if owner else None,
        notice_days=notice_days,
        auto_renew=None if auto_renew is None else auto_renew is YesNo.YES,
        seats=seats,
        product=product,
    )
    if not edited.after:
        if confirm is YesNo.YES:
            raise Refused("edit.nothing", account=renewal.account.name)
        return _ask(ctx, renewal)
    if revision is not None and revision != str(renewal.contract.revision):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    if owner is not None and "owner_id" in edited.after:
        check_may_work(owner, renewal.account, team=renewal.team, owner_id=renewal.owner_id)
    table = await _table(ctx, renewal, edited)
    if confirm is not YesNo.YES:
        return said(
            ctx.t(
                "edit.preview",
                number=renewal.contract.contract_no,
                account=renewal.account.name,
            ),
            table,
            buttons=(
                Button(
                    ctx.t("common.confirm"),
                    _line(renewal, edited),
                    style=ButtonStyle.PRIMARY,
                ),
            ),
        )
    await _write(ctx, renewal, edited)
    return said(
        ctx.t("edit.done", number=renewal.contract.contract_no, account=renewal.account.name),
        table,
        buttons=(
            Button(ctx.t("button.show"), f"show {renewal.word}"),
            *await undo_button(ctx, "edit"),
        ),
    )


def _ask(ctx: Context, renewal: Renewal) -> Message:
    """The form of everything that can be corrected."""
    word = f"C#{renewal.contract.id}"
    asked = form_for(ctx.phrases, edit, (word,))
    fields = tuple(field for field in asked.fields if field.name not in ("revision", "confirm"))
    sentence = ctx.t("edit.ask", account=renewal.account.name)
    return Message(
        summary=sentence,
        blocks=(),
        form=type(asked)(
            title=asked.title,
            line=asked.line,
            submit=asked.submit,
            cancel=asked.cancel,
            fields=fields,
            intro=(Span(sentence),),
        ),
    )


def _line(renewal: Renewal, edited: Edited) -> str:
    """The line that confirms exactly this preview."""
    values = {**edited.words, "revision": str(renewal.contract.revision), "confirm": "yes"}
    written = " ".join(f"{name}={quoted(value)}" for name, value in values.items())
    return f"edit C#{renewal.contract.id} {written}"


async def _table(ctx: Context, renewal: Renewal, edited: Edited) -> Table:
    ids = {edited.before.get("owner_id"), edited.after.get("owner_id")} - {None}
    people = await ctx.tx.people.many(int(i) for i in ids if i is not None)
    rows = tuple(
        (
            plain(ctx.phrases.heading(f"param.{'owner' if name == 'owner_id' else name}")),
            plain(shown(ctx, renewal, name, edited.before[name], people)),
            plain(shown(ctx, renewal, name, edited.after[name], people)),
        )
        for name in edited.after
    )
    return Table((ctx.t("edit.field"), ctx.t("edit.before"), ctx.t("edit.after")), rows)


async def _write(ctx: Context, renewal: Renewal, edited: Edited) -> None:
    contract = renewal.contract
    rev = await ctx.tx.marks.next_rev()
    before = await ctx.tx.contracts.row(contract.id)
    if not await ctx.tx.contracts.change(
        contract.id,
        before,
        edited.after,
        clock_rev=rev,
        schedule=ctx.rules.schedule,
        today=ctx.today,
        expect_revision=contract.revision,
    ):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    after = await ctx.tx.contracts.row(contract.id)
    # The countdown's number goes back with an undo, so that nothing told before is told again.
    clock = [name for name in ("countdown_no", "known_on") if before[name] != after[name]]
    main = Change(
        "edit",
        "contract",
        contract.id,
        {**edited.before, **{name: before[name] for name in clock}},
        {**edited.after, **{name: after[name] for name in clock}},
    )
    await ctx.record(*await _follow(ctx, renewal, edited), main)
    if renewal.opportunity is not None:
        await ctx.tx.opportunities.shown_anew(renewal.opportunity.id)
        await tell_places(ctx, renewal.opportunity.id, "edited", who=ctx.viewer.name)
        told = {renewal.owner_id, edited.after.get("owner_id")} - {None, ctx.viewer.id}
        await tell_people(
            ctx,
            renewal.opportunity.id,
            sorted(int(i) for i in told if i is not None),
            "edited",
            who=ctx.viewer.name,
        )


async def _follow(ctx: Context, renewal: Renewal, edited: Edited) -> list[Change]:
    """Owner and amount of the renewal follow its contract where they were the same."""
    opportunity = renewal.opportunity
    if opportunity is None or opportunity.stage.decided:
        return []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if "owner_id" in edited.after:
        before["owner_id"] = opportunity.owner_id
        after["owner_id"] = edited.after["owner_id"]
    if "arr" in edited.after and opportunity.amount == edited.before["arr"]:
        before["amount"] = opportunity.amount
        after["amount"] = edited.after["arr"]
    if after and not await ctx.tx.undoing.swap(
        "opportunity", opportunity.id, expect=before, values=after
    ):
        before, after = {}, {}
    now = await ctx.tx.opportunities.get(opportunity.id)
    if now is not None and now.stage is not opportunity.stage:  # lapsed, and prolonged by this
        before["stage"], after["stage"] = opportunity.stage, now.stage
    if not after:
        return []
    return [Change("edit.opportunity", "opportunity", opportunity.id, before, after)]

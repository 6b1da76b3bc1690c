"""`log 华为 和王总电话聊了, 下周三跟进`: a touch, filed in ten seconds."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from secrets import token_hex

from handlers.commands.fix import fix
from handlers.context import Context
from handlers.followups import tell_places
from handlers.forms import form_for
from handlers.reading.touches import TouchReading, read_touch
from handlers.registry import Text, command
from handlers.replies import said
from handlers.subjects import Customer
from handlers.undoing import undo_button
from messages.model import Button, Fields, Message, plain
from scoring import lifecycle
from scoring.model import Opportunity, OpportunityKind, TouchKind
from scoring.permissions import Right
from storage.audit import Change

OFFERED = (TouchKind.CALL, TouchKind.MEETING, TouchKind.VISIT, TouchKind.MESSAGE)
"""Kinds that a tap corrects to; the form has them all."""

FOLLOW_UP_DAYS = 7
"""The next date that a tap offers when the line names none."""


@command("log", right=Right.LOG_TOUCH, changes=True)
async def log(ctx: Context, customer: Customer, text: Text) -> Message:
    """File a touch as understood, say what that was, and offer to mend it."""
    account = customer.account
    known = await ctx.tx.facts.existing("contacts", [account.id], ["name", "left_on"])
    reading = read_touch(
        text,
        today=ctx.today,
        contacts=[str(row["name"]) for row in known.values() if row["left_on"] is None],
    )
    at = _instant(ctx, reading)
    worked_on = await _worked_on(ctx, customer)
    about = worked_on[0] if len(worked_on) == 1 else None
    touch_id = await ctx.tx.touches.add(
        {
            "account_id": account.id,
            "contract_id": about.contract_id if about else None,
            "opportunity_id": about.id if about else None,
            "kind": reading.kind,
            "at": at,
            "person_id": ctx.viewer.id or None,
            "who": ctx.viewer.name,
            "contact": reading.contact,
            "note": reading.note,
            "next_on": reading.next_on,
            "source": "chat",
            "natural_key": token_hex(16),
        }
    )
    parts = await _work_on(ctx, worked_on, reading.kind)
    await ctx.record(
        *parts,
        # Before it was written it counted as taken back: that is what undo restores.
        Change("log", "touch", touch_id, {"undone_at": ctx.now}, {"undone_at": None}),
    )
    for part in parts:  # a touch alone is nobody else's news; a new stage is
        await tell_places(ctx, part.subject_id or 0, "staged", who=ctx.viewer.name)
    ctx.understood = {
        "account": account.name,
        "kind": reading.kind.value,
        "contact": reading.contact,
        "at": at.astimezone(ctx.rules.zone).isoformat(),
        "next_on": reading.next_on.isoformat() if reading.next_on else None,
    }
    return said(
        ctx.t("log.done", account=account.name),
        _understood(ctx, reading),
        buttons=(
            *await undo_button(ctx, "log"),
            Button(
                ctx.t("log.mend"),
                f"fix T-{touch_id}",
                form=form_for(ctx.phrases, fix, (f"T-{touch_id}",)),
            ),
            *_fixes(ctx, touch_id, reading),
        ),
    )


def _instant(ctx: Context, reading: TouchReading) -> datetime:
    """When it happened: now, or noon of an earlier day."""
    if reading.happened_on == ctx.today:
        return ctx.now
    return datetime.combine(reading.happened_on, time(12), ctx.rules.zone)


async def _worked_on(ctx: Context, customer: Customer) -> list[Opportunity]:
    """The claimed renewals that a touch keeps alive: the one named, or all of the customer."""
    if customer.renewal is not None:
        named = customer.renewal.opportunity
        found = [named] if named else []
    else:
        found = await ctx.tx.opportunities.of_account(customer.account.id)
    return [
        opportunity
        for opportunity in found
        if opportunity.kind is OpportunityKind.RENEWAL
        and opportunity.claimed_by_id is not None
        and not opportunity.stage.decided
    ]


async def _work_on(ctx: Context, opportunities: list[Opportunity], kind: TouchKind) -> list[Change]:
    """Renew the lease of each, and note that the customer was spoken with."""
    changes: list[Change] = []
    for opportunity in opportunities:
        await ctx.tx.opportunities.touched(opportunity.id, at=ctx.now)
        after = lifecycle.after_touch(opportunity.stage)
        if kind is TouchKind.NOTE or after is opportunity.stage:
            continue
        if await ctx.tx.opportunities.move(
            opportunity.id, expect=opportunity.stage, to=after, at=ctx.now
        ):
            changes.append(
                Change(
                    "log.opportunity",
                    "opportunity",
                    opportunity.id,
                    {"stage": opportunity.stage},
                    {"stage": after},
                )
            )
    return changes


def _understood(ctx: Context, reading: TouchReading) -> Fields:
    nobody = ctx.t("log.no_contact")
    never = ctx.t("log.no_next")
    return Fields(
        (
            (ctx.t("param.kind"), plain(ctx.phrases.label(reading.kind))),
            (ctx.t("param.contact"), plain(reading.contact or nobody)),
            (
                ctx.t("log.happened"),
                plain(ctx.phrases.days_away((reading.happened_on - ctx.today).days)),
            ),
            (
                ctx.t("param.next_on"),
                plain(
                    ctx.t(
                        "log.day",
                        on=reading.next_on,
                        weekday=ctx.phrases.weekday(reading.next_on),
                    )
                    if reading.next_on
                    else never
                ),
            ),
        )
    )


def _fixes(ctx: Context, touch_id: int, reading: TouchReading) -> list[Button]:
    fixes: list[Button] = []
    if reading.next_on is None:
        on = ctx.today + timedelta(days=FOLLOW_UP_DAYS)
        fixes.append(
            Button(
                ctx.t("log.next_button", on=ctx.phrases.day_short(on)),
                f"fix T-{touch_id} next_on={on.isoformat()}",
            )
        )
    fixes += [
        Button(ctx.phrases.label(kind), f"fix T-{touch_id} kind={kind.value}")
        for kind in OFFERED
        if kind is not reading.kind
    ]
    return fixes[:4]

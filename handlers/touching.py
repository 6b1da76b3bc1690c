"""Keeping a touch: what is written, which renewals it keeps alive, what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from secrets import token_hex

from handlers.context import Context
from handlers.followups import tell_places
from handlers.reading.touches import TouchReading, read_touch
from handlers.replies import said
from handlers.subjects import Customer
from handlers.taps import asking
from handlers.undoing import undo_button
from messages.model import Button, Fields, Message, plain
from scoring import lifecycle
from scoring.errors import Conflict
from scoring.model import Opportunity, Person, TouchKind
from storage.audit import Change

OFFERED = (TouchKind.CALL, TouchKind.MEETING, TouchKind.VISIT, TouchKind.MESSAGE)
"""Kinds that a tap corrects to; the form has them all."""

FOLLOW_UP_DAYS = 7
"""The next date that a tap offers when the line names none."""

MOST_CARDS = 10
"""Renewals of one customer whose cards are shown anew after a touch."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a touch comes from: when it was, whose of us it is, and what it is known by.

    Without an `at` the words say when, without `by` it is the viewer's, without a `key` it is
    always a new one.
    """

    at: datetime | None = None
    by: Person | None = None
    source: str = "chat"
    key: str = ""


TYPED = Origin()
"""Written down by the one whose touch it was."""


async def keep_touch(
    ctx: Context, customer: Customer, reading: TouchReading, origin: Origin = TYPED
) -> Message:
    """Write it, renew the claims it keeps alive, and say what was understood with ways to mend it."""
    account = customer.account
    at = origin.at or _instant(ctx, reading)
    open_ones = await _open_renewals(ctx, customer)
    worked_on = [one for one in open_ones if one.claimed_by_id is not None]
    about = worked_on[0] if len(worked_on) == 1 else None
    by = origin.by or ctx.viewer
    touch_id = await ctx.tx.touches.add_once(
        {
            "account_id": account.id,
            "contract_id": about.contract_id if about else None,
            "opportunity_id": about.id if about else None,
            "kind": reading.kind,
            "at": at,
            "person_id": by.id or None,
            "who": by.name,
            "contact": reading.contact,
            "note": reading.note,
            "next_on": reading.next_on,
            "source": origin.source,
            "natural_key": origin.key or token_hex(16),
        }
    )
    if touch_id is None:  # the same one, a moment ago: look again
        raise Conflict
    parts = await _work_on(ctx, worked_on, reading.kind)
    await ctx.record(
        *parts,
        # Before it was written it counted as taken back: that is what undo restores.
        Change("log", "touch", touch_id, {"undone_at": ctx.now}, {"undone_at": None}),
    )
    await _show(ctx, open_ones, parts, reading.kind)
    ctx.understood = {
        "account": account.name,
        "kind": reading.kind.value,
        "contact": reading.contact,
        "at": at.astimezone(ctx.rules.zone).isoformat(),
        "next_on": reading.next_on.isoformat() if reading.next_on else None,
    }
    mend = f"fix T-{touch_id}"
    return said(
        ctx.t("log.done", account=account.name),
        _understood(ctx, reading, at),
        buttons=(
            *await undo_button(ctx, "log"),
            Button(ctx.t("log.mend"), mend, form=asking(ctx.phrases)(mend)),
            *_fixes(ctx, touch_id, reading),
        ),
    )


async def understood(ctx: Context, customer: Customer, text: str, *, today: date) -> TouchReading:
    """What the words say, by somebody who knows the customer's people; `today` is their day."""
    known = await ctx.tx.facts.existing("contacts", [customer.account.id], ["name", "left_on"])
    contacts = [str(row["name"]) for row in known.values() if row["left_on"] is None]
    names = (customer.account.name, *customer.account.aliases)
    return read_touch(text, today=today, contacts=contacts, customer=names)


def _instant(ctx: Context, reading: TouchReading) -> datetime:
    """When it happened: now, or noon of an earlier day."""
    if reading.happened_on == ctx.today:
        return ctx.now
    return datetime.combine(reading.happened_on, time(12), ctx.rules.zone)


def _day(ctx: Context, at: datetime) -> date:
    return at.astimezone(ctx.rules.zone).date()


async def _open_renewals(ctx: Context, customer: Customer) -> list[Opportunity]:
    """The undecided renewals that a touch is about: the one named, or all of the customer."""
    if customer.renewal is not None:
        named = customer.renewal.opportunity
        return [named] if named and not named.stage.decided else []
    found = await ctx.tx.opportunities.of_account(customer.account.id)
    undecided = [one for one in found if not one.stage.decided]
    # Who speaks with a customer speaks of the renewal, unless an expansion is all that is worked on.
    renewals = [one for one in undecided if not one.expansion]
    if any(one.claimed_by_id is not None for one in renewals):
        return renewals
    return [*renewals, *(one for one in undecided if one.expansion and one.claimed_by_id)]


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


async def _show(
    ctx: Context, open_ones: list[Opportunity], parts: list[Change], kind: TouchKind
) -> None:
    """A new stage is everybody's news; a touch alone only shows on cards, and below them."""
    staged = {part.subject_id: str((part.after or {})["stage"]) for part in parts}
    who = ctx.viewer.name
    for opportunity in sorted(open_ones, key=lambda one: one.id not in staged)[:MOST_CARDS]:
        if opportunity.claimed_by_id is None:
            await ctx.tx.opportunities.shown_anew(opportunity.id)
        stage = staged.get(opportunity.id)
        if stage is not None:
            await tell_places(ctx, opportunity.id, "staged", who=who, how={"stage": stage})
        else:
            how = {"kind": kind.value}
            await tell_places(ctx, opportunity.id, "logged", who=who, how=how, quietly=True)


def _understood(ctx: Context, reading: TouchReading, at: datetime) -> Fields:
    nobody = ctx.t("log.no_contact")
    never = ctx.t("log.no_next")
    return Fields(
        (
            (ctx.phrases.heading("param.kind"), plain(ctx.phrases.label(reading.kind))),
            (ctx.phrases.heading("param.contact"), plain(reading.contact or nobody)),
            (
                ctx.t("log.happened"),
                plain(ctx.phrases.days_away((_day(ctx, at) - ctx.today).days)),
            ),
            (
                ctx.phrases.heading("param.next_on"),
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

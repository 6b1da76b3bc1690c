"""What a question offers to pick from: the likeliest days, colleagues, customers, and lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from handlers.context import Context
from handlers.forms import choices_of
from handlers.reading.hours import OwnHours
from handlers.registry import Command, Parameter
from handlers.subjects import Customer, Renewal
from messages.model import Choice
from scoring import lifecycle
from scoring.lists import DueAsk, DueScope
from scoring.model import Account, Person, Stage
from scoring.permissions import PlaceScope, Right, may, reach_of
from scoring.successors import plus_months

MOST_CUSTOMERS = 5
"""Renewals offered where none was named."""

LOOK_BACK = timedelta(days=30)
LOOK_AHEAD = timedelta(days=120)
"""Among which end dates the likeliest renewals are looked for."""

_DAYS = frozenset({("snooze", "until"), ("fix", "next_on")})
"""Parameters that are a day to come soon; other days are the contract's own."""


async def suggestions(
    ctx: Context, command: Command, parameter: Parameter, known: Mapping[str, object]
) -> tuple[Choice, ...]:
    """Choices for a parameter; none where people rather write."""
    reads = parameter.reads
    renewal = next((value for value in known.values() if isinstance(value, Renewal)), None)
    if reads is Stage:
        return _stages(ctx, renewal)
    if isinstance(reads, type) and issubclass(reads, StrEnum):
        return choices_of(ctx.phrases, reads)
    if reads is OwnHours:
        return _hours(ctx)
    if reads is date and (command.name, parameter.name) in _DAYS:
        return _days(ctx, renewal)
    if reads is Person and renewal is not None:
        return await _colleagues(ctx, renewal)
    if reads in (Renewal, Customer, Account):
        return await _customers(ctx, command)
    return ()


def _stages(ctx: Context, renewal: Renewal | None) -> tuple[Choice, ...]:
    now = renewal.opportunity.stage if renewal and renewal.opportunity else Stage.OPEN
    return tuple(Choice(ctx.phrases.label(s), s.value) for s in lifecycle.followers(now))


def _hours(ctx: Context) -> tuple[Choice, ...]:
    """The usual hours, an hour earlier and later, and the person's own where they are others."""
    usual = ctx.rules.hours
    offered = {"default": ctx.t("settings.hours_usual", hours=str(usual).replace("-", "–"))}
    shifted = (usual.shifted(-60), usual.shifted(-30), usual.shifted(30), usual.shifted(60))
    for hours in (*shifted, ctx.viewer.hours):
        if hours is not None and hours != usual:
            offered[str(hours)] = str(hours).replace("-", "–")
    return tuple(Choice(label, value) for value, label in offered.items())


def _days(ctx: Context, renewal: Renewal | None) -> tuple[Choice, ...]:
    """A week, two, a month from now, and the last day that can be waited for."""
    today = ctx.today
    last_on = None
    if renewal is not None and not renewal.expansion:
        contract = renewal.contract
        last_on = lifecycle.last_snooze_on(
            cancel_by_on=contract.cancel_by_on, ends_on=contract.ends_on, today=today
        )
    offered = {
        today + timedelta(days=7): "asking.in_a_week",
        today + timedelta(days=14): "asking.in_two_weeks",
        plus_months(today, 1): "asking.in_a_month",
    }
    days = {on: key for on, key in offered.items() if last_on is None or on < last_on}
    if last_on is not None and last_on > today:
        notice = renewal is not None and renewal.contract.cancel_by_on == last_on
        days[last_on] = "asking.till_notice" if notice else "asking.till_end"
    return tuple(
        Choice(ctx.t(key, on=ctx.phrases.day_short(on)), on.isoformat())
        for on, key in sorted(days.items())
    )


async def _colleagues(ctx: Context, renewal: Renewal) -> tuple[Choice, ...]:
    """Who may work on it and does not already, the renewal's team first."""
    claimed_by = renewal.opportunity.claimed_by_id if renewal.opportunity else None
    team, owner_id = renewal.team, renewal.owner_id
    people = [
        person
        for person in await ctx.tx.people.everybody()
        if person.id != claimed_by
        and may(person, Right.CLAIM, team=team, owner_id=owner_id, place=PlaceScope.DM).allowed
    ]
    people.sort(key=lambda person: (person.team != team, person.id != owner_id, person.name))
    return tuple(Choice(person.name, f"P-{person.id}") for person in people)


async def _customers(ctx: Context, command: Command) -> tuple[Choice, ...]:
    """The viewer's most urgent renewals; for `claim` those that nobody has."""
    if not ctx.viewer.id:
        return ()
    unclaimed = command.name == "claim"
    page = await ctx.tx.due.page(
        DueAsk(
            from_on=ctx.today - LOOK_BACK,
            to_on=ctx.today + LOOK_AHEAD,
            scope=DueScope.ALL if unclaimed else DueScope.MINE,
            person_id=None if unclaimed else ctx.viewer.id,
            unclaimed=unclaimed,
            page_size=MOST_CUSTOMERS,
        ),
        reach_of(ctx.viewer),
    )
    return tuple(Choice(row.account, row.word) for row in page.rows)

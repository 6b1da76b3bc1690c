"""The milestone job: what was crossed is written down, opened, and put into the outbox, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.audience import routes, turns
from handlers.rules import Rules
from scoring.workdays import next_working_moment
from storage.transaction import Tx

NAME = "milestones"


@dataclass(frozen=True, slots=True)
class MilestoneTick:
    """What one run did."""

    due: int = 0
    superseded: int = 0
    opportunities: int = 0
    notifications: int = 0


async def run(tx: Tx, rules: Rules, now: datetime, *, whole_book: bool = False) -> MilestoneTick:
    """Everything crossed up to the organisation's local day of `now`, in one transaction.

    On a day already looked at, only terms that changed since are looked at again, unless
    `whole_book`. The clock may go back: what was told stays told.
    """
    today = now.astimezone(rules.zone).date()
    mark = await tx.marks.take(NAME)
    rev = await tx.marks.current_rev()
    only_changed = mark.on == today and not whole_book
    if only_changed and mark.rev == rev:
        return MilestoneTick()
    await tx.allow_long_statements()
    if mark.rev:  # before the first tick there are no renewals
        await tx.opportunities.follow_terms(seen_rev=mark.rev, up_to_rev=rev, today=today)
    countdown = tx.countdown
    found = await countdown.find(
        today, rules.schedule, seen_rev=mark.rev, only_changed=only_changed
    )
    crossed = await countdown.record(
        today, rules.schedule, now=now, seen_rev=mark.rev, up_to_rev=rev
    )
    opened = told = 0
    if found.due:
        opened, told = await tell_found(tx, rules, now)
    await tx.marks.put(NAME, on=max(today, mark.on or today), rev=rev, at=now)
    return MilestoneTick(crossed.due, crossed.superseded, opened, told)


async def tell_found(tx: Tx, rules: Rules, now: datetime) -> tuple[int, int]:
    """Open the renewals of what was found due, and put its alerts; how many of each."""
    announced_at = next_working_moment(
        now, zone=rules.zone, hours=rules.hours, calendar=rules.calendar
    )
    opened = await tx.countdown.open_opportunities(
        rules.schedule, now=now, announced_at=announced_at, round_robin=await turns(tx)
    )
    today = now.astimezone(rules.zone).date()
    told = await tx.countdown.announce(await routes(tx, rules, now), today=today, now=now)
    return opened, told

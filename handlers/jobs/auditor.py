"""The auditor: checks independently that every alert was put and every delivery ends.

What has no row at all is put again, when it is still the newest of its kind (a term's milestone, a
customer's warning, an open expansion) and nothing about it hangs anywhere; that, too, is a finding. Where some of several recipients are missing it is
only told: nobody can know whether they had read it before the row was taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.audience import routes
from handlers.jobs import milestones
from handlers.rules import Rules
from handlers.warning import WARNING, put_after_all
from scoring.model import DeliveryState
from storage.expansions import Expansions
from storage.outbox import Delivery
from storage.store import Store
from storage.transaction import Tx
from storage.unheard import Unheard, UnheardExpansion, UnheardWarning
from storage.vanishing import Vanished
from storage.written_off import WrittenOff

LOOK_BACK_DAYS = 40
"""The longest downtime that is planned for (reliability.md, F8)."""

PATIENCE_H = 6
"""A delivery that is this late is told of; back-off alone never takes longer than minutes."""


_BACK = " put back"


class Problem(StrEnum):
    """What can be wrong."""

    UNTOLD = "untold"
    MISSING = "missing"
    OVERDUE = "overdue"
    REVIEW = "review"
    FAILED = "failed"
    UNREGISTERED = "unregistered"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `subject` is a contract number or the key of an alert
    or delivery; `detail` what is known about it."""

    problem: Problem
    subject: str
    detail: str

    @property
    def put_back(self) -> bool:
        """Whether what vanished is there again."""
        return self.detail.endswith(_BACK)


@dataclass(frozen=True, slots=True)
class Audit:
    """All findings, and how many alerts were put again because of them."""

    findings: tuple[Finding, ...]
    put_again: int

    def count(self, problem: Problem) -> int:
        """How many findings of one kind there are."""
        return sum(finding.problem is problem for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Look:
    """What an audit found, and what of it may be told after all."""

    findings: tuple[Finding, ...]
    untold: bool
    written_off: bool
    warnings: Sequence[UnheardWarning]
    expansions: Sequence[UnheardExpansion]


async def look(tx: Tx, rules: Rules, now: datetime, *, patience_h: float = PATIENCE_H) -> Look:
    """Compare the ledger with the outbox and the outbox with its end; only reads."""
    await tx.allow_long_statements()
    since = now - timedelta(days=LOOK_BACK_DAYS)
    today = now.astimezone(rules.zone).date()
    # What was deleted after somebody may have read it was told when it vanished.
    read = await tx.vanishing.read_alerts(days=LOOK_BACK_DAYS)
    untold = [one for one in await tx.auditing.untold(since=since) if one.alert not in read]
    written_off = [
        one
        for one in await WrittenOff(tx.connection).find(today, rules.schedule, since=since)
        if one.alert not in read
    ]
    missing = await tx.auditing.missing(since=since)
    unregistered = await tx.auditing.unregistered(since=since)
    late = await tx.auditing.overdue(before=now - timedelta(hours=patience_h))
    ended_badly = await tx.auditing.ended_badly(since=since)
    unheard = Unheard(tx.connection)
    floor_on = today - timedelta(days=rules.schedule.grace_days)
    warnings = [
        one
        for one in await unheard.warnings(since=since, floor_on=floor_on)
        if f"{WARNING}:{one.warning.key}" not in read
    ]
    expansions = [
        one
        for one in await unheard.expansions(since=since)
        if f"expansion:{one.opportunity_id}" not in read
    ]
    findings = (
        *(
            Finding(
                Problem.UNTOLD, entry.contract_no, f"{entry.anchor} {entry.offset_days} {entry.on}"
            )
            for entry in (*untold, *written_off)
        ),
        *(
            Finding(Problem.UNTOLD, f"{WARNING}:{one.warning.key}", one.at.isoformat())
            for one in warnings
        ),
        *(Finding(Problem.UNTOLD, f"expansion:{one.opportunity_id}", "") for one in expansions),
        *(
            Finding(
                Problem.MISSING, alert.contract_no, f"{alert.alert} {alert.rows}/{alert.audience}"
            )
            for alert in missing
        ),
        *(_of_row(Problem.UNREGISTERED, row) for row in unregistered),
        *(_of_row(Problem.OVERDUE, row) for row in late),
        *(_of_row(_BAD_ENDS[row.state], row) for row in ended_badly),
    )
    return Look(findings, bool(untold), bool(written_off), warnings, expansions)


async def audit_outbox(
    store: Store, rules: Rules, now: datetime, *, patience_h: float = PATIENCE_H
) -> Audit:
    """Look without holding up any writer; writes only when an alert has to be put again."""
    async with store.read() as tx:
        found = await look(tx, rules, now, patience_h=patience_h)
    put_again = 0
    if found.untold:
        since = now - timedelta(days=LOOK_BACK_DAYS)
        today = now.astimezone(rules.zone).date()
        async with store.begin() as tx:
            await tx.allow_long_statements()
            await tx.vanishing.gather(await tx.vanishing.read_alerts(days=LOOK_BACK_DAYS))
            await tx.auditing.take_up_untold(since=since)
            put_again = await tx.auditing.tell_after_all() + await tx.countdown.announce(
                await routes(tx, rules, now), today=today, now=now
            )
            await tx.vanishing.doubt_again(now=now)
    if found.written_off:
        put_again += await _tell_written_off(store, rules, now)
    put_again += await _put_again(store, rules, now, found.warnings, found.expansions)
    return Audit(found.findings, put_again)


async def _tell_written_off(store: Store, rules: Rules, now: datetime) -> int:
    """Rows put for terms of which the ledger wrote off what should have been told."""
    since = now - timedelta(days=LOOK_BACK_DAYS)
    today = now.astimezone(rules.zone).date()
    async with store.begin() as tx:
        await tx.marks.take(milestones.NAME)  # the ledger has one writer at a time
        await tx.allow_long_statements()
        await tx.vanishing.gather(await tx.vanishing.read_alerts(days=LOOK_BACK_DAYS))
        await WrittenOff(tx.connection).take_up(today, rules.schedule, since=since, now=now)
        _opened, told = await milestones.tell_found(tx, rules, now)
        await tx.vanishing.doubt_again(now=now)
    return told


async def _put_again(
    store: Store,
    rules: Rules,
    now: datetime,
    warnings: Sequence[UnheardWarning],
    expansions: Sequence[UnheardExpansion],
) -> int:
    """Rows put for what nobody heard and is still right to tell."""
    held = [one.warning for one in warnings if one.again]
    open_ones = [one.opportunity_id for one in expansions if one.again]
    if not held and not open_ones:
        return 0
    async with store.begin() as tx:
        await tx.allow_long_statements()
        put = await put_after_all(tx, rules, now, held)
        if open_ones:
            reached = await routes(tx, rules, now)
            put += await Expansions(tx.connection).announce(open_ones, reached, now=now)
        await tx.vanishing.doubt_again(now=now)
    return put


_BAD_ENDS = {DeliveryState.REVIEW: Problem.REVIEW, DeliveryState.FAILED: Problem.FAILED}


def _of_row(problem: Problem, row: Delivery) -> Finding:
    return Finding(problem, row.key, f"{row.platform}:{row.place} {row.state} {row.error or ''}")


def vanished_finding(one: Vanished, *, back: bool) -> Finding:
    """A row that was deleted by hand; `back`: it is there again."""
    return Finding(Problem.VANISHED, one.key, f"{one.what} {one.state}{_BACK if back else ''}")

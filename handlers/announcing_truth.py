"""Whether what was put into the outbox is still true when it is about to be said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from handlers.audience import Desks
from handlers.rules import Rules
from scoring.model import Anchor, Person
from scoring.views import RenewalLine
from storage.outbox import Delivery
from storage.transaction import Tx

EXPANSION = "expansion"
"""The kind of rows that tell of a new expansion."""

ALERTS = ("milestone", "escalation", "warning", EXPANSION)
"""What the clock interrupts people with, in the order of reports; the budget of a day counts all of
these together."""

LATE = "late"
"""What a note says of an alert that is held up."""


@dataclass(slots=True)
class Verdicts:
    """Rows sorted by what is to become of them."""

    told: list[Delivery] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    deferred: dict[int, datetime] = field(default_factory=dict)
    strayed: list[Delivery] = field(default_factory=list)
    """Those of the superseded alerts that hold, and are for somebody else by now."""


def judge(
    rows: Sequence[Delivery],
    lines: Mapping[int, RenewalLine],
    person: Person | None,
    rules: Rules,
    now: datetime,
    *,
    strayed: Collection[int] = (),
) -> Verdicts:
    """Decide every row against the book as it stands; `lines` are by what rows are about.

    `strayed` are rows whose reader may not read them any more.
    """
    verdicts = Verdicts()
    newest = _newest(rows)
    zone = rules.zone_of(person)
    today = now.astimezone(zone).date()
    for row in rows:
        line = lines.get(row.about)
        if line is None or not _holds(row, line) or row.id not in newest:
            verdicts.superseded.append(row.id)
            continue
        if row.id in strayed:
            verdicts.superseded.append(row.id)
            if row.kind in ALERTS:
                verdicts.strayed.append(row)
            continue
        wake_on = _sleeps_until(row, line, today)
        if wake_on is not None:
            verdicts.deferred[row.id] = _morning(row, wake_on, person, Desks(rules, now))
        else:
            verdicts.told.append(row)
    return verdicts


def _holds(row: Delivery, line: RenewalLine) -> bool:
    match row.kind:
        case "milestone":
            return not line.decided and countdown_no_of(row) == line.countdown_no
        case "escalation" | "expansion":
            return not line.decided and line.claimed_by_id is None
        case "warning":
            return not line.decided
        case "followup":
            return True
    raise ValueError(f"nobody knows how to tell {row.kind}")


async def outdated(tx: Tx, rows: Iterable[Delivery]) -> set[int]:
    """Notes about alerts that do not wait any more."""
    about = {row.id: row.facts.get("row", 0) for row in rows if row.facts.get("what") == LATE}
    waits = await tx.outbox.still_waiting(set(about.values())) if about else set()
    return {row_id for row_id, subject in about.items() if subject not in waits}


def countdown_no_of(row: Delivery) -> int:
    """Which countdown a milestone belongs to: `milestone:<contract>:<countdown>:…`."""
    return int(row.key.split(":")[2])


def _newest(rows: Iterable[Delivery]) -> set[int]:
    """Rows that no other row here overtakes: of a term's milestones only the latest is news."""
    latest: dict[tuple[str, int], Delivery] = {}
    others: set[int] = set()
    for row in rows:
        if row.kind not in ALERTS:
            others.add(row.id)
            continue
        key = (row.kind, row.about)
        if key not in latest or _day(row) >= _day(latest[key]):
            latest[key] = row
    return others | {row.id for row in latest.values()}


def _day(row: Delivery) -> str:
    return str(row.facts.get("on", ""))


def anchor_of(row: Delivery, line: RenewalLine) -> Anchor:
    """The date an alert is about; an escalation is about the next one."""
    if "anchor" in row.facts:
        return Anchor(row.facts["anchor"])
    return Anchor.CANCEL_BY if line.cancel_by_on else Anchor.END


def _sleeps_until(row: Delivery, line: RenewalLine, today: date) -> date | None:
    """The day an alert waits for because somebody snoozed it; never past its limit."""
    # Whoever snoozed did not know yet what a warning says.
    if row.kind not in ALERTS or row.kind == "warning":
        return None
    if line.snoozed_until is None or line.snoozed_until <= today:
        return None
    wake_on = min(line.snoozed_until, row.limit_on or line.snoozed_until)
    return wake_on if wake_on > today else None


def _morning(row: Delivery, wake_on: date, person: Person | None, desks: Desks) -> datetime:
    start = desks.rules.hours_of(person).start
    opening = datetime.combine(wake_on, start, desks.zone_of(person))
    at = desks.deliver_at(row.platform, row.place, person, limit_on=row.limit_on, at=opening)
    return max(at, desks.now + timedelta(minutes=1))

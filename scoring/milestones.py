"""When a contract has to be talked about (product.md 5 to 7, data/milestone-cases.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from scoring.model import Anchor, Contract, Segment

LAPSED_OFFSET = -7
"""The alert "lapsed" comes this many days after the end."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One day to speak up: `offset` days before its anchor date."""

    anchor: Anchor
    offset: int
    on: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many days before the countdown's date each segment is announced, and the tolerances.

    `correction_days`: a date moved by no more repeats nothing. `grace_days`: a term that ended
    longer ago when it was imported is history. `open_days`: when the opportunity is opened.
    """

    offsets: Mapping[Segment, tuple[int, ...]] = field(
        default_factory=lambda: {
            Segment.STRATEGIC: (180, 120, 90, 60, 30, 14, 7),
            Segment.CORE: (90, 60, 30, 7),
            Segment.STANDARD: (90, 60, 30, 7),
        }
    )
    open_days: Mapping[Segment, int] = field(
        default_factory=lambda: {
            Segment.STRATEGIC: 180,
            Segment.CORE: 90,
            Segment.STANDARD: 90,
        }
    )
    correction_days: int = 14
    grace_days: int = 30

    @property
    def horizon_days(self) -> int:
        """The earliest announcement of any segment."""
        return max(max(days, default=0) for days in self.offsets.values())


def cancel_by(ends_on: date | None, notice_days: int | None) -> date | None:
    """The last day to give notice, None where there is no end or no notice period."""
    if ends_on is None or not notice_days:
        return None
    return ends_on - timedelta(days=notice_days)


def due_month(countdown_on: date | None) -> int | None:
    """The calendar month of the countdown's date as one number, for the index that lists use."""
    return None if countdown_on is None else countdown_on.year * 12 + countdown_on.month - 1


def restarts_countdown(before: date | None, after: date | None, schedule: Schedule) -> bool:
    """Whether a moved date is more than a correction, so that every milestone is told anew."""
    if before is None or after is None:
        return before is not after
    return abs((after - before).days) > schedule.correction_days


def milestones(contract: Contract, segment: Segment, schedule: Schedule) -> Iterator[Milestone]:
    """All days on which this contract is talked about, oldest first; nothing when open-ended.

    An automatic renewal does not lapse: its end day asks to confirm the new term instead.
    """
    if contract.ends_on is None or contract.countdown_on is None:
        return
    anchor = Anchor.CANCEL_BY if contract.cancel_by_on else Anchor.END
    for offset in sorted(schedule.offsets[segment], reverse=True):
        yield Milestone(anchor, offset, contract.countdown_on - timedelta(days=offset))
    if contract.cancel_by_on:
        yield Milestone(Anchor.CANCEL_BY, 0, contract.cancel_by_on)
    yield Milestone(Anchor.END, 0, contract.ends_on)
    if not contract.auto_renew:
        on = contract.ends_on - timedelta(days=LAPSED_OFFSET)
        yield Milestone(Anchor.END, LAPSED_OFFSET, on)

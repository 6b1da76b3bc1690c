"""The schedule of milestones as SQL over rows of contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from scoring.milestones import LAPSED_OFFSET, Schedule
from scoring.model import Segment


def newest_offset(schedule: Schedule, today: date, day: Any) -> str:
    """SQL for the offset of the newest crossed milestone of a row of contracts, or NULL."""

    def ladder(offsets: Sequence[int]) -> str:
        steps = " ".join(
            f"WHEN countdown_on <= {day(today + timedelta(days=offset))} THEN {offset}"
            for offset in sorted(offsets)
        )
        return f"CASE {steps} END" if steps else "NULL"

    ladders = {segment: ladder(offsets) for segment, offsets in schedule.offsets.items()}
    usual = ladders[Segment.STANDARD]
    special = " ".join(
        f"WHEN segment = '{segment}' THEN {steps}"
        for segment, steps in ladders.items()
        if steps != usual
    )
    return (
        f"CASE WHEN ends_on <= :lapsed_cut AND NOT auto_renew THEN {LAPSED_OFFSET} "
        f"WHEN countdown_on <= :today THEN 0 {special} ELSE {usual} END"
    )


def arms(schedule: Schedule, today: date, day: Any) -> Iterator[str]:
    """Rows (segment, part, offset, last anchor date for which it is crossed)."""
    for segment, offsets in schedule.offsets.items():
        for offset in offsets:
            yield f"('{segment}', 'count', {offset}, {day(today + timedelta(days=offset))})"
        yield f"('{segment}', 'cancel', 0, {day(today)})"
        yield f"('{segment}', 'end', 0, {day(today)})"
        lapsed_on = today + timedelta(days=LAPSED_OFFSET)
        yield f"('{segment}', 'end', {LAPSED_OFFSET}, {day(lapsed_on)})"


def open_days(schedule: Schedule) -> str:
    """SQL for how many days ahead the renewal of a contract `c` is opened."""
    usual = schedule.open_days[Segment.STANDARD]
    special = " ".join(
        f"WHEN '{segment}' THEN {days}"
        for segment, days in schedule.open_days.items()
        if days != usual
    )
    return f"CASE c.segment {special} ELSE {usual} END" if special else str(usual)

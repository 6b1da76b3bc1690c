"""The term that follows a renewed one, so that next year is not forgotten."""

from __future__ import annotations

import calendar
import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count

USUAL_MONTHS = 12
"""How long the next term is when nobody knows how long the last one was."""

_DAY = timedelta(days=1)
_ROUND = re.compile(r"-R(\d{1,4})\Z")


class Outcome(StrEnum):
    """How a term ended, in the words of the outcomes file."""

    RENEWED = "renewed"
    EXPANDED = "expanded"
    DOWNGRADED = "downgraded"
    CHURNED = "churned"


@dataclass(frozen=True, slots=True)
class Term:
    """A span with both its first and its last day."""

    starts_on: date
    ends_on: date


def next_term(starts_on: date | None, ends_on: date | None, *, today: date) -> Term:
    """The term after this one: from the day after its end, as long as it was.

    Whole months stay whole months (a year stays a year in leap years too). A term without a start
    is followed by a year, one without an end by a year from today.
    """
    start = today if ends_on is None else ends_on + _DAY
    if starts_on is None or ends_on is None or starts_on > ends_on:
        return Term(start, plus_months(start, USUAL_MONTHS) - _DAY)
    months = _whole_months(starts_on, ends_on)
    if months is None:
        return Term(start, start + (ends_on - starts_on))
    return Term(start, plus_months(start, months) - _DAY)


def _whole_months(starts_on: date, ends_on: date) -> int | None:
    after = ends_on + _DAY
    months = (after.year - starts_on.year) * 12 + after.month - starts_on.month
    return months if months > 0 and plus_months(starts_on, months) == after else None


def plus_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_number(contract_no: str, taken: Container[str]) -> str:
    """`HT-1` is followed by `HT-1-R1`, that by `HT-1-R2`; numbers in use are skipped."""
    found = _ROUND.search(contract_no)
    stem = contract_no[: found.start()] if found else contract_no
    first = int(found[1]) + 1 if found else 1
    return next(no for n in count(first) if (no := f"{stem}-R{n}") not in taken)


def outcome_of(before: Decimal | None, after: Decimal | None) -> Outcome:
    """Whether a renewal grew, shrank or stayed; unknown amounts count as stayed."""
    if before is None or after is None or before == after:
        return Outcome.RENEWED
    return Outcome.EXPANDED if after > before else Outcome.DOWNGRADED

"""How long a term is and what a year of it is worth."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CENT = Decimal("0.01")
SHORTEST_DAYS = 7
LONGEST_DAYS = 3_653


def term_days(starts_on: date, ends_on: date) -> int:
    """The length of a term with both its first and its last day."""
    return (ends_on - starts_on).days + 1


@lru_cache(maxsize=4_096)
def whole_months(starts_on: date, ends_on: date) -> int | None:
    """How many months a term has, None when it is not a whole number of them.

    People write the last day (…-12-31) or the day after it (…-01-01), and are off by one now and
    then: a day more or less on either side still counts as whole.
    """
    days = term_days(starts_on, ends_on)
    months = round(days / 30.436875)
    if months < 1:
        return None
    full = _plus_months(starts_on, months)
    off = (ends_on + timedelta(days=1) - full).days
    return months if -1 <= off <= 2 else None


def annualised(total: Decimal, starts_on: date, ends_on: date) -> Decimal:
    """What a year costs when the whole term costs `total`, to the cent.

    Whole months count as months, so that 12 months stay exact; other terms count in days of a
    365-day year.
    """
    months = whole_months(starts_on, ends_on)
    if months is not None:
        yearly = total * 12 / months
    else:
        yearly = total * 365 / term_days(starts_on, ends_on)
    return yearly.quantize(CENT, ROUND_HALF_UP)


def _plus_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))

"""The term that follows a renewed one."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.successors import Outcome, next_number, next_term, outcome_of, plus_months

TODAY = date(2026, 11, 23)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "expected"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2023, 3, 1), date(2024, 2, 29), (date(2024, 3, 1), date(2025, 2, 28))),
        (date(2025, 12, 1), date(2025, 12, 31), (date(2026, 1, 1), date(2026, 1, 31))),
        (date(2024, 1, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2029, 12, 31))),
        (date(2026, 1, 5), date(2026, 1, 14), (date(2026, 1, 15), date(2026, 1, 24))),
        (None, date(2026, 12, 31), (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2026, 1, 1), None, (TODAY, date(2027, 11, 22))),
    ],
)
def test_the_next_term_is_as_long_as_the_last(
    starts_on: date | None, ends_on: date | None, expected: tuple[date, date]
) -> None:
    term = next_term(starts_on, ends_on, today=TODAY)
    assert (term.starts_on, term.ends_on) == expected


@given(days, st.integers(0, 4000))
def test_terms_follow_without_a_gap_and_about_as_long(starts_on: date, length: int) -> None:
    ends_on = starts_on + timedelta(days=length)
    term = next_term(starts_on, ends_on, today=TODAY)
    assert term.starts_on == ends_on + timedelta(days=1)
    # As many months elsewhere in the calendar; a February more or less, and the leap days apart.
    leap_days = _leap_days(term.starts_on, term.ends_on) - _leap_days(starts_on, ends_on)
    assert abs((term.ends_on - term.starts_on).days - length - leap_days) <= 3


def _leap_days(first: date, last: date) -> int:
    years = range(first.year, last.year + 1)
    days = (date(year, 2, 29) for year in years if isleap(year))
    return sum(first <= day <= last for day in days)


@given(days, st.integers(1, 120))
def test_a_number_of_months_ahead_is_never_in_another_month(day: date, months: int) -> None:
    later = plus_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@pytest.mark.parametrize(
    ("number", "taken", "expected"),
    [
        ("HT-1", set(), "HT-1-R1"),
        ("HT-1-R1", set(), "HT-1-R2"),
        ("HT-1", {"HT-1-R1", "HT-1-R2"}, "HT-1-R3"),
    ],
)
def test_numbers_count_the_rounds(number: str, taken: set[str], expected: str) -> None:
    assert next_number(number, taken) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Decimal(10), Decimal(12), Outcome.EXPANDED),
        (Decimal(10), Decimal(8), Outcome.DOWNGRADED),
        (Decimal(10), Decimal("10.00"), Outcome.RENEWED),
        (None, Decimal(8), Outcome.RENEWED),
    ],
)
def test_the_outcome_compares_the_amounts(
    before: Decimal | None, after: Decimal | None, expected: Outcome
) -> None:
    assert outcome_of(before, after) is expected

"""Spans of time as people ask for them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.days import Period, read_period

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("phrase", "from_on", "to_on"),
    [
        ("30d", "2026-03-02", "2026-04-01"),
        ("30天", "2026-03-02", "2026-04-01"),
        ("30 days", "2026-03-02", "2026-04-01"),
        ("next 30 days", "2026-03-02", "2026-04-01"),
        ("未来30天", "2026-03-02", "2026-04-01"),
        ("３０天", "2026-03-02", "2026-04-01"),
        ("last 7 days", "2026-02-23", "2026-03-02"),
        ("过去30天", "2026-01-31", "2026-03-02"),
        ("2w", "2026-03-02", "2026-03-16"),
        ("两周", "2026-03-02", "2026-03-16"),
        ("3个月内", "2026-03-02", "2026-06-02"),
        ("半年", "2026-03-02", "2026-09-02"),
        ("本周", "2026-03-02", "2026-03-08"),
        ("本月", "2026-03-01", "2026-03-31"),
        ("this month", "2026-03-01", "2026-03-31"),
        ("下月", "2026-04-01", "2026-04-30"),
        ("下个月", "2026-04-01", "2026-04-30"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("本季度", "2026-01-01", "2026-03-31"),
        ("this quarter", "2026-01-01", "2026-03-31"),
        ("下季度", "2026-04-01", "2026-06-30"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("一季度", "2026-01-01", "2026-03-31"),
        ("明年Q1", "2027-01-01", "2027-03-31"),
        ("Q1 2027", "2027-01-01", "2027-03-31"),
        ("上半年", "2026-01-01", "2026-06-30"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("March", "2026-03-01", "2026-03-31"),
        ("1月", "2027-01-01", "2027-01-31"),
        ("Feb", "2027-02-01", "2027-02-28"),
        ("2026-05", "2026-05-01", "2026-05-31"),
    ],
)
def test_a_phrase_means_its_span(phrase: str, from_on: str, to_on: str) -> None:
    wanted = Period(date.fromisoformat(from_on), date.fromisoformat(to_on))
    assert read_period(phrase, TODAY) == wanted


def test_a_quarter_and_a_month_wrap_over_the_year() -> None:
    today = date(2026, 11, 20)
    assert read_period("Q1", today) == Period(date(2027, 1, 1), date(2027, 3, 31))
    assert read_period("下季度", today) == Period(date(2027, 1, 1), date(2027, 3, 31))
    assert read_period("60天", today) == Period(today, date(2027, 1, 19))


@pytest.mark.parametrize(
    "phrase", ["", "soon", "0d", "-5天", "99999d", "9999 days", "13月", "Q5", "尽快"]
)
def test_what_is_no_span_is_none(phrase: str) -> None:
    assert read_period(phrase, TODAY) is None


@given(st.text(max_size=45), st.dates(date(1990, 1, 1), date(2150, 1, 1)))
def test_any_text_gives_a_span_in_order_or_none(text: str, today: date) -> None:
    period = read_period(text, today)
    assert period is None or period.from_on <= period.to_on

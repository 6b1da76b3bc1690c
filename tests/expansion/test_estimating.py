"""What an expansion may be worth, and what a won one does to a term's price steps."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load_config
from bot.rules import rules_of
from scoring.expansion import (
    ALWAYS,
    MOST_SHARE,
    Estimate,
    EstimatedBy,
    annual_on,
    document,
    estimate,
    estimate_of,
    grown,
)
from tests.sample_book import MONDAY

D = Decimal
START, SPRING = date(2026, 1, 1), date(2026, 4, 1)
TODAY, LATER = date(2026, 11, 23), date(2027, 6, 1)


@pytest.mark.parametrize(
    ("facts", "share", "by"),
    [
        ({}, "0.10", "usual"),
        ({"active_users": 95, "licensed_users": 100}, "0.19", "seats"),
        ({"active_users": 80, "licensed_users": 100}, "0.10", "usual"),  # as full as they should be
        ({"active_users": 81, "licensed_users": 100}, "0.02", "seats"),
        ({"active_users": 300, "licensed_users": 100}, "0.50", "seats"),  # capped
        ({"active_users": 20, "licensed_users": 100}, "0.10", "usual"),
        ({"active_users": 5, "licensed_users": 0}, "0.10", "usual"),
        ({"active_users": float("nan"), "licensed_users": 100}, "0.10", "usual"),
        ({"active_users": 95, "licensed_users": float("inf")}, "0.10", "usual"),
        ({"active_users": "95", "licensed_users": True}, "0.10", "usual"),
    ],
)
def test_full_seats_are_counted_else_the_usual_share_holds(
    facts: dict[str, object], share: str, by: str
) -> None:
    assert estimate(facts) == Estimate(D(share), EstimatedBy(by))


numbers = st.one_of(st.none(), st.floats(), st.integers(-10, 10**9))


@given(numbers, numbers, st.one_of(st.none(), st.decimals(0, 10**9, places=2)))
def test_an_estimate_is_never_more_than_half_as_much_again(
    active: float | None, licensed: float | None, arr: Decimal | None
) -> None:
    found = estimate({"active_users": active, "licensed_users": licensed})
    assert 0 < found.share <= MOST_SHARE
    worth = found.of(arr)
    assert (worth is None) == (arr is None)
    if worth is not None and arr is not None:
        assert 0 <= worth <= arr * MOST_SHARE + 1


def test_what_is_kept_can_be_read_again() -> None:
    facts = {"csat": 4.5, "nps": None, "odd": 3, "joined_events": 2}
    kept = document(facts, estimate(facts))
    assert kept == {"csat": 4.5, "joined_events": 2.0, "share": "0.10", "by": "usual"}
    assert estimate_of(kept) == estimate(facts)
    assert estimate_of({}) is None
    assert estimate_of({"share": "x", "by": "seats"}) is None


@pytest.mark.parametrize(
    ("arr", "starts_on", "steps", "after", "now"),
    [
        # The first one of a term: what it cost from its start is kept as a step.
        (100, START, {}, {START: 100, TODAY: 120}, 120),
        # Steps there are rise from today on, earlier ones stay.
        (100, START, {START: 80, TODAY: 100}, {START: 80, TODAY: 120}, 120),
        (100, START, {LATER: 150}, {START: 100, TODAY: 120, LATER: 170}, 120),
        # A term that begins later simply costs more.
        (100, LATER, {}, {}, 120),
        (100, TODAY, {}, {}, 120),
        (100, TODAY, {TODAY: 90}, {TODAY: 110}, 110),
        (100, LATER, {START: 90}, {START: 110}, 110),
        # Nobody knows its start: what it cost until today is kept all the same.
        (100, None, {}, {ALWAYS: 100, TODAY: 120}, 120),
        (100, None, {LATER: 150}, {ALWAYS: 100, TODAY: 120, LATER: 170}, 120),
        # A step after the start says nothing of the time before it.
        (100, START, {SPRING: 80}, {START: 100, SPRING: 80, TODAY: 100}, 100),
    ],
)
def test_a_won_expansion_raises_the_price_from_its_day_on(
    arr: int, starts_on: date | None, steps: dict[date, int], after: dict[date, int], now: int
) -> None:
    so_far = {on: D(amount) for on, amount in steps.items()}
    growth = grown(D(arr), starts_on, so_far, D(20), on=TODAY)
    assert growth is not None
    assert growth.arr == now
    assert growth.steps == after


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
amounts = st.decimals(0, 10**9, places=2)


@given(
    st.one_of(st.none(), amounts),
    st.one_of(st.none(), days),
    st.dictionaries(days, amounts, max_size=4),
    st.decimals(1, 10**6, places=2),
    days,
    st.lists(days, min_size=1, max_size=20),
)
def test_what_a_term_cost_before_that_day_is_known_afterwards(
    arr: Decimal | None,
    starts_on: date | None,
    steps: dict[date, Decimal],
    added: Decimal,
    on: date,
    looked_at: list[date],
) -> None:
    growth = grown(arr, starts_on, steps, added, on=on)
    since = on if starts_on is None or starts_on < on else starts_on
    if growth is None:
        assert annual_on(since, arr, steps) is None
        return
    for day in looked_at:
        was, now = annual_on(day, arr, steps), annual_on(day, growth.arr, growth.steps)
        if day >= since:
            assert was is not None
            assert now == was + added
        elif was is not None and (starts_on is None or starts_on <= day):
            assert now == was


def test_an_unknown_price_stays_unknown() -> None:
    assert grown(None, START, {}, D(20), on=TODAY) is None


def test_both_numbers_are_configuration(tmp_path: Path) -> None:
    path = tmp_path / "renewals.toml"
    path.write_text('[expansion]\nrest_days = 30\nusual_share = "0.25"\n')
    assert tomllib.loads(path.read_text())
    rules = rules_of(load_config(path), MONDAY)
    assert rules.expansion_rest_days == 30
    assert rules.expansion_share == D("0.25")
    assert estimate({}, rules.expansion_share).of(D(1000)) == 250

"""Nothing later than a subject's day gets in, and nothing impossible does."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.health.assess import Assessed, assess
from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import (
    NO_DAY,
    Facts,
    Observations,
    Subjects,
    Tickets,
)
from scoring.health.measures import measure
from scoring.health.rule_facts import rule_facts
from scoring.health.seen import seen
from tests.scoring.health.facts_at import (
    ALL_SOURCES,
    T,
    champions,
    days,
    events,
    first_time,
    observations,
    payments,
    subjects,
    surveys,
    terms,
    tickets,
    touches,
    weekly,
)

SIGNALS = (
    "active_users", "licensed_users", "features_used", "features_available", "sentiment",
)  # fmt: skip

past = st.integers(0, 500)
ahead = st.integers(-200, -1)
numbers = st.floats(0.0, 100.0)


def a_book(day: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, list[Any]]]:
    """Rows of every kind, dated by `day`."""
    return st.fixed_dictionaries(
        {name: st.lists(st.tuples(day, numbers), max_size=6) for name in SIGNALS}
        | {
            "tickets": st.lists(
                st.tuples(day, st.one_of(st.none(), day), st.floats(1, 5)), max_size=6
            ),
            "payments": st.lists(st.tuples(day, st.one_of(st.none(), day)), max_size=6),
            "surveys": st.lists(
                st.tuples(day, st.booleans(), st.integers(1, 5), st.integers(1, 3)), max_size=6
            ),
            "events": st.lists(st.tuples(day, st.sampled_from([0.0, 0.5, 1.0])), max_size=6),
            "touches": st.lists(day, max_size=6),
            "contacts": st.lists(st.one_of(st.none(), day), max_size=3),
        }
    )


def facts_of(rows: dict[str, list[Any]]) -> Facts:
    once = {name: dict(rows[name]) for name in SIGNALS}
    return Facts(
        subjects(),
        {name: observations(*found.items()) for name, found in once.items()},
        tickets=tickets(*rows["tickets"]),
        payments=payments(*rows["payments"]),
        surveys=surveys(*rows["surveys"]),
        events=events(*rows["events"]),
        touches=touches(*rows["touches"]),
        contacts=champions(*rows["contacts"]),
        terms=terms((60, 120.0)),
        sources=ALL_SOURCES,
    )


def same(a: Assessed, b: Assessed) -> bool:
    """All that is measured, asked and scored; `due_on` may know what lies ahead."""
    columns = [
        *((a.measured, b.measured, name) for name in ("x", "observed_on")),
        *((a.rule_facts, b.rule_facts, column.name) for column in fields(a.rule_facts)),
        *((a.scores, b.scores, c.name) for c in fields(a.scores) if c.name != "due_on"),
    ]
    return all(
        np.array_equal(getattr(x, name), getattr(y, name), equal_nan=True) for x, y, name in columns
    )


def undone(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What the same book held before any of it that is dated after today was written."""
    kept: dict[str, list[Any]] = {
        kind: [row for row in found if row[0] >= 0]
        for kind, found in rows.items()
        if kind not in ("tickets", "payments", "touches", "contacts")
    }
    kept["touches"] = [ago for ago in rows["touches"] if ago >= 0]
    kept["contacts"] = [None if ago is None or ago < 0 else ago for ago in rows["contacts"]]
    kept["tickets"] = [
        (opened, None if closed is None or closed < 0 else closed, rating)
        for opened, closed, rating in rows["tickets"]
        if opened >= 0
    ]
    kept["payments"] = [
        (due, None if paid is None or paid < 0 else paid)
        for due, paid in rows["payments"]
        if due >= 0 or (paid is not None and paid >= 0)
    ]
    return kept


@given(a_book(st.integers(-200, 500)))
@settings(max_examples=60)
def test_what_happens_after_the_day_changes_nothing(rows: dict[str, list[Any]]) -> None:
    known = assess(facts_of(undone(rows)), DEFAULT_MODEL, first_time())
    assert same(assess(facts_of(rows), DEFAULT_MODEL, first_time()), known)


@given(a_book(past), a_book(ahead))
@settings(max_examples=40)
def test_rows_of_later_days_change_nothing(
    rows: dict[str, list[Any]], later: dict[str, list[Any]]
) -> None:
    later["contacts"] = []  # a champion has no first day
    both = {kind: rows[kind] + later[kind] for kind in rows}
    known = assess(facts_of(rows), DEFAULT_MODEL, first_time())
    assert same(assess(facts_of(both), DEFAULT_MODEL, first_time()), known)


@given(a_book(st.integers(-200, 500)))
@settings(max_examples=30)
def test_measure_and_rule_facts_look_through_seen_by_themselves(
    rows: dict[str, list[Any]],
) -> None:
    facts = facts_of(rows)
    raw = measure(facts, DEFAULT_MODEL)
    clean = measure(seen(facts), DEFAULT_MODEL)
    assert np.array_equal(raw.x, clean.x, equal_nan=True)
    for column in fields(rule_facts(facts, DEFAULT_MODEL, raw)):
        assert np.array_equal(
            getattr(rule_facts(facts, DEFAULT_MODEL, raw), column.name),
            getattr(rule_facts(seen(facts), DEFAULT_MODEL, raw), column.name),
            equal_nan=True,
        )


def test_the_same_customer_on_two_days_is_seen_as_of_each() -> None:
    twice = Subjects(np.array([7, 7]), np.array([T - 100, T], np.int32), np.array([0, 0], np.int8))
    rows = tickets((200, 50, 2.0))
    facts = Facts(
        twice,
        tickets=Tickets(
            np.array([0, 1]),
            np.tile(rows.opened_on, 2),
            np.tile(rows.closed_on, 2),
            np.tile(rows.csat, 2),
        ),
    )
    known = seen(facts).tickets
    assert known.closed_on.tolist() == [NO_DAY, T - 50]
    assert math.isnan(known.csat[0])
    assert known.csat[1] == 2.0


def test_seen_twice_is_seen_once() -> None:
    known = seen(Facts(subjects()))
    assert seen(known) is known


HOSTILE = [math.nan, math.inf, -math.inf, -1.0, -1e308, 1e308, 1e-308, 0.0]


@pytest.mark.parametrize("bad", HOSTILE, ids=str)
@pytest.mark.parametrize(
    "of",
    [
        lambda bad: {"signals": dict.fromkeys(SIGNALS, observations((9, bad), (1, bad)))},
        lambda bad: {
            "signals": {
                "active_users": weekly([bad] * 13),
                "licensed_users": observations((1, 100.0)),
            }
        },
        lambda bad: {
            "signals": {"active_users": weekly([50.0] * 13), "licensed_users": weekly([bad])}
        },
        lambda bad: {"tickets": tickets((9, 3, bad))},
        lambda bad: {"surveys": surveys((9, True, bad, 1), (8, False, bad, 1))},
        lambda bad: {"events": events((9, bad))},
        lambda bad: {"terms": terms((30, bad))},
    ],
    ids=["signals", "usage", "licences", "csat", "answers", "joined", "seats"],
)
def test_numbers_that_cannot_be_never_get_into_a_score(
    of: Callable[[float], dict[str, Any]], bad: float
) -> None:
    found = assess(Facts(subjects(), **of(bad), sources=ALL_SOURCES), DEFAULT_MODEL, first_time())
    assert np.isfinite(found.scores.score).all()
    assert np.isfinite(found.scores.parts).all()
    assert np.isfinite(found.scores.coverage).all()
    assert 0.0 <= found.scores.score[0] <= 100.0
    assert not np.isinf(found.measured.x).any()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1.0, 1e308], ids=str)
def test_a_number_that_cannot_be_hides_no_good_one(bad: float) -> None:
    rows = {
        "active_users": observations((9, 40.0), (1, bad)),
        "licensed_users": observations((9, 80.0)),
    }
    found = measure(Facts(subjects(), rows), DEFAULT_MODEL)
    assert found.x[0, 0] == 0.5
    assert found.observed_on[0, 0] == T - 9


def test_a_ticket_closed_before_it_was_opened_is_closed() -> None:
    found = measure(Facts(subjects(), tickets=tickets((3, 9, None))), DEFAULT_MODEL)
    assert found.x[0, 4] == 0.0


def test_rows_out_of_order_and_twice_a_day_are_put_in_order() -> None:
    rows = Observations(np.array([1, 0, 0, 0]), days([3, 1, 9, 1]), np.array([9.0, 5.0, 4.0, 6.0]))
    known = seen(Facts(subjects(2), {"sentiment": rows})).signals["sentiment"]
    assert known.subject.tolist() == [0, 0, 1]
    assert known.on.tolist() == [T - 9, T - 1, T - 3]
    assert known.value.tolist() == [4.0, 6.0, 9.0]


def test_no_customers_are_no_scores() -> None:
    none = assess(Facts(subjects(0)), DEFAULT_MODEL, first_time(0))
    assert len(none.scores.score) == 0
    assert none.scores.parts.shape == (0, 13)


def test_what_lies_ahead_is_undone_row_by_row() -> None:
    known = seen(
        Facts(
            subjects(),
            tickets=tickets((9, -3, 4.0), (9, 3, 4.0), (-1, None, None)),
            payments=payments((9, -3), (9, 3), (-5, 2), (-5, None)),
            contacts=champions(-2, 2, None),
            touches=touches(-1, 0, 1),
        )
    )
    assert known.tickets.closed_on.tolist() == [NO_DAY, T - 3]
    assert known.payments.paid_on.tolist() == [NO_DAY, T - 3, T - 2]
    assert known.contacts.left_on.tolist() == [NO_DAY, T - 2, NO_DAY]
    assert known.touches.on.tolist() == [T, T - 1]

"""The day on which the clock alone may change a standing comes no later than the change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.health.assess import Assessed, assess
from scoring.health.clock import turns_on
from scoring.health.default import DEFAULT_MODEL
from scoring.health.due import DRIFT_POINTS, LONGEST_DAYS
from scoring.health.facts import NO_DAY, Facts
from tests.scoring.health.facts_at import (
    T,
    champions,
    events,
    first_time,
    observations,
    payments,
    subjects,
    surveys,
    terms,
    tickets,
    touches,
    with_sources,
)
from tests.scoring.health.test_seen import a_book, facts_of

ONE = subjects()


def on_day(facts: Facts, later: int, previous: Assessed | None = None) -> Assessed:
    """The same facts so many days later; sources spoke when they did."""
    moved = replace(facts.subjects, as_of=(facts.subjects.as_of + later).astype(np.int32))
    band = first_time() if previous is None else previous.scores.score_band
    return assess(replace(facts, subjects=moved), DEFAULT_MODEL, band)


@given(a_book(st.integers(-40, 400)))
@settings(max_examples=30, deadline=None)
def test_nothing_that_matters_changes_before_it(rows: dict[str, list[Any]]) -> None:
    facts = facts_of(rows)
    first = on_day(facts, 0)
    due_in = int(first.scores.due_on[0]) - T
    assert 1 <= due_in <= LONGEST_DAYS
    for later in range(1, due_in):
        found = on_day(facts, later, first)
        moved = abs(found.scores.score[0] - first.scores.score[0])
        assert moved <= DRIFT_POINTS + 1e-6, later
        assert found.scores.score_band[0] == first.scores.score_band[0], later


@pytest.mark.parametrize(
    ("what", "facts", "expected"),
    [
        ("nothing known", Facts(ONE), LONGEST_DAYS),
        ("the end comes near", Facts(ONE, terms=terms((93, 1))), 3),
        ("the end is nearer already", Facts(ONE, terms=terms((80, 1))), LONGEST_DAYS),
        ("a grace runs out", Facts(ONE, terms=terms((-28, 1))), 3),
        ("a bill falls due", Facts(ONE, payments=payments((-4, None))), 5),
        ("fresh figures begin to age",
         Facts(ONE, {"active_users": observations((5, 90))}, terms=terms((400, 100))), 3),
        ("a touch is planned", Facts(ONE, touches=touches(-2)), 2),
        ("a survey lies ahead", Facts(ONE, surveys=surveys((-6, True, 9, 1))), 6),
        ("a champion will leave", Facts(ONE, contacts=champions(-3)), 3),
        ("a ticket is fresh, then counts less",
         Facts(ONE, tickets=tickets((2, 1, None)), sources=with_sources("tickets")), 8),
    ],
)  # fmt: skip
def test_the_day_is(what: str, facts: Facts, expected: int) -> None:
    assert int(on_day(facts, 0).scores.due_on[0]) - T == expected, what


def test_nobody_active_becomes_a_rule_on_its_day() -> None:
    rows = {"active_users": observations((10, 5.0), (1, 0.0))}
    found = on_day(Facts(ONE, rows), 0)
    assert int(found.scores.due_on[0]) - T <= 4


def test_an_unpaid_bill_becomes_a_rule_on_its_day() -> None:
    facts = Facts(ONE, payments=payments((29, None)), sources=with_sources("payments"))
    assert int(on_day(facts, 0).scores.due_on[0]) - T <= 2
    assert not on_day(facts, 1).scores.yes[0]
    assert on_day(facts, 2).scores.yes[0]


def test_no_fact_turns_where_there_is_none() -> None:
    assert turns_on(Facts(ONE)).tolist() == [NO_DAY]


def test_facts_turn_on_the_first_of_their_days() -> None:
    facts = Facts(
        ONE,
        {"sentiment": observations((-9, 1.0))},
        tickets=tickets((85, 80, None), (-7, None, None)),
        events=events((86, 1.0)),
    )
    assert turns_on(facts).tolist() == [T + 4]

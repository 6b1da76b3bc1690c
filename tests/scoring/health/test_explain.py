"""The explanation of one customer: parts that add up, what is unknown and stale, last week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.assess import assess
from scoring.health.default import DEFAULT_MODEL
from scoring.health.explain import explain, rounded
from scoring.health.facts import Facts
from scoring.health.model import Band
from scoring.health.packing import pack, unpack
from scoring.health.scored import Because, HealthView, Truth
from scoring.model import Segment
from tests.scoring.health.facts_at import (
    ALL_SOURCES,
    TODAY,
    first_time,
    observations,
    payments,
    subjects,
    terms,
    tickets,
    weekly,
)

FACTS = Facts(
    subjects(),
    {
        "active_users": weekly([90, 88, 80, 81, 77, 70, 66, 60, 61, 55, 50, 46, 45]),
        "features_used": observations((90, 4.0)),
        "features_available": observations((90, 14.0)),
    },
    tickets=tickets((40, None, None), (3, None, None), (20, 10, 2.0)),
    payments=payments((35, None)),
    terms=terms((60, 120.0)),
    sources=ALL_SOURCES,
)


def view(facts: Facts = FACTS) -> HealthView:
    return explain(assess(facts, DEFAULT_MODEL, first_time()), 0, facts, DEFAULT_MODEL, stored=None)


def tenths(numbers: list[float]) -> int:
    """The exact sum of what is shown with one decimal."""
    return sum(round(number * 10) for number in numbers)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=14))
def test_rounded_parts_add_up_to_the_rounded_whole(parts: list[float]) -> None:
    shown = rounded(parts, sum(parts))
    assert tenths(shown) == round(sum(parts) * 10)
    assert all(abs(a - b) <= 0.1 + 1e-9 for a, b in zip(shown, parts, strict=True))


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=14))
def test_stored_parts_add_up_too(parts: list[float]) -> None:
    whole = sum(parts)
    stored = [round(part, 2) for part in parts]
    assert tenths(rounded(stored, whole)) == round(whole * 10)


def test_rounding_leaves_alone_what_is_round() -> None:
    assert rounded([63.7, -1.1, 0.0, 0.04, 0.06], 62.7) == [63.7, -1.1, 0.0, 0.0, 0.1]


def test_the_shown_parts_add_up_to_the_shown_score() -> None:
    found = view()
    assert tenths([part.points for part in found.parts]) == round(found.score * 10)
    assert found.parts[0].because is Because.BASE
    assert [p.signal for p in found.parts[1:]] == [s.name for s in DEFAULT_MODEL.signals]


def test_a_customer_at_high_risk_is_told_with_the_reasons() -> None:
    found = view()
    assert found.account_id == 1
    assert found.as_of == TODAY
    assert found.band is Band.CRITICAL
    assert {v.rule for v in found.verdicts if v.truth is Truth.YES} == {"R1", "R2"}
    assert {v.rule: v.missing for v in found.verdicts if v.truth is Truth.POSSIBLE} == {
        "R4": ("champion_left",)
    }


def test_what_is_unknown_and_what_is_stale_is_named() -> None:
    found = view()
    assert found.missing == ("nps",)
    assert found.stale == ("feature_breadth",)
    (unknown,) = (part for part in found.parts if part.signal == "nps")
    assert (unknown.points, unknown.x, unknown.g, unknown.observed_on) == (0.0, None, None, None)
    (stale,) = (part for part in found.parts if part.signal == "feature_breadth")
    assert stale.observed_on == TODAY - timedelta(days=90)
    assert stale.x == pytest.approx(4 / 14)


def test_last_weeks_parts_stand_beside_todays() -> None:
    before = assess(FACTS, DEFAULT_MODEL, first_time()).scores
    (blob,) = pack(before.parts - 0.5)
    on = TODAY - timedelta(days=7)
    whole = float((before.parts - 0.5).sum())
    stored = (on, whole, Band.STEADY, unpack(blob))
    found = assess(FACTS, DEFAULT_MODEL, first_time())
    told = explain(found, 0, FACTS, DEFAULT_MODEL, stored=stored)
    assert (told.before_on, told.before_band) == (on, Band.STEADY)
    assert told.before == pytest.approx(told.score - 6.5, abs=0.051)
    past = [part.before for part in told.parts if part.before is not None]
    assert len(past) == len(told.parts)
    assert tenths(past) == round(whole * 10)


def test_parts_of_another_model_are_not_compared() -> None:
    stored = (date(2026, 11, 16), 61.26, None, [60.0, 1.26])
    found = assess(FACTS, DEFAULT_MODEL, first_time())
    told = explain(found, 0, FACTS, DEFAULT_MODEL, stored=stored)
    assert told.before == 61.3
    assert {part.before for part in told.parts} == {None}


def test_weights_are_the_segments_in_hundredths() -> None:
    tripled = tuple(
        replace(s, weight=s.weight * 3 if s.name == "nps" else s.weight)
        for s in DEFAULT_MODEL.signals
    )
    model = replace(DEFAULT_MODEL, by_segment={Segment.STRATEGIC: tripled})
    facts = replace(FACTS, subjects=subjects(segment=0))
    told = explain(assess(facts, model, first_time()), 0, facts, model, stored=None)
    weights = {part.signal: part.weight for part in told.parts[1:]}
    assert sum(weights.values()) == pytest.approx(100.0)
    assert weights["nps"] == pytest.approx(2100 / 114)

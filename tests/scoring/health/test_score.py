"""What must hold of the arithmetic, whatever is measured."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Floats, Subjects
from scoring.health.model import Dimension, HealthModel, Signal
from scoring.health.score import normalised, score
from scoring.health.scored import Measured, RuleFacts, Scores
from scoring.model import Segment
from tests.scoring.health.facts_at import T, first_time

K = len(DEFAULT_MODEL.signals)

anything = st.one_of(
    st.floats(-10.0, 100.0), st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 0.0])
)
values = st.lists(anything, min_size=K, max_size=K)
ages = st.lists(st.integers(-3, 900), min_size=K, max_size=K)
segments = st.integers(0, 2)

BY_SEGMENT = replace(
    DEFAULT_MODEL,
    by_segment={
        Segment.STRATEGIC: tuple(
            replace(signal, weight=signal.weight * 2 + 1, reference=0.3)
            for signal in DEFAULT_MODEL.signals
        )
    },
)
models = st.sampled_from([DEFAULT_MODEL, BY_SEGMENT])


def unknown_facts(n: int) -> RuleFacts:
    return RuleFacts(*(np.full(n, math.nan) for _ in fields(RuleFacts)))


def scored(
    x: list[float], age: list[int], model: HealthModel = DEFAULT_MODEL, segment: int = 2
) -> Scores:
    subjects = Subjects(np.array([1]), np.array([T], np.int32), np.array([segment], np.int8))
    measured = Measured(np.array([x]), T - np.array([age], np.int32))
    return score(subjects, model, measured, unknown_facts(1), first_time())


def plain(x: list[float], age: list[int], signals: tuple[Signal, ...]) -> list[float]:
    """The contributions as one reads them in the design, base first."""
    whole = sum(signal.weight for signal in signals)
    parts = [100 * sum(s.weight * s.reference for s in signals) / whole]
    for value, days, signal in zip(x, age, signals, strict=True):
        if not math.isfinite(value):
            parts.append(0.0)
            continue
        low, high = signal.bad, signal.good
        if signal.log:
            value, low, high = math.log1p(max(value, 0.0)), math.log1p(low), math.log1p(high)
        g = min(max((value - low) / (high - low), 0.0), 1.0)
        f = 2 ** (-max(0, days - 7) / signal.half_life_days)
        parts.append(100 * signal.weight / whole * f * (g - signal.reference))
    return parts


@given(values, ages, models, segments)
def test_the_parts_are_those_of_the_design(
    x: list[float], age: list[int], model: HealthModel, segment: int
) -> None:
    signals = model.for_segment(list(Segment)[segment])
    found = scored(x, age, model, segment)
    assert found.parts[0].tolist() == pytest.approx(plain(x, age, signals), abs=1e-9)


@given(values, ages, models, segments)
def test_the_parts_add_up_to_a_score_between_0_and_100(
    x: list[float], age: list[int], model: HealthModel, segment: int
) -> None:
    found = scored(x, age, model, segment)
    assert abs(found.parts[0].sum() - found.score[0]) <= 1e-9
    assert -1e-9 <= found.score[0] <= 100.0 + 1e-9
    assert -1e-12 <= found.coverage[0] <= 1.0 + 1e-12
    assert np.isfinite(found.parts).all()


@given(values, ages, st.integers(0, K - 1), st.floats(0.0, 50.0), models, segments)
def test_improving_one_signal_never_lowers_health(
    x: list[float], age: list[int], at: int, more: float, model: HealthModel, segment: int
) -> None:
    signal = model.for_segment(list(Segment)[segment])[at]
    if not math.isfinite(x[at]):
        x[at] = 1.0
    better = list(x)
    better[at] += more if signal.good > signal.bad else -more
    before, after = scored(x, age, model, segment), scored(better, age, model, segment)
    assert after.score[0] >= before.score[0] - 1e-9


@given(values, ages, st.sets(st.integers(0, K - 1)), models, segments)
def test_more_missing_never_adds_to_the_contributions(
    x: list[float], age: list[int], lost: set[int], model: HealthModel, segment: int
) -> None:
    fewer = [math.nan if at in lost else value for at, value in enumerate(x)]
    before, after = scored(x, age, model, segment), scored(fewer, age, model, segment)
    assert np.abs(after.parts[0, 1:]).sum() <= np.abs(before.parts[0, 1:]).sum() + 1e-9
    assert after.coverage[0] <= before.coverage[0] + 1e-12


@given(values, ages, st.integers(0, 400))
def test_growing_older_never_adds_to_the_contributions(
    x: list[float], age: list[int], later: int
) -> None:
    before = scored(x, age).parts[0, 1:]
    after = scored(x, [days + later for days in age]).parts[0, 1:]
    assert (np.abs(after) <= np.abs(before) + 1e-9).all()


def test_of_whom_nothing_is_known_the_score_is_the_base_and_no_band() -> None:
    found = scored([math.nan] * K, [0] * K)
    assert found.score[0] == pytest.approx(63.75)
    assert found.coverage[0] == 0.0
    assert found.score_band[0] == found.band[0] == -1


@pytest.mark.parametrize(("ends", "expected"), [("good", 100.0), ("bad", 0.0)])
def test_all_at_one_end_is(ends: str, expected: float) -> None:
    x = [getattr(signal, ends) for signal in DEFAULT_MODEL.signals]
    assert scored(x, [0] * K).score[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("age", "fresh"), [(-5, 1.0), (0, 1.0), (7, 1.0), (37, 0.5), (67, 0.25), (30_000, 0.0)]
)
def test_what_was_seen_counts_half_after_a_half_life_and_a_week(age: int, fresh: float) -> None:
    signal = Signal("a", Dimension.USAGE, 100, 0, 1, 30, 0.5, measure="mood")
    model = HealthModel("one", (signal,))
    subjects = Subjects(np.array([1]), np.array([T], np.int32), np.array([0], np.int8))
    measured = Measured(np.array([[0.25]]), np.array([[T - age]], np.int32))
    g, f = normalised(subjects, model, measured)
    assert g.tolist() == [[0.25]]
    assert f[0, 0] == pytest.approx(fresh)


def test_an_unknown_signal_stands_at_the_reference_of_its_segment() -> None:
    subjects = Subjects(np.arange(3), np.full(3, T, np.int32), np.array([0, 1, 2], np.int8))
    measured = Measured(np.full((3, K), np.nan), np.full((3, K), NO_DAY, np.int32))
    g, f = normalised(subjects, BY_SEGMENT, measured)
    assert g[0].tolist() == [0.3] * K
    assert g[1].tolist() == g[2].tolist() == [s.reference for s in DEFAULT_MODEL.signals]
    assert not f.any()


def test_a_value_without_a_day_is_unknown() -> None:
    subjects = Subjects(np.array([1]), np.array([T], np.int32), np.array([0], np.int8))
    measured = Measured(np.ones((1, K)), np.full((1, K), NO_DAY, np.int32))
    assert not normalised(subjects, DEFAULT_MODEL, measured)[1].any()


def test_many_together_are_scored_as_each_alone() -> None:
    draw = np.random.default_rng(6)
    n = 40_000  # more than one piece of the work
    x: Floats = draw.uniform(-1.0, 6.0, (n, K))
    x[draw.random((n, K)) < 0.2] = np.nan
    seen_on = (T - draw.integers(0, 200, (n, K))).astype(np.int32)
    segment = draw.integers(0, 3, n).astype(np.int8)
    subjects = Subjects(np.arange(n), np.full(n, T, np.int32), segment)
    previous = draw.integers(-1, 4, n).astype(np.int8)
    together = score(subjects, BY_SEGMENT, Measured(x, seen_on), unknown_facts(n), previous)
    for at in (0, 16_383, 16_384, n - 1):
        one = slice(at, at + 1)
        alone = score(
            Subjects(subjects.account_id[one], subjects.as_of[one], segment[one]),
            BY_SEGMENT,
            Measured(x[one], seen_on[one]),
            unknown_facts(1),
            previous[one],
        )
        for column in fields(Scores):
            assert np.allclose(
                getattr(together, column.name)[one], getattr(alone, column.name), atol=1e-9
            ), column.name

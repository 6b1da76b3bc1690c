"""Bands: edges, and leaving one only well past its edge."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.bands import band_of, banded
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band, HealthModel

scores = st.floats(0.0, 100.0)
ranks = st.integers(-1, 3)


def band(
    score: float, before: int = -1, coverage: float = 1.0, model: HealthModel = DEFAULT_MODEL
) -> Band | None:
    found = banded(np.array([score]), np.array([coverage]), np.array([before], np.int8), model)
    return band_of(int(found[0]))


@pytest.mark.parametrize(
    ("score", "before", "expected"),
    [
        (100.0, -1, Band.HEALTHY),
        (70.0, -1, Band.HEALTHY),
        (69.99, -1, Band.STEADY),
        (55.0, -1, Band.STEADY),
        (54.99, -1, Band.AT_RISK),
        (40.0, -1, Band.AT_RISK),
        (39.99, -1, Band.CRITICAL),
        (0.0, -1, Band.CRITICAL),
        (65.0, 0, Band.HEALTHY),
        (64.99, 0, Band.STEADY),
        (52.0, 0, Band.AT_RISK),
        (74.99, 1, Band.STEADY),
        (75.0, 1, Band.HEALTHY),
        (50.0, 1, Band.STEADY),
        (49.99, 1, Band.AT_RISK),
        (59.99, 2, Band.AT_RISK),
        (60.0, 2, Band.STEADY),
        (35.0, 2, Band.AT_RISK),
        (34.99, 2, Band.CRITICAL),
        (44.99, 3, Band.CRITICAL),
        (45.0, 3, Band.AT_RISK),
        (10.0, 0, Band.CRITICAL),
        (90.0, 3, Band.HEALTHY),
    ],
)
def test_the_band_of(score: float, before: int, expected: Band) -> None:
    assert band(score, before) is expected


@pytest.mark.parametrize(
    ("coverage", "expected"), [(0.40, Band.HEALTHY), (0.399, None), (0.0, None)]
)
def test_below_the_coverage_floor_no_band_is_claimed(
    coverage: float, expected: Band | None
) -> None:
    assert band(90.0, 0, coverage) is expected


@given(scores, ranks)
def test_the_same_score_twice_leaves_the_band_alone(score: float, before: int) -> None:
    once = band(score, before)
    assert once is not None
    assert band(score, once.rank) is once


@given(scores, scores, ranks)
def test_a_better_score_never_gives_a_worse_band(a: float, b: float, before: int) -> None:
    worse, better = band(min(a, b), before), band(max(a, b), before)
    assert worse is not None
    assert better is not None
    assert better.rank <= worse.rank


@given(st.floats(0.0, 100.0), st.lists(st.floats(-2.49, 2.49), max_size=20))
def test_a_score_within_five_points_changes_its_band_at_most_once(
    truth: float, noise: list[float]
) -> None:
    seen = [band(truth)]
    for wobble in noise:
        before = seen[-1]
        assert before is not None
        seen.append(band(min(max(truth + wobble, 0.0), 100.0), before.rank))
    assert sum(a is not b for a, b in itertools.pairwise(seen)) <= 1


def test_bands_close_to_the_ends_can_still_be_reached() -> None:
    model = replace(DEFAULT_MODEL, edges=(98.0, 50.0, 2.0))
    assert band(100.0, 1, model=model) is Band.HEALTHY
    assert band(0.0, 2, model=model) is Band.CRITICAL


def test_where_nothing_is_left_late_bands_are_plain() -> None:
    model = replace(DEFAULT_MODEL, leave_points=0.0)
    assert band(69.99, 0, model=model) is Band.STEADY
    assert band(70.0, 1, model=model) is Band.HEALTHY

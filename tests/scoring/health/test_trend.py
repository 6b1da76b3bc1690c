"""Usage over three months: the slope, the test, gaps, months, and what is too little to say."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.health.facts import Observations
from scoring.health.measures.trend import WEEKS, change, falling
from scoring.health.model import Limits
from tests.scoring.health.facts_at import T, observations, weekly

NAN = math.nan
LIMITS = Limits()
AS_OF = np.array([T], np.int32)


def changed(rows: Observations) -> float:
    return float(change(rows, 1, LIMITS)[0][0])


def fell(rows: Observations) -> float:
    found, on = change(rows, 1, LIMITS)
    return float(falling(rows, found, on, AS_OF, LIMITS)[0])


def plain_change(weeks: list[float | None]) -> float:
    """Theil-Sen as one reads it in a book."""
    seen = [(at, math.log1p(week)) for at, week in enumerate(weeks) if week is not None]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(seen, 2)]
    return math.expm1(12 * statistics.median(slopes))


def plain_z(weeks: list[float | None]) -> float:
    """Mann-Kendall with ties as one reads it in a book."""
    seen = [week for week in weeks if week is not None]
    n = len(seen)
    s = sum((b > a) - (b < a) for a, b in itertools.combinations(seen, 2))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in (seen.count(v) for v in set(seen)))
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    return (s - (s > 0) + (s < 0)) / math.sqrt(variance) if variance else 0.0


weeks_of_a_customer = st.lists(
    st.one_of(st.none(), st.integers(20, 400).map(float)), min_size=WEEKS, max_size=WEEKS
).filter(
    # The last week and one before the eighth are there, and six in all: it is told by weeks.
    lambda weeks: (
        weeks[-1] is not None
        and weeks[0] is not None
        and sum(week is not None for week in weeks) >= 6
    )
)


@given(weeks_of_a_customer)
@settings(max_examples=200)
def test_the_change_is_theil_sens_for_any_weeks_and_gaps(weeks: list[float | None]) -> None:
    assert changed(weekly(weeks)) == pytest.approx(plain_change(weeks), rel=1e-4, abs=1e-5)


@given(weeks_of_a_customer)
@settings(max_examples=200)
def test_falling_takes_the_drop_and_the_significance(weeks: list[float | None]) -> None:
    drop = plain_change(weeks)
    z = plain_z(weeks)
    if abs(drop - LIMITS.falling_share) > 1e-4 and abs(z - LIMITS.falling_z) > 1e-6:
        expected = drop <= LIMITS.falling_share and z < LIMITS.falling_z
        assert fell(weekly(weeks)) == expected


@given(st.lists(st.integers(15, 25).map(float), min_size=WEEKS, max_size=WEEKS))
def test_many_equal_weeks_are_judged_as_ties(weeks: list[float]) -> None:
    drop, z = plain_change(list(weeks)), plain_z(list(weeks))
    if abs(drop - LIMITS.falling_share) > 1e-4 and abs(z - LIMITS.falling_z) > 1e-6:
        assert fell(weekly(weeks)) == (drop <= LIMITS.falling_share and z < LIMITS.falling_z)


@pytest.mark.parametrize(
    ("what", "rows", "expected_change", "is_falling"),
    [
        ("the same every week", weekly([100.0] * 13), 0.0, 0.0),
        ("halved", weekly(list(np.geomspace(200, 100, 13))), -0.5, 1.0),
        ("one outage of the counter", weekly([100.0] * 6 + [0.0] + [100.0] * 6), 0.0, 0.0),
        ("gone to nothing", weekly(list(np.linspace(120, 0, 13))), -0.9, 1.0),
        ("nothing ever", weekly([0.0] * 13), NAN, NAN),
        ("nine events a week", weekly([9.0] * 13), NAN, NAN),
        ("ten events a week", weekly([10.0] * 13), 0.0, 0.0),
        ("five weeks of a new customer", weekly([90.0, 80.0, 70.0, 60.0, 50.0]), NAN, NAN),
        ("seven weeks of a new customer", weekly([90.0, 85, 80, 75, 70, 65, 60]), NAN, NAN),
        ("three months falling", observations((75, 100), (45, 90), (14, 80)), -0.2, 1.0),
        ("exactly 15 % in three months", observations((75, 100), (45, 90), (14, 85)), -0.15, 1.0),
        ("14 % in three months", observations((75, 100), (45, 90), (14, 86)), -0.14, 0.0),
        ("a dip in the middle", observations((75, 100), (45, 70), (14, 80)), -0.2, 0.0),
        ("two months", observations((45, 100), (14, 50)), NAN, NAN),
        ("three small months", observations((75, 9), (45, 8), (14, 7)), NAN, NAN),
        ("months told late", observations((92, 100), (62, 90), (31, 80)), -0.2, 1.0),
        ("weeks long ago", weekly(list(np.geomspace(200, 100, 13)), last=41), -0.5, NAN),
        ("weeks 40 days ago", weekly(list(np.geomspace(200, 100, 13)), last=40), -0.5, 1.0),
        ("nobody knows", observations(), NAN, NAN),
    ],
)
def test_what_is_said_of(
    what: str, rows: Observations, expected_change: float, is_falling: float
) -> None:
    assert changed(rows) == pytest.approx(expected_change, abs=0.03, nan_ok=True), what
    assert fell(rows) == pytest.approx(is_falling, nan_ok=True), what


def test_daily_figures_with_days_missing_are_no_bad_weeks() -> None:
    days = [(day, 8.0) for day in range(91) if not (day < 21 and day % 2)]
    assert changed(observations(*days)) == pytest.approx(0.0, abs=1e-6)


def test_daily_figures_are_added_up_to_events_a_week() -> None:
    """Eight a day are more than ten a week; one a day is less."""
    assert math.isfinite(changed(observations(*((day, 8.0) for day in range(91)))))
    assert math.isnan(changed(observations(*((day, 1.0) for day in range(91)))))


def test_each_customer_is_judged_by_the_own_weeks_alone() -> None:
    courses = [list(np.geomspace(200, 200 * share, 13)) for share in (0.5, 1.0, 2.0, 0.8)]
    rows = [weekly(course) for course in courses]
    together = Observations(
        np.repeat(np.arange(4), 13),
        np.concatenate([r.on for r in rows]),
        np.concatenate([r.value for r in rows]),
    )
    found, on = change(together, 4, LIMITS)
    assert found == pytest.approx([-0.5, 0.0, 1.0, -0.2], abs=6e-3)
    as_of = np.full(4, T, np.int32)
    assert falling(together, found, on, as_of, LIMITS).tolist() == [1.0, 0.0, 0.0, 1.0]

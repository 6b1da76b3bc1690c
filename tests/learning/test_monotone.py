"""The shrunken fit: where it must end, and that it is the bottom."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from scoring.health.facts import Floats
from scoring.learning.fitting import SHRINKAGES
from scoring.learning.monotone import BOLDNESS, SHRINKAGE, fit
from scoring.learning.ramps import knots_of, ramps_of


def problem(seed: int, n: int, m: int) -> tuple[Floats, Floats, Floats]:
    generator = np.random.default_rng(seed)
    ramps = generator.random((n, m))
    slopes = generator.normal(1, 2, m)
    lost = (generator.random(n) > 1 / (1 + np.exp(-(ramps - 0.5) @ slopes))).astype(np.float64)
    lost[:2] = 0.0, 1.0
    return ramps, lost, generator.random(m)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), n=st.integers(10, 300), m=st.integers(1, 8))
def test_no_other_solver_finds_anything_lower(seed: int, n: int, m: int) -> None:
    ramps, lost, experts = problem(seed, n, m)

    def height(point: Floats) -> float:
        odds = point[0] - ramps @ point[1:-1]
        apart = point[1:-1] - point[-1] * experts
        return float(
            np.sum(np.logaddexp(0, odds) - lost * odds)
            + SHRINKAGE / 2 * apart @ apart
            + BOLDNESS * (point[-1] - 1) ** 2
        )

    found = fit(ramps, lost, experts)
    ours = height(np.concatenate([[found.intercept], found.theta, [found.boldness]]))
    bounds = [(None, None)] + [(0, None)] * (m + 1)
    theirs = minimize(height, np.ones(m + 2), method="L-BFGS-B", bounds=bounds)
    assert ours <= theirs.fun + 1e-6 * n
    assert (found.theta >= 0).all()
    assert found.boldness >= 0


def test_much_evidence_overrules_the_experts_and_little_does_not() -> None:
    generator = np.random.default_rng(5)
    for n, near_truth in ((20, False), (20_000, True)):
        ramps = generator.random((n, 2))
        lost = generator.random(n) > 1 / (1 + np.exp(-4 * (ramps[:, 0] - 0.5)))
        found = fit(ramps, lost.astype(np.float64), np.array([0.0, 4.0]))
        assert (found.theta[0] > 3.5 and found.theta[1] < 0.5) == near_truth


@pytest.mark.parametrize("count", [0, 1])
def test_a_signal_that_says_nothing_gets_the_experts_weight(count: int) -> None:
    generator = np.random.default_rng(6)
    ramps = np.column_stack([generator.random(200), np.full(200, float(count))])
    lost = generator.random(200) < 0.3
    found = fit(ramps, lost.astype(np.float64), np.array([1.0, 1.0]))
    # What does not vary cannot speak: it follows the experts as boldly as the rest does.
    assert found.theta[1] == pytest.approx(found.boldness, abs=1e-6)


@given(st.lists(st.floats(0, 1), max_size=50))
def test_knots_rise_from_zero_to_one_and_ramps_add_up_to_a_rising_course(g: list[float]) -> None:
    knots = knots_of(np.array(g))
    assert knots[0] == 0.0
    assert knots[-1] == 1.0
    assert all(second - first >= 0.01 for first, second in pairwise(knots))
    course = ramps_of(np.linspace(0, 1, 101), knots) @ np.diff(knots)
    assert course == pytest.approx(np.linspace(0, 1, 101))


def test_the_boldest_shrinkage_is_the_one_of_the_design() -> None:
    # λ = 3 and ν = .025 were chosen on public data (docs/health.md); nothing bolder is tried.
    assert (min(SHRINKAGES), BOLDNESS) == (SHRINKAGE, 0.025)
    assert SHRINKAGE == 3.0

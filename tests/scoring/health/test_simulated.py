"""What the detector and the bands do on books whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.health.default import DEFAULT_MODEL
from tests.scoring.health.simulated import LOW_NOISE, alarms, band_changes, usage

N = 20_000
TRUTH = np.random.default_rng(3).uniform(20.0, 95.0, N)


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2, 0.3, 0.5])
@pytest.mark.parametrize(("missing", "zeroed"), [(0, 0), (1, 0), (3, 0), (0, 1)])
def test_flat_usage_is_called_falling_for_at_most_a_tenth(
    noise: float, missing: int, zeroed: int
) -> None:
    assert alarms(usage(N, lost=0.0, noise=noise, seed=1, missing=missing, zeroed=zeroed), N) <= 0.1


@pytest.mark.parametrize(("missing", "zeroed"), [(0, 0), (1, 0), (3, 0), (0, 1)])
def test_usage_that_halves_is_found_at_low_noise(missing: int, zeroed: int) -> None:
    rows = usage(N, lost=0.5, noise=LOW_NOISE, seed=2, missing=missing, zeroed=zeroed)
    assert alarms(rows, N) >= 0.9


def test_usage_that_halves_is_found_at_twice_that_noise_too() -> None:
    assert alarms(usage(N, lost=0.5, noise=2 * LOW_NOISE, seed=2), N) >= 0.9


def test_growing_usage_is_never_called_falling_at_low_noise() -> None:
    assert alarms(usage(N, lost=-0.5, noise=LOW_NOISE, seed=5), N) == 0.0


def test_a_score_that_trembles_by_three_points_changes_its_band_every_other_year_at_most() -> None:
    assert band_changes(TRUTH, DEFAULT_MODEL, noise=3.0, seed=4) <= 0.5


def test_without_hysteresis_it_would_flap() -> None:
    loose = replace(DEFAULT_MODEL, leave_points=0.0)
    assert band_changes(TRUTH, loose, noise=3.0, seed=4) >= 3.0

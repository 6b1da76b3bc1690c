"""The whole way from facts to bands, week by week, where nothing happens and where much does."""

from __future__ import annotations

import numpy as np

from tests.scoring.health.simulated_year import year

N = 300
SLIDE_WEEKS = 8


def test_customers_to_whom_nothing_happens_change_their_band_every_other_year_at_most() -> None:
    quiet = year(N, noise=0.1, seed=1)
    trembling = quiet.score.std(axis=0).mean()
    assert 2.5 <= trembling <= 3.5  # it is the noise of three points that is meant
    assert quiet.changes <= 0.5


def test_a_quiet_year_takes_at_most_a_tenth_of_the_customers_to_a_worse_band() -> None:
    quiet = year(N, noise=0.05, seed=3)
    worse = (np.diff(quiet.band, axis=0) > 0).any(axis=0)
    assert worse.mean() <= 0.1


def test_usage_that_halves_in_eight_weeks_shows_in_the_score_and_in_most_bands() -> None:
    slide = year(N, noise=0.1, seed=2, lost=0.5, slide_weeks=SLIDE_WEEKS)
    before = -SLIDE_WEEKS - 1
    assert (slide.score[before] - slide.score[-1]).mean() >= 10.0
    assert (slide.score[before] > slide.score[-1]).mean() >= 0.98
    assert (slide.band[-1] > slide.band[before]).mean() >= 0.6

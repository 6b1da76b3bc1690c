"""AUC, Brier and calibration error against pairs counted by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from scoring.learning.metrics import auc, brier, calibration, calibration_error

SCORED = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("lost", "likely", "wanted"),
    [
        ([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1], 1.0),
        ([0, 0, 1, 1], [0.9, 0.8, 0.2, 0.1], 0.0),
        ([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5], 0.5),
        ([1, 0, 0], [0.5, 0.5, 0.1], 0.75),
    ],
)
def test_auc_is_the_share_of_pairs_in_the_right_order(
    lost: list[int], likely: list[float], wanted: float
) -> None:
    assert auc(np.array(lost, bool), np.array(likely)) == pytest.approx(wanted)


def test_auc_of_one_kind_alone_is_not_a_number() -> None:
    assert math.isnan(auc(np.array([True, True]), np.array([0.1, 0.2])))


@given(SCORED)
def test_auc_and_brier_agree_with_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    lost = np.array([row[0] for row in rows])
    likely = np.array([row[1] / 20 for row in rows])
    if 0 < lost.sum() < len(lost):
        assert auc(lost, likely) == pytest.approx(roc_auc_score(lost, likely))
        assert brier(lost, likely) == pytest.approx(brier_score_loss(lost, likely))


def test_a_forecast_that_keeps_its_word_has_no_calibration_error() -> None:
    likely = np.repeat([0.1, 0.5], 100)
    lost = np.concatenate([np.arange(100) < 10, np.arange(100) < 50])
    for order in (np.arange(200), np.random.default_rng(3).permutation(200)):
        bins = calibration(lost[order], likely[order])
        assert [(found.n, found.actual) for found in bins] == [(100, 0.1), (100, 0.5)]
        assert calibration_error(bins) == pytest.approx(0.0)


def test_a_forecast_of_nine_tenths_for_what_never_happens_is_wrong_by_nine_tenths() -> None:
    bins = calibration(np.zeros(100, bool), np.full(100, 0.9))
    assert calibration_error(bins) == pytest.approx(0.9)


def test_few_rows_make_few_bins() -> None:
    assert [found.n for found in calibration(np.zeros(45, bool), np.linspace(0, 1, 45))] == [22, 23]

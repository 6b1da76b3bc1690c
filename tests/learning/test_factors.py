"""Key factors: found where they are, not found where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import false_discovery_control, mannwhitneyu

from scoring.learning.factors import benjamini_hochberg, factors
from tests.learning.samples import book, sample


def test_the_signal_that_counts_is_first_with_its_size() -> None:
    found = factors(book(2000, [0.0, 4.0, 0.0]))
    assert found[0].name == "signal_1"
    assert found[0].significant
    first = found[0]
    # A standard deviation of a uniform signal is 0.289; so e^(4·0.289) = 3.2.
    assert first.low < 3.2 < first.high
    assert first.effect == pytest.approx(3.2, rel=0.2)
    assert first.auc > 0.7
    assert first.best_third > first.worst_third + 0.2
    assert not first.contested


def test_a_signal_that_only_follows_another_is_shown_as_contested() -> None:
    rows = book(1500, [5.0, 0.0], seed=4)
    shadow = np.clip(rows.g[:, 0] + np.random.default_rng(1).normal(0, 0.15, 1500), 0, 1)
    followed = sample(np.column_stack([rows.g[:, 0], shadow]), rows.lost)
    by_name = {factor.name: factor for factor in factors(followed)}
    assert by_name["signal_1"].significant
    assert by_name["signal_1"].contested
    assert not by_name["signal_0"].contested


def test_chance_is_rarely_reported() -> None:
    reported = sum(
        any(factor.significant for factor in factors(book(300, [0.0] * 6, seed=seed)))
        for seed in range(40)
    )
    assert reported <= 9  # q < .10: four are to be expected


def test_many_renewals_of_few_customers_are_not_taken_for_much_evidence() -> None:
    reported = 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        account = np.repeat(np.arange(30), 40)
        g = generator.random((30, 4))[account]
        lost = (generator.random(30) < 0.4)[account] ^ (generator.random(1200) < 0.1)
        reported += any(factor.significant for factor in factors(sample(g, lost, account=account)))
    assert reported <= 6


@pytest.mark.parametrize(("n", "lost"), [(29, 12), (200, 9), (200, 191)])
def test_too_few_decided_or_lost_give_no_factor(n: int, lost: int) -> None:
    g = np.random.default_rng(1).random((n, 2))
    assert factors(sample(g, np.arange(n) < lost)) == ()


def test_only_renewals_whose_signal_was_known_are_counted() -> None:
    rows = book(400, [4.0, 4.0])
    known = np.ones((400, 2), bool)
    known[:300, 1] = False
    half = sample(rows.g, rows.lost, known=known)
    assert {factor.name: factor.n for factor in factors(half)} == {"signal_0": 400, "signal_1": 100}


def test_p_is_mann_whitneys_for_one_renewal_a_customer() -> None:
    rows = book(500, [1.0], seed=9)
    coarse = sample(np.round(rows.g * 4) / 4, rows.lost)
    (found,) = factors(coarse)
    wanted = mannwhitneyu(coarse.g[~coarse.lost, 0], coarse.g[coarse.lost, 0], use_continuity=False)
    assert found.auc == pytest.approx(wanted.statistic / (coarse.lost_n * (500 - coarse.lost_n)))
    assert found.p == pytest.approx(wanted.pvalue, rel=0.25)
    assert found.p >= wanted.pvalue - 1e-12


def test_p_is_that_of_ranks_with_ties() -> None:
    # Half of the values are one: without the ties' correction the spread would be a tenth wider.
    g = np.where(np.arange(400) % 2 == 0, 0.5, np.random.default_rng(5).random(400))
    lost = np.random.default_rng(6).random(400) < 0.3
    (found,) = factors(sample(g[:, None], lost))
    wanted = mannwhitneyu(g[~lost], g[lost], use_continuity=False)
    assert found.p == pytest.approx(wanted.pvalue, rel=0.02)


def test_what_is_reported_has_a_q_below_a_tenth() -> None:
    (found,) = factors(book(400, [4.0]))
    assert not replace(found, q=0.1).significant
    assert replace(found, q=0.0999).significant


def test_the_range_covers_nineteen_of_twenty() -> None:
    (found,) = factors(book(1500, [3.0], seed=2))
    g = book(1500, [3.0], seed=2).g[:, 0]
    # The standard error of a slope of one signal, from the textbook's information matrix.
    odds = 1.0 + (g - 0.5) * 3.0
    weight = 1 / (2 + np.exp(odds) + np.exp(-odds))
    centred = (g - np.sum(weight * g) / np.sum(weight)) / np.std(g)
    error = 1 / np.sqrt(np.sum(weight * centred**2))
    assert np.log(found.high / found.low) == pytest.approx(2 * 1.96 * error, rel=0.2)


def test_ten_losses_of_one_customer_are_one_witness() -> None:
    rows = book(300, [4.0], seed=3)
    one = sample(rows.g, rows.lost, account=np.where(rows.lost, 0, np.arange(300)))
    assert factors(rows)
    assert factors(one) == ()


@pytest.mark.parametrize(("n", "lost", "found"), [(30, 10, 1), (30, 9, 0), (29, 10, 0)])
def test_thirty_renewals_with_ten_lost_are_enough(n: int, lost: int, found: int) -> None:
    g = np.random.default_rng(1).random((n, 1))
    assert len(factors(sample(g, np.arange(n) < lost))) == found


def test_q_is_benjamini_hochbergs() -> None:
    ps = [0.001, 0.2, 0.03, 0.04, 0.9]
    assert benjamini_hochberg(ps) == pytest.approx(list(false_discovery_control(ps)))


def test_a_signal_that_never_varies_is_no_factor() -> None:
    rows = book(300, [3.0])
    flat = sample(np.column_stack([rows.g[:, 0], np.full(300, 0.5)]), rows.lost)
    by_name = {factor.name: factor for factor in factors(flat)}
    assert not by_name["signal_1"].significant
    assert np.isnan(by_name["signal_1"].effect)


def test_the_weak_third_of_a_yes_or_no_signal_are_those_without() -> None:
    g = (np.arange(300) >= 30).astype(np.float64)[:, None]
    lost = np.zeros(300, bool)
    lost[:20] = True
    arr = np.where(np.arange(300) < 30, 100.0, 1.0)
    (found,) = factors(sample(g, lost, arr=arr))
    assert (found.worst_third, found.best_third) == (pytest.approx(1 / 3), 1.0)
    assert found.weak_arr == 3000.0

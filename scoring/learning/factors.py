"""Which signals go with renewal: one by one, and all at once beside it. Association, not cause.

One by one: the AUC of a signal with the two-sided p of Mann–Whitney's test, widened where several
renewals are of one customer, and Benjamini–Hochberg's q over all signals. At once: the odds ratio
of renewal for a standard deviation more of the signal, the others held, with an interval from
bootstraps of whole customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from scoring.health.facts import Floats, Index
from scoring.learning.metrics import ranks_of
from scoring.learning.odds import log_odds, probability
from scoring.learning.sample import Flags, Sample
from scoring.learning.splitting import SEED

LARGEST_Q = 0.10
LEAST_ROWS = 30
LEAST_LOST = 10
BOOTSTRAPS = 200
MOST_ROWS = 20_000
"""The joint view looks at no more rows than this, drawn with a fixed seed."""

_COVER = (2.5, 97.5)
_RIDGE = 1.0
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Factor:
    """How a signal goes with renewal.

    `n` renewals had it known, `lost` of them were lost. `auc` above .5 says that more of it (in
    the good direction) goes with renewal. `effect` with `low` and `high` is the odds ratio of the
    joint view, NaN where it does not vary. The thirds are shares that renewed; `weak_arr` is what
    the weakest third was worth a year, as far as known.
    """

    name: str
    n: int
    lost: int
    auc: float
    p: float
    q: float
    effect: float
    low: float
    high: float
    best_third: float
    worst_third: float
    weak_arr: float

    @property
    def significant(self) -> bool:
        """Whether it may be reported at all."""
        return self.q < LARGEST_Q

    @property
    def contested(self) -> bool:
        """Whether the joint view does not see the same: the interval holds 1 or lies beyond."""
        return not (self.low > 1.0 if self.auc > 0.5 else self.high < 1.0)


def factors(sample: Sample) -> tuple[Factor, ...]:
    """Every signal that is known of enough renewals, the surest first; see `Factor.significant`."""
    columns = [
        column
        for column in range(len(sample.names))
        if _enough(sample.where(sample.known[:, column]))
    ]
    if not columns:
        return ()
    joint = _joint(sample, columns)
    seen = [_one_by_one(sample, column) for column in columns]
    qs = benjamini_hochberg([p for _, p in seen])
    found = []
    for place, column in enumerate(columns):
        rows = sample.known[:, column]
        lost = sample.lost[rows]
        best, worst, weak_arr = _thirds(sample.g[rows, column], lost, sample.arr[rows])
        area, p = seen[place]
        effect, low, high = (float(value) for value in joint[place])
        found.append(
            Factor(
                name=sample.names[column],
                n=len(lost),
                lost=int(np.count_nonzero(lost)),
                auc=area,
                p=p,
                q=qs[place],
                effect=effect,
                low=low,
                high=high,
                best_third=best,
                worst_third=worst,
                weak_arr=weak_arr,
            )
        )
    return tuple(sorted(found, key=lambda factor: (factor.p, factor.name)))


def benjamini_hochberg(ps: list[float]) -> list[float]:
    """The q of each p: the false discovery rate at which it would just be reported."""
    order = np.argsort(ps)
    raw = np.asarray(ps)[order] * len(ps) / np.arange(1, len(ps) + 1)
    least = np.minimum.accumulate(raw[::-1])[::-1]
    qs = np.empty(len(ps))
    qs[order] = np.minimum(least, 1.0)
    return [float(q) for q in qs]


def _enough(rows: Sample) -> bool:
    """Ten renewals of one customer are one witness: customers are counted on either side."""
    lost, kept = (len(np.unique(rows.account[which])) for which in (rows.lost, ~rows.lost))
    return len(rows) >= LEAST_ROWS and min(lost, kept) >= LEAST_LOST


def _one_by_one(sample: Sample, column: int) -> tuple[float, float]:
    """The AUC of one signal for renewal, and its p."""
    rows = sample.known[:, column]
    value, lost, account = sample.g[rows, column], sample.lost[rows], sample.account[rows]
    n, lost_n = len(lost), int(np.count_nonzero(lost))
    kept_n = n - lost_n
    ranks, ties = ranks_of(value)
    area = (float(np.sum(ranks[~lost])) - kept_n * (kept_n + 1) / 2) / (kept_n * lost_n)
    torn = float(np.sum(ties**3 - ties)) / (n * (n - 1))
    by_chance = sqrt(max((n + 1 - torn) / (12 * lost_n * kept_n), 0.0))
    spread = max(by_chance, _spread_by_customers(value, lost, account, area))
    return area, erfc(abs(area - 0.5) / spread / sqrt(2)) if spread > 0 else 1.0


def _spread_by_customers(value: Floats, lost: Flags, account: Index, area: float) -> float:
    """The standard error of an AUC whose rows come in customers (Obuchowski 1997)."""
    beaten = _share_below(value[~lost], value[lost]) - area
    beating = 1.0 - _share_below(value[lost], value[~lost]) - area
    part = np.empty(len(value))
    part[~lost] = beaten / len(beaten)
    part[lost] = beating / len(beating)
    _, place = np.unique(account, return_inverse=True)
    sums = np.bincount(place, weights=part)
    groups = len(sums)
    return sqrt(float(np.sum(sums**2)) * groups / (groups - 1)) if groups > 1 else 0.0


def _share_below(of: Floats, others: Floats) -> Floats:
    """For each value what share of the others is below it, ties half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, of, "left") + np.searchsorted(ordered, of, "right")
    return np.asarray(below / (2 * len(others)), np.float64)


def _thirds(value: Floats, lost: Flags, arr: Floats) -> tuple[float, float, float]:
    """What renewed of the best and of the worst third, and what the worst was worth a year.

    Rows of equal value stay together; where most have the same value, the few that differ are
    the weak or the best ones.
    """
    first, last = np.quantile(value, 1 / 3), np.quantile(value, 2 / 3)
    weak, best = value <= first, value >= last
    if first == last:
        weak = value < first if (value < first).any() else weak
        best = value > last if (value > last).any() else best
    return (
        1.0 - float(np.mean(lost[best])),
        1.0 - float(np.mean(lost[weak])),
        float(np.nansum(arr[weak])),
    )


def _joint(sample: Sample, columns: list[int]) -> Floats:
    """Effect, low and high of each column; NaN where it does not vary."""
    generator = np.random.default_rng(SEED)
    rows = np.arange(len(sample))
    if len(rows) > MOST_ROWS:
        rows = np.sort(generator.choice(rows, MOST_ROWS, replace=False))
    g, kept = sample.g[rows][:, columns], (~sample.lost[rows]).astype(np.float64)
    spread = np.std(g, axis=0)
    varies = spread > 1e-9
    found = np.full((len(columns), 3), np.nan)
    if not varies.any():
        return found
    design = np.column_stack(
        [np.ones(len(rows)), (g - np.mean(g, axis=0))[:, varies] / spread[varies]]
    )
    start = np.zeros(design.shape[1])
    start[0] = log_odds(float(np.mean(kept)))
    whole = _logistic(design, kept, np.ones(len(rows)), start)
    accounts, place = np.unique(sample.account[rows], return_inverse=True)
    drawn = np.empty((BOOTSTRAPS, design.shape[1]))
    for number in range(BOOTSTRAPS):
        times = np.bincount(
            generator.integers(0, len(accounts), len(accounts)), minlength=len(accounts)
        )
        drawn[number] = _logistic(design, kept, times[place].astype(np.float64), whole)
    low, high = np.percentile(drawn[:, 1:], _COVER, axis=0)
    found[varies] = np.exp(np.column_stack([whole[1:], low, high]))
    return found


def _logistic(design: Floats, yes: Floats, weight: Floats, start: Floats) -> Floats:
    """Weights of a slightly shrunk logistic regression, by Newton's steps."""
    point = start.copy()
    shrink = np.full(len(point), _RIDGE)
    shrink[0] = 1e-6
    for _ in range(_STEPS):
        likely = probability(design @ point)
        slope = design.T @ (weight * (likely - yes)) + shrink * point
        bend = (design.T * (weight * likely * (1 - likely))) @ design + np.diag(shrink)
        step = np.linalg.solve(bend, -slope)
        # A step is never allowed to leap: odds of e² for a standard deviation at a time.
        point += step * min(1.0, 2.0 / max(float(np.max(np.abs(step))), 1e-12))
        if float(np.max(np.abs(step))) < 1e-6:
            break
    return point

"""What would have been predicted of renewals that had not been seen, beside what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from scoring.health.facts import Floats, Index
from scoring.learning.fitting import LEAST_DECIDED, LEAST_OF_EACH, Learned, learn, untrained
from scoring.learning.metrics import Bin, auc, brier, calibration, calibration_error
from scoring.learning.predicting import Kind
from scoring.learning.sample import Flags, Sample
from scoring.learning.splitting import split

NOT_WORSE_BY = 0.005
"""A learned model may rank worse than the hand-set score by no more AUC than this."""


_ONE_SIDED = 1.2816
"""The standard errors that chance exceeds one time in ten."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How good one way of predicting was; of losses. NaN where nothing can be said."""

    auc: float
    brier: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """`n` rows were predicted without having been seen, `positives` of them were lost.

    `surely_better_by` is how far the Brier score is below the base rate's, less 1.28 standard errors
    of that difference by customers: chance alone makes it positive in fewer than one book of ten.
    `from_on` is the first lapse day held back; None says that rows without a course of time were
    predicted in folds. `kinds` are what the policy learned for the parts, the most common first.
    """

    n: int
    positives: int
    from_on: date | None
    kinds: tuple[Kind, ...]
    trained: Marks
    untrained: Marks
    base_rate: Marks
    surely_better_by: float
    calibration: tuple[Bin, ...]

    @property
    def holds(self) -> bool:
        """Whether what was learned may be used: it surely predicts better than the base rate, no
        worse than the hand-set score, ranks no worse than that, and the right way round."""
        return (
            self.surely_better_by > 0
            and self.trained.auc > 0.5
            and self.trained.auc >= self.untrained.auc - NOT_WORSE_BY
            and self.trained.brier <= self.untrained.brier
        )


def backtest(sample: Sample, *, trees: bool | None = None) -> Backtest | None:
    """Learn from one part and predict the other; None while too little is decided for that."""
    if len(sample) < LEAST_DECIDED or min(sample.lost_n, sample.kept_n) < LEAST_OF_EACH:
        return None
    held = split(sample)
    if not held.parts:
        return None
    kinds: list[Kind] = []
    lost: list[Flags] = []
    whose: list[Index] = []
    found: tuple[list[Floats], list[Floats], list[Floats]] = ([], [], [])
    for learn_from, tell in held.parts:
        known, rows = sample.where(learn_from), sample.where(tell)
        learned: Learned | None = learn(known, trees=trees)
        if learned is None:
            continue
        kinds.append(learned.kind)
        lost.append(rows.lost)
        whose.append(rows.account)
        found[0].append(learned.likely_loss(rows))
        found[1].append(untrained(known).likely_loss(rows))
        found[2].append(np.full(len(rows), known.lost_n / len(known)))
    happened = np.concatenate(lost)
    trained, by_score, by_rate = (np.concatenate(part) for part in found)
    return Backtest(
        n=len(happened),
        positives=int(np.count_nonzero(happened)),
        from_on=held.from_on,
        kinds=tuple(sorted(set(kinds), key=lambda kind: -kinds.count(kind))),
        trained=_marks(happened, trained),
        untrained=_marks(happened, by_score),
        base_rate=_marks(happened, by_rate),
        surely_better_by=_surely_better_by(happened, trained, by_rate, np.concatenate(whose)),
        calibration=calibration(happened, trained),
    )


def _marks(lost: Flags, likely: Floats) -> Marks:
    return Marks(
        auc(lost, likely), brier(lost, likely), calibration_error(calibration(lost, likely))
    )


def _surely_better_by(lost: Flags, trained: Floats, by_rate: Floats, account: Index) -> float:
    gained = (by_rate - lost) ** 2 - (trained - lost) ** 2
    mean = float(np.mean(gained))
    _, place = np.unique(account, return_inverse=True)
    sums = np.bincount(place, weights=gained - mean)
    if len(sums) < 2:
        return float("-inf")
    # A customer's renewals are alike: each customer is one witness, however many they are.
    spread = np.sqrt(np.sum(sums**2) * len(sums) / (len(sums) - 1)) / len(gained)
    return float(mean - _ONE_SIDED * spread)

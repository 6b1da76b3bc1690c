"""How good predictions were on what they had not seen; what is predicted is the loss."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.sample import Flags

BINS = 10
LEAST_IN_BIN = 20


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same height: the mean of them, and what share was lost."""

    n: int
    predicted: float
    actual: float


def ranks_of(values: Floats) -> tuple[Floats, Floats]:
    """Ranks from 1 with ties in the middle, and how many share each value."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place], counts.astype(np.float64)


def auc(lost: Flags, likely: Floats) -> float:
    """The share of pairs of a lost and a kept one that are in the right order, ties half.

    NaN while one of the two kinds is missing.
    """
    lost_n = int(np.count_nonzero(lost))
    kept_n = len(lost) - lost_n
    if lost_n == 0 or kept_n == 0:
        return float("nan")
    ranks, _ = ranks_of(likely)
    return (float(np.sum(ranks[lost])) - lost_n * (lost_n + 1) / 2) / (lost_n * kept_n)


def brier(lost: Flags, likely: Floats) -> float:
    """The mean squared distance of the predicted loss from what happened."""
    return float(np.mean((likely - lost) ** 2)) if len(lost) else float("nan")


def calibration(lost: Flags, likely: Floats) -> tuple[Bin, ...]:
    """At most ten bins of about equally many, never of fewer than twenty when there are as many.

    Equal predictions are never torn apart: their order would say something by accident.
    """
    bins = max(1, min(BINS, len(lost) // LEAST_IN_BIN))
    order = np.argsort(likely, kind="stable")
    ordered = likely[order]
    edges = np.linspace(0, len(lost), bins + 1).round().astype(int)
    if len(lost):
        inner = np.searchsorted(ordered, ordered[edges[1:] - 1], "right")
        edges = np.concatenate([[0], np.unique(inner)])
    return tuple(
        Bin(len(rows), float(np.mean(likely[rows])), float(np.mean(lost[rows])))
        for start, end in pairwise(edges)
        if len(rows := order[start:end])
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """The mean distance between predicted and actual over the bins, by their size (ECE)."""
    total = sum(found.n for found in bins)
    if total == 0:
        return float("nan")
    return sum(found.n * abs(found.predicted - found.actual) for found in bins) / total

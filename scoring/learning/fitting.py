"""What may be learned from so many decided renewals, and learning it.

Below 50 decided or 10 lost (or 10 kept) only the base rate is taken over. Then each signal's course
is learned, shrunk to the hand-set weights as strongly as rows that were not seen ask for: at the
strongest only the score's steepness is learned, so that little evidence never ranks customers worse
than the score did. From 500 on trees may take over, where scikit-learn is installed and they
predict the held-out part better by more than a standard error of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.boosting import boosted, can_boost
from scoring.learning.metrics import auc
from scoring.learning.monotone import SHRINKAGE
from scoring.learning.monotone import fit as fit_monotone
from scoring.learning.platt import platt
from scoring.learning.predicting import DEFAULT_SLOPE, Kind, predict
from scoring.learning.ramps import knots_of, ramps_of
from scoring.learning.sample import Flags, Sample
from scoring.learning.splitting import Split, in_folds, in_time

LEAST_DECIDED = 50
LEAST_OF_EACH = 10
"""So many lost, and so many kept."""

LEAST_FOR_TREES = 500

_FOLDS_OF_TREES = 3
"""In which trees are compared where there is no course of time; they take long to grow."""

SHRINKAGES = (100.0, 30.0, 10.0, SHRINKAGE)
"""What is tried for λ, the most careful first."""

FLATTEST = 0.001
"""Log-odds that a point of health is worth at least: where outcomes do not follow the score all
are nearly equally likely, yet still in the order that people set."""

SAME = 1e-6
"""Probabilities nearer to each other than this are one."""

NO_MATTER = 0.001
"""A difference in log-loss a row that is not worth a bolder model."""

WORSE_BY = 0.0025
"""The AUC by which trees may rank worse than the score before they are put aside."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A kind and its parameters (`predict` reads them), and from how much they were learned."""

    kind: Kind
    parameters: Mapping[str, Any]
    decided_n: int
    lost_n: int

    def likely_loss(self, sample: Sample) -> Floats:
        """The predicted probability of loss of each row."""
        return 1.0 - predict(self.kind, self.parameters, sample.health, sample.g)


def learn(sample: Sample, *, trees: bool | None = None) -> Learned | None:
    """The best that the policy allows; None when nothing is decided, so not even a base rate.

    `trees` says whether boosting may be tried; by default where scikit-learn is installed.
    """
    if len(sample) == 0:
        return None
    kind, shrinkage = choose(sample, trees=can_boost() if trees is None else trees)
    learned = Learned(kind, _way(kind, shrinkage, sample), len(sample), sample.lost_n)
    if kind in (Kind.WEIGHTS, Kind.BOOSTED) and np.ptp(learned.likely_loss(sample)) < SAME:
        # It tells nobody from anybody: then the order that people set is better than none.
        return Learned(Kind.HEALTH, _health(sample), len(sample), sample.lost_n)
    return learned


def untrained(sample: Sample) -> Learned:
    """The hand-set score with the base rate of the rows and nothing else learned."""
    return Learned(Kind.DEFAULT, _default(sample), len(sample), sample.lost_n)


def choose(sample: Sample, *, trees: bool) -> tuple[Kind, float]:
    """Which kind the policy picks, and how strongly it shrinks (for WEIGHTS)."""
    if len(sample) < LEAST_DECIDED or min(sample.lost_n, sample.kept_n) < LEAST_OF_EACH:
        return Kind.DEFAULT, 0.0
    chosen, shrinkage = _how_bold(sample)
    if trees and len(sample) >= LEAST_FOR_TREES:
        held = in_time(sample) or in_folds(sample, _FOLDS_OF_TREES)
        if not held.parts:
            return chosen, shrinkage
        lost, by_trees = _unseen(sample, held, boosted, Kind.BOOSTED)
        _, otherwise = _unseen(sample, held, partial(_way, chosen, shrinkage), chosen)
        gained = (otherwise - lost) ** 2 - (by_trees - lost) ** 2
        if float(np.mean(gained)) > float(np.std(gained)) / sqrt(len(gained)):
            ranked = auc(lost, _unseen(sample, held, _health, Kind.HEALTH)[1])
            if auc(lost, by_trees) >= ranked - WORSE_BY:
                return Kind.BOOSTED, 0.0
    return chosen, shrinkage


def _how_bold(sample: Sample) -> tuple[Kind, float]:
    """The most careful way whose loss on unseen rows is not surely above the best one's.

    "Surely": by more than a standard error of the difference, row by row.
    """
    held = in_folds(sample)
    if not held.parts:
        return Kind.HEALTH, 0.0
    ways = [(Kind.HEALTH, 0.0), *((Kind.WEIGHTS, each) for each in SHRINKAGES)]
    losses = []
    for kind, shrinkage in ways:
        lost, likely = _unseen(sample, held, partial(_way, kind, shrinkage), kind)
        losses.append(-np.log(np.where(lost, likely, 1.0 - likely)))
    best = min(losses, key=lambda loss: float(np.mean(loss)))
    for way, loss in zip(ways, losses, strict=True):
        apart = loss - best
        surely = float(np.std(apart)) / sqrt(len(apart))
        if float(np.mean(apart)) <= max(surely, NO_MATTER):
            return way
    return ways[-1]


def _unseen(
    sample: Sample, held: Split, way: Callable[[Sample], Mapping[str, Any]], kind: Kind
) -> tuple[Flags, Floats]:
    """Who was lost of the rows held back, and what was predicted of them."""
    lost, likely = [], []
    for learn_from, tell in held.parts:
        rows = sample.where(tell)
        parameters = way(sample.where(learn_from))
        lost.append(rows.lost)
        likely.append(1.0 - predict(kind, parameters, rows.health, rows.g))
    return np.concatenate(lost), np.concatenate(likely)


def _way(kind: Kind, shrinkage: float, sample: Sample) -> dict[str, Any]:
    match kind:
        case Kind.DEFAULT:
            return _default(sample)
        case Kind.HEALTH:
            return _health(sample)
        case Kind.WEIGHTS:
            return _weights(sample, shrinkage)
        case Kind.BOOSTED:
            return boosted(sample)


def _default(sample: Sample) -> dict[str, Any]:
    # As if one more had been lost and one more kept: a book of three renewals is not certain.
    return {
        "lost_share": (sample.lost_n + 1) / (len(sample) + 2),
        "mean_health": float(np.mean(sample.health)),
    }


def _health(sample: Sample) -> dict[str, Any]:
    intercept, slope = platt(sample.health, ~sample.lost)
    flattest = max(0.0, FLATTEST - slope)
    return {
        "intercept": intercept - flattest * float(np.mean(sample.health)),
        "slope": slope + flattest,
    }


def _weights(sample: Sample, shrinkage: float) -> dict[str, Any]:
    knots = [knots_of(column) for column in sample.g.T]
    ramps = np.hstack(
        [ramps_of(column, edges) for column, edges in zip(sample.g.T, knots, strict=True)]
    )
    share = sample.weights / np.sum(sample.weights)
    experts = np.concatenate(
        [
            100 * DEFAULT_SLOPE * weight * np.diff(np.asarray(edges))
            for weight, edges in zip(share, knots, strict=True)
        ]
    )
    fitted = fit_monotone(ramps, sample.lost.astype(np.float64), experts, shrinkage)
    ends = np.cumsum([len(edges) - 1 for edges in knots])[:-1]
    return {
        "intercept": -fitted.intercept,
        "boldness": fitted.boldness,
        "shrinkage": shrinkage,
        "signals": [
            {"name": name, "knots": list(edges), "theta": theta.tolist()}
            for name, edges, theta in zip(
                sample.names, knots, np.split(fitted.theta, ends), strict=True
            )
        ],
    }

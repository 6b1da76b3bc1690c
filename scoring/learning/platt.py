"""Platt's scaling: two numbers that turn any score into a probability that keeps its word."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.odds import log_loss, log_odds, probability
from scoring.learning.sample import Flags

_STEPS = 50
_HALVINGS = 30


def platt(score: Floats, yes: Flags) -> tuple[float, float]:
    """Intercept and slope of the log-odds of `yes` by a score; the slope is never negative.

    Platt's own targets keep both finite where a score separates the two perfectly. In a score that
    tells nothing the slope is 0 and the probability the base rate.
    """
    yes_n = int(np.count_nonzero(yes))
    no_n = len(yes) - yes_n
    target = np.where(yes, (yes_n + 1) / (yes_n + 2), 1 / (no_n + 2))
    flat = log_odds(float(np.mean(target)))
    middle, spread = float(np.mean(score)), float(np.std(score))
    if spread == 0.0:
        return flat, 0.0
    x = (score - middle) / spread
    design = np.column_stack([np.ones(len(x)), x])
    point = np.array([flat, 0.0])
    loss = log_loss(design @ point, target)
    for _ in range(_STEPS):
        likely = probability(design @ point)
        slope = design.T @ (likely - target)
        bend = (design.T * (likely * (1 - likely))) @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, -slope)
        length = 1.0
        for _ in range(_HALVINGS):
            tried = point + length * step
            tried_loss = log_loss(design @ tried, target)
            if tried_loss <= loss:
                break
            length /= 2
        gained, point, loss = loss - tried_loss, tried, tried_loss
        if gained <= 1e-10 * (1 + loss):
            break
    if point[1] <= 0.0:
        return flat, 0.0
    return float(point[0] - point[1] * middle / spread), float(point[1] / spread)

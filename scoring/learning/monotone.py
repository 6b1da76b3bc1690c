"""Logistic regression with weights that are not negative and are shrunk to those of experts.

    log-odds of loss = a − Σ θ·r,   θ ≥ 0
    Σ log-loss + λ/2·‖θ − b·θ₀‖² + ν·(b − 1)²,   b ≥ 0

θ₀ are the experts' weights; b lets a book say that they are too bold or too shy as a whole. The
problem is convex; a, θ and b are found together by projected Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.odds import log_loss, log_odds, probability

SHRINKAGE = 3.0
"""λ: chosen on public churn data, see docs/health.md."""

BOLDNESS = 0.025
"""ν: nearly lets b free; it matters only while little is decided."""

_STEPS = 100
_HALVINGS = 40
_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True)
class Fitted:
    """`boldness` is b: 1 where outcomes follow the hand-set score as steeply as assumed."""

    intercept: float
    theta: Floats
    boldness: float


def fit(ramps: Floats, lost: Floats, experts: Floats, shrinkage: float = SHRINKAGE) -> Fitted:
    """The weights for n × m ramps; `lost` is 1.0 or 0.0, `experts` are θ₀."""
    rows, columns = ramps.shape
    design = np.empty((rows, columns + 1))
    design[:, 0] = 1.0
    np.negative(ramps, out=design[:, 1:])
    # At the start: the experts' weights, and the intercept that gives the base rate at the mean.
    point = np.concatenate([[0.0], experts, [1.0]])
    point[0] = log_odds(float(np.mean(lost))) + float(np.mean(ramps @ experts))
    bounded = np.ones(columns + 2, bool)
    bounded[0] = False
    loss = _objective(point, design, lost, experts, shrinkage)
    for _ in range(_STEPS):
        slope, bend = _derivatives(point, design, lost, experts, shrinkage)
        free = ~(bounded & (point <= 0.0) & (slope > 0.0))
        if float(np.max(np.abs(slope[free]), initial=0.0)) <= _ENOUGH * rows:
            break
        step = np.zeros_like(point)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], -slope[free])
        length = 1.0
        for _ in range(_HALVINGS):
            tried = point + length * step
            tried[bounded] = np.maximum(tried[bounded], 0.0)
            tried_loss = _objective(tried, design, lost, experts, shrinkage)
            if tried_loss <= loss + 1e-4 * float(slope @ (tried - point)):
                break
            length /= 2
        else:
            break
        gained = loss - tried_loss
        point, loss = tried, tried_loss
        if gained <= _ENOUGH * (1.0 + abs(loss)):
            break
    return Fitted(float(point[0]), point[1:-1].copy(), float(point[-1]))


def _objective(
    point: Floats, design: Floats, lost: Floats, experts: Floats, shrinkage: float
) -> float:
    apart = point[1:-1] - point[-1] * experts
    return (
        log_loss(design @ point[:-1], lost)
        + shrinkage / 2 * float(apart @ apart)
        + BOLDNESS * float(point[-1] - 1.0) ** 2
    )


def _derivatives(
    point: Floats, design: Floats, lost: Floats, experts: Floats, shrinkage: float
) -> tuple[Floats, Floats]:
    likely = probability(design @ point[:-1])
    apart = point[1:-1] - point[-1] * experts
    slope = np.zeros_like(point)
    slope[:-1] = design.T @ (likely - lost)
    slope[1:-1] += shrinkage * apart
    slope[-1] = -shrinkage * float(experts @ apart) + 2 * BOLDNESS * (point[-1] - 1.0)
    bend = np.zeros((len(point), len(point)))
    bend[:-1, :-1] = (design.T * (likely * (1.0 - likely))) @ design
    inner = np.arange(1, len(point) - 1)
    bend[inner, inner] += shrinkage
    bend[1:-1, -1] = bend[-1, 1:-1] = -shrinkage * experts
    bend[-1, -1] = shrinkage * float(experts @ experts) + 2 * BOLDNESS
    bend[0, 0] += 1e-9  # the intercept alone is not shrunk
    return slope, bend

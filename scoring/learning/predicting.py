"""From a customer's normalised signals and health to the probability of renewal.

What was learned is a kind and parameters that survive as JSON, so that predicting needs neither
the rows it was learned from nor the library that learned it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.odds import log_odds, probability
from scoring.learning.ramps import ramps_of
from scoring.learning.trees import sum_of_trees

DEFAULT_SLOPE = 0.06
"""Log-odds of renewal that a point of health is worth while nothing is learned."""


class Kind(StrEnum):
    """How a probability came about, the least learned first.

    `DEFAULT` only knows the share that renewed and assumes the slope; `HEALTH` learned how steeply
    outcomes follow the score; `WEIGHTS` learned each signal's course; `BOOSTED` learned trees.
    """

    DEFAULT = "default"
    HEALTH = "health"
    WEIGHTS = "weights"
    BOOSTED = "boosted"


def predict(kind: str, parameters: Mapping[str, Any], health: Floats, g: Floats) -> Floats:
    """The probability of renewal of n customers from their n scores and n × k signals.

    Raises ValueError for a kind or a number of signals that the parameters were not learned for.
    """
    match Kind(kind):
        case Kind.DEFAULT:
            odds = log_odds(1 - float(parameters["lost_share"])) + DEFAULT_SLOPE * (
                health - float(parameters["mean_health"])
            )
        case Kind.HEALTH:
            odds = float(parameters["intercept"]) + float(parameters["slope"]) * health
        case Kind.WEIGHTS:
            odds = _odds_by_weights(parameters, g)
        case Kind.BOOSTED:
            found = sum_of_trees(parameters["trees"], g, int(parameters["signals"]))
            odds = float(parameters["intercept"]) + float(parameters["slope"]) * found
    return probability(odds)


def _odds_by_weights(parameters: Mapping[str, Any], g: Floats) -> Floats:
    courses = parameters["signals"]
    if len(courses) != g.shape[1]:
        raise ValueError(f"learned from {len(courses)} signals, not from {g.shape[1]}")
    odds = np.full(len(g), float(parameters["intercept"]))
    for column, course in enumerate(courses):
        odds += ramps_of(g[:, column], course["knots"]) @ np.asarray(course["theta"], np.float64)
    return odds

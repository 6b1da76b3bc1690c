"""Probabilities and log-odds without overflow."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import Floats

FURTHEST = 30.0
"""Log-odds beyond this are not told apart; a probability never becomes exactly 0 or 1."""


def probability(log_odds: Floats) -> Floats:
    """σ(x), in the open interval."""
    bounded = np.clip(log_odds, -FURTHEST, FURTHEST)
    result: Floats = 1.0 / (1.0 + np.exp(-bounded))
    return result


def log_odds(share: float) -> float:
    """The log-odds of a share; 0 and 1 are taken as nearly so."""
    bounded = min(max(share, 1e-9), 1 - 1e-9)
    return float(np.log(bounded / (1 - bounded)))


def log_loss(log_odds_of_yes: Floats, yes: Floats) -> float:
    """Summed negative log-likelihood."""
    return float(np.sum(np.logaddexp(0.0, log_odds_of_yes) - yes * log_odds_of_yes))

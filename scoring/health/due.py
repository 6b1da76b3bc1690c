"""When the clock alone may change a standing: what ages, and which limit is reached when.

A stored score may lag by `DRIFT_POINTS` before it is computed again; a band or a rule never lags.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.bands import stays
from scoring.health.facts import NO_DAY, SEGMENTS, Days, Floats, Subjects
from scoring.health.measures.rows import FRESH_DAYS
from scoring.health.model import HealthModel
from scoring.health.scored import RuleFacts
from scoring.health.weights import Weights, weighed
from scoring.model import Segment

DRIFT_POINTS = 0.5

LONGEST_DAYS = 30
"""Everybody is looked at again after so long, whatever was computed."""

_STILL = 1e-9
_MOST = 1e6
_LN2 = float(np.log(2.0))

_FADING = frozenset({"ticket_rate", "touches", "engagement"})
"""Measures of ours that count events less the longer they are ago."""

OVERDUE = "overdue_days"


def days_until_drift(
    model: HealthModel,
    weights: Weights,
    x: Floats,
    f: Floats,
    age: NDArray[np.int32],
    c: Floats,
    score: Floats,
    coverage: Floats,
    band: NDArray[np.int8],
) -> Floats:
    """In how many days ageing alone may move the score past what is tolerated, a band's edge or
    the coverage floor; at least 1. The rate of change is bounded by today's."""
    pace = _LN2 / weights.half_life
    ages = f > 0.0
    starts = ages & (age < FRESH_DAYS)
    fades = ages & ~starts
    drift = weighed(np.abs(c) * fades, pace) + _moving(model, weights, x, f)
    low, high = stays(band, model)
    room = np.minimum(np.minimum(score - low, high - score), DRIFT_POINTS)
    days = _days(room, drift)
    lost = weighed(f * fades, pace * weights.points) / 100.0
    spare = coverage - model.coverage_floor
    days = np.minimum(days, np.where(spare >= 0.0, _days(spare, lost), LONGEST_DAYS))
    oldest = np.where(starts, age, FRESH_DAYS + 1 - LONGEST_DAYS).max(axis=1)
    fresh = FRESH_DAYS + 1 - oldest
    found: Floats = np.clip(np.minimum(days, fresh), 1.0, LONGEST_DAYS)
    return found


def due_on(
    subjects: Subjects, model: HealthModel, rule_facts: RuleFacts, turns_on: Days, days: Floats
) -> Days:
    """The first day on which the clock may change the score, a rule or a warning."""
    limits = model.limits
    silent = np.array([limits.silent_days.get(Segment(code), np.inf) for code in SEGMENTS])
    ahead = [
        rule_facts.days_to_end - limits.ends_within_days,
        np.where(rule_facts.overdue_days > 0, limits.overdue_days + 1, np.inf)
        - rule_facts.overdue_days,
        limits.idle_days - rule_facts.idle_days,
        limits.idle_long_days - rule_facts.idle_days,
        silent[subjects.segment] - rule_facts.silent_days,
        silent[subjects.segment] + 1 - rule_facts.silent_days,
    ]
    for until in ahead:
        days = np.fmin(days, np.where(until >= 1.0, until, np.inf))
    found: Days = (subjects.as_of + days).astype(np.int32)
    if len(turns_on):
        found = np.where(turns_on != NO_DAY, np.minimum(found, turns_on), found)
    return found


def _moving(model: HealthModel, weights: Weights, x: Floats, f: Floats) -> Floats:
    """Points a day by which measures move that look at the clock themselves."""
    points = np.zeros(len(x))
    for place, signal in enumerate(model.signals):
        if signal.measure not in _FADING | {OVERDUE}:
            continue
        steep = weights.points[:, place] / np.abs(weights.span[:, place]) * f[:, place]
        value = np.where(f[:, place] > 0.0, x[:, place], 0.0)
        value = np.minimum(np.maximum(value, 0.0), _MOST)
        if signal.measure == OVERDUE:
            points += steep * (value > 0)
        else:
            fading = value * _LN2 / signal.half_life_days
            points += steep * (fading / (1.0 + value) if signal.log else fading)
    return points


def _days(room: Floats, pace: Floats) -> Floats:
    moves = pace > _STILL
    return np.where(moves, np.maximum(room, 0.0) / np.where(moves, pace, 1.0), LONGEST_DAYS)

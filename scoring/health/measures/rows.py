"""Rows of many subjects at once: sums, the latest, windows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import NO_DAY, Days, Floats, Index, Observations
from scoring.health.seen import latest

FRESH_DAYS = 7
"""For so long what was seen counts fully; from then on it halves every half-life."""

_NOTHING = 1e-9


def freshness(age_days: Floats, half_life_days: Floats | float) -> Floats:
    """2^(-max(0, age - 7) / half-life): how much of something seen then still counts."""
    faded: Floats = np.exp2(np.maximum(age_days - FRESH_DAYS, 0.0) / -np.asarray(half_life_days))
    return faded


def total(subject: Index, weight: Floats | NDArray[np.bool_] | None, n: int) -> Floats:
    """The sum of `weight` over each subject's rows (how many there are without one)."""
    return np.bincount(subject, weight, n).astype(np.float64)


def share(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where there is no whole worth the name."""
    known = whole > _NOTHING
    found: Floats = np.where(known, part / np.where(known, whole, 1.0), np.nan)
    return found


def latest_value(rows: Observations, n: int) -> tuple[Floats, Days]:
    """Each subject's last observation (NaN) and its day (NO_DAY)."""
    ends = np.searchsorted(rows.subject, np.arange(n), "right") - 1
    if not len(rows.subject):
        return np.full(n, np.nan), np.full(n, NO_DAY, np.int32)
    there = (ends >= 0) & (rows.subject[np.maximum(ends, 0)] == np.arange(n))
    at = np.maximum(ends, 0)
    on = np.where(there, rows.on[at], NO_DAY).astype(np.int32)
    return np.where(there, rows.value[at], np.nan), on


def window_mean(rows: Observations, days: int, n: int) -> tuple[Floats, Days]:
    """The mean of the `days` that end with each subject's last observation, and that day.

    The window hangs on what was seen last, not on today: what is old grows stale, it does not
    fall out one by one.
    """
    on = latest(rows.subject, rows.on, n)
    inside = rows.on > on[rows.subject] - days
    subject, value = rows.subject[inside], rows.value[inside]
    return share(total(subject, value, n), total(subject, None, n)), on


def window_sum(rows: Observations, days: int, n: int) -> tuple[Floats, Days]:
    """The sum over the `days` that end with each subject's last observation, and that day."""
    mean, on = window_mean(rows, days, n)
    inside = rows.on > on[rows.subject] - days
    return mean * total(rows.subject[inside], None, n), on


def window_peak(rows: Observations, days: int, n: int) -> tuple[Floats, Days]:
    """The highest of the `days` that end with each subject's last observation, and that day."""
    on = latest(rows.subject, rows.on, n)
    inside = rows.on > on[rows.subject] - days
    peak = np.full(n, -np.inf)
    np.maximum.at(peak, rows.subject[inside], rows.value[inside])
    return np.where(np.isfinite(peak), peak, np.nan), on


def faded_count(
    subject: Index, on: Days, as_of: Days, window_days: int, half_life_days: float,
    weight: Floats | None = None,
) -> Floats:  # fmt: skip
    """How many events the last `window_days` had, each counting less the longer it is ago."""
    age = (as_of[subject] - on).astype(np.float64)
    counts = np.where(age < window_days, freshness(age, half_life_days), 0.0)
    return total(subject, counts if weight is None else counts * weight, len(as_of))

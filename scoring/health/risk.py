"""How much speaks against a renewal, as the factor that orders work (value x risk x time)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import NO_DAY, Days, Floats
from scoring.priority import UNKNOWN_VALUE, URGENCY_DOUBLES_DAYS

BY_BAND = (0.05, 0.15, 0.4, 0.7)
"""Risk by rank of the band while nothing predicts: shares seen lost in public churn data, rounded.
They only order work; no card shows them."""

UNKNOWN = 0.25
"""Between steady and at risk: who nobody knows anything of is looked at before who does well."""

LEAST = 0.01

STEPS_PER_DOUBLING = 8
"""Risk counts in steps of 9 %, so that a night's small changes do not rewrite the whole order."""

_LATEST = 3_652_059
"""`date.max.toordinal()`: where an open-ended term stands."""


def risk_of(p_renew: Floats, band: NDArray[np.int8]) -> Floats:
    """1 - p where it is known (not NaN), else by band (-1: not enough data)."""
    by_band = np.array([*BY_BAND, UNKNOWN])[band]
    found: Floats = np.where(np.isnan(p_renew), by_band, 1.0 - p_renew)
    return np.clip(found, LEAST, 1.0)


def priorities(worth: Floats, countdown_on: Days, risk: Floats) -> Floats:
    """`scoring.priority.priority` for many terms, with risk in steps; NaN is an unknown worth."""
    value = np.maximum(np.where(np.isnan(worth), float(UNKNOWN_VALUE), worth), 1.0)
    days = np.where(countdown_on == NO_DAY, _LATEST, countdown_on)
    steps = np.round(np.log2(risk) * STEPS_PER_DOUBLING) / STEPS_PER_DOUBLING
    found: Floats = np.log2(value) + steps - days / URGENCY_DOUBLES_DAYS
    return found

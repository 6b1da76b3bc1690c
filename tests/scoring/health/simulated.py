"""Books whose truth is known: flat customers, falling ones, scores that only tremble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.bands import banded
from scoring.health.facts import Floats, Observations
from scoring.health.measures.trend import WEEKS, change, falling
from scoring.health.model import HealthModel, Limits
from tests.scoring.health.facts_at import T

LOW_NOISE = 0.10
"""Weekly usage of a customer of a hundred seats scatters by a tenth."""


def usage(
    n: int, *, lost: float, noise: float, seed: int, missing: int = 0, zeroed: int = 0
) -> Observations:
    """Weekly usage of n customers over three months that loses the share `lost` on the way.

    `missing` weeks were never told, `zeroed` weeks were told as 0 (an outage of the counter).
    """
    draw = np.random.default_rng(seed)
    level = draw.uniform(50.0, 500.0, (n, 1))
    course = np.linspace(0.0, np.log1p(-lost), WEEKS)
    weeks = np.rint(level * np.exp(course + draw.normal(0.0, noise, (n, WEEKS))))
    told = np.ones((n, WEEKS), np.bool_)
    order = np.argsort(draw.random((n, WEEKS)), axis=1)
    np.put_along_axis(told, order[:, :missing], values=False, axis=1)
    np.put_along_axis(weeks, order[:, missing : missing + zeroed], 0.0, axis=1)
    on = np.broadcast_to(T - 7 * np.arange(WEEKS - 1, -1, -1), (n, WEEKS))
    subject = np.broadcast_to(np.arange(n)[:, None], (n, WEEKS))
    return Observations(subject[told], on[told].astype(np.int32), weeks[told])


def alarms(rows: Observations, n: int) -> float:
    """The share of customers whose usage is called falling."""
    limits = Limits()
    changed, on = change(rows, n, limits)
    return float(np.nanmean(falling(rows, changed, on, np.full(n, T, np.int32), limits)))


def band_changes(truth: Floats, model: HealthModel, *, noise: float, seed: int) -> float:
    """Band changes per customer in a year of weekly scores that tremble around the truth."""
    draw = np.random.default_rng(seed)
    known = np.ones(len(truth))
    band: NDArray[np.int8] = banded(truth, known, np.full(len(truth), -1, np.int8), model)
    changes = 0
    for _ in range(52):
        score = np.clip(truth + draw.normal(0.0, noise, len(truth)), 0.0, 100.0)
        after = banded(score, known, band, model)
        changes += int((after != band).sum())
        band = after
    return changes / len(truth)

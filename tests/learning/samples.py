"""Made-up books of decided renewals with a known truth."""

from __future__ import annotations

from datetime import date

import numpy as np

from scoring.health.facts import Floats
from scoring.learning.sample import Sample

FIRST_DAY = date(2024, 1, 1).toordinal()


def sample(
    g: Floats,
    lost: np.ndarray[tuple[int], np.dtype[np.bool_]],
    *,
    weights: Floats | None = None,
    account: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None,
    dated: bool = True,
    arr: Floats | None = None,
    known: np.ndarray[tuple[int, int], np.dtype[np.bool_]] | None = None,
) -> Sample:
    """Rows in the order of their lapse days, ten a day when `dated`; else all on one day."""
    n, k = g.shape
    weighed = np.ones(k) if weights is None else weights
    days = np.arange(n) // 10 if dated else np.zeros(n)
    return Sample(
        names=tuple(f"signal_{number}" for number in range(k)),
        weights=weighed,
        g=g,
        known=np.ones(g.shape, bool) if known is None else known,
        health=100 * (g @ weighed) / np.sum(weighed),
        lost=lost,
        lapse_on=(FIRST_DAY + days).astype(np.int32),
        account=np.arange(n) if account is None else account,
        arr=np.full(n, np.nan) if arr is None else arr,
    )


def book(
    n: int,
    slopes: list[float],
    *,
    offset: float = 1.0,
    seed: int = 1,
    dated: bool = True,
    weights: Floats | None = None,
) -> Sample:
    """A book whose log-odds of renewal are `offset + Σ slope·(g − ½)`."""
    generator = np.random.default_rng(seed)
    g = generator.random((n, len(slopes)))
    odds = offset + (g - 0.5) @ np.array(slopes)
    lost = generator.random(n) > 1 / (1 + np.exp(-odds))
    return sample(g, lost, dated=dated, weights=weights)

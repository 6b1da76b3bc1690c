"""From a score to a band that does not flap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Floats
from scoring.health.model import Band, HealthModel

NO_BAND = -1
LOWEST = len(Band) - 1


def banded(
    score: Floats, coverage: Floats, previous: NDArray[np.int8], model: HealthModel
) -> NDArray[np.int8]:
    """The rank of each band, NO_BAND below the coverage floor.

    `previous` (NO_BAND: none) is left only `leave_points` past its edge, then for the band the
    score lies in.
    """
    rank = np.zeros(len(score), np.int8)
    for edge in model.edges:
        rank += score < edge
    low, high = stays(previous, model)
    rank = np.where((previous != NO_BAND) & (score >= low) & (score < high), previous, rank)
    return np.where(coverage < model.coverage_floor, NO_BAND, rank).astype(np.int8)


def stays(rank: NDArray[np.int8], model: HealthModel) -> tuple[Floats, Floats]:
    """From which score on, and below which, a customer stays in a band; infinite at the ends.

    Near 0 and 100 half of what is left is enough, or a band there could never be reached.
    """
    down = [edge - min(model.leave_points, edge / 2) for edge in model.edges]
    up = [edge + min(model.leave_points, (100 - edge) / 2) for edge in model.edges]
    low = np.array([*down, -np.inf, -np.inf])  # the last is NO_BAND's, from behind
    high = np.array([np.inf, *up, np.inf])
    return low[rank], high[rank]


def band_of(rank: int) -> Band | None:
    """The band with a rank, None for NO_BAND."""
    return None if rank < 0 else list(Band)[rank]

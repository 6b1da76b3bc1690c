"""From a score to a band that does not flap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Floats
from scoring.health.model import Band, HealthModel

NO_BAND = -1


def banded(
    score: Floats, coverage: Floats, previous: NDArray[np.int8], model: HealthModel
) -> NDArray[np.int8]:
    """The rank of each band, NO_BAND below the coverage floor; leaves `previous` only late."""
    raise NotImplementedError


def band_of(rank: int) -> Band | None:
    """The band with a rank, None for NO_BAND."""
    return None if rank < 0 else list(Band)[rank]

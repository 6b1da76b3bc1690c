"""Contributions as they are stored: hundredths of a point, little-endian int16."""

from __future__ import annotations

from struct import iter_unpack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring.health.facts import Floats

_PARTS_OF_A_POINT = 100.0
_LARGEST = 32_767.0
"""What an int16 can hold."""


def pack(parts: Floats) -> list[bytes]:
    """One blob a row of n × (1 + k) points."""
    import numpy as np  # a chat line that only reads stored points does without it

    hundredths = np.rint(np.nan_to_num(parts) * _PARTS_OF_A_POINT)
    whole = np.clip(hundredths, -_LARGEST, _LARGEST).astype("<i2").tobytes()
    size = parts.shape[1] * 2
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def unpack(blob: bytes) -> tuple[float, ...]:
    """The points of one row."""
    return tuple(hundredths / _PARTS_OF_A_POINT for (hundredths,) in iter_unpack("<h", blob))

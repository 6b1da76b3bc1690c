"""Contributions as they are stored: hundredths of a point, little-endian int16."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import Floats

_PARTS_OF_A_POINT = 100.0
_LARGEST = float(np.iinfo(np.int16).max)


def pack(parts: Floats) -> list[bytes]:
    """One blob a row of n × (1 + k) points."""
    hundredths = np.rint(np.nan_to_num(parts) * _PARTS_OF_A_POINT)
    whole = np.clip(hundredths, -_LARGEST, _LARGEST).astype("<i2").tobytes()
    size = parts.shape[1] * 2
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def unpack(blob: bytes) -> list[float]:
    """The points of one row."""
    points: list[float] = (np.frombuffer(blob, "<i2") / _PARTS_OF_A_POINT).tolist()
    return points

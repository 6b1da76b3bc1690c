"""Contributions as they are stored: hundredths of a point, little-endian int16."""

from __future__ import annotations

from scoring.health.facts import Floats


def pack(parts: Floats) -> list[bytes]:
    """One blob a row of n × (1 + k) points."""
    raise NotImplementedError


def unpack(blob: bytes) -> list[float]:
    """The points of one row."""
    raise NotImplementedError

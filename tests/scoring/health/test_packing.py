"""Contributions as bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.packing import pack, unpack

points = st.floats(-100.0, 100.0)


@given(st.lists(st.lists(points, min_size=3, max_size=3), min_size=1, max_size=5))
def test_points_come_back_to_the_hundredth(rows: list[list[float]]) -> None:
    blobs = pack(np.array(rows))
    assert len(blobs) == len(rows)
    for row, blob in zip(rows, blobs, strict=True):
        assert len(blob) == 6
        assert unpack(blob) == pytest.approx(row, abs=0.0050001)


def test_the_bytes_are_the_same_on_every_machine() -> None:
    assert pack(np.array([[63.75, -1.14, 0.0]])) == [bytes([0xE7, 0x18, 0x8E, 0xFF, 0, 0])]


def test_what_is_no_number_is_nothing_and_what_is_too_large_is_cut() -> None:
    (blob,) = pack(np.array([[np.nan, 1e9, -1e9]]))
    assert unpack(blob) == (0.0, 327.67, -327.67)


def test_no_rows_are_no_bytes() -> None:
    assert pack(np.empty((0, 13))) == []

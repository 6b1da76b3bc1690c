"""What a PNG shows, pixel by pixel, and which characters a font can draw."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pixels(png: bytes) -> NDArray[np.uint8]:
    """Height × width × 4 of an 8-bit RGBA picture."""
    assert png.startswith(SIGNATURE)
    width = height = 0
    packed = b""
    at = len(SIGNATURE)
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, colour, interlaced) == (8, 6, 0)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    raw = zlib.decompress(packed)
    stride = width * 4
    rows = np.zeros((height, stride), np.uint8)
    above = np.zeros(stride, np.uint8)
    for y in range(height):
        line = raw[y * (stride + 1) : (y + 1) * (stride + 1)]
        above = _unfiltered(line[0], np.frombuffer(line[1:], np.uint8), above)
        rows[y] = above
    return rows.reshape(height, width, 4)


def dark(picture: NDArray[np.uint8]) -> int:
    """How many pixels are as dark as words are."""
    return int((picture[:, :, :3].max(axis=2) < 120).sum())


def drawable(font: Path) -> set[str]:
    """The characters a font has a glyph for, from its `cmap` (OpenType, format 12 or 4)."""
    content = font.read_bytes()
    tables = struct.unpack(">H", content[4:6])[0]
    found: set[str] = set()
    for number in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", content[12 + 16 * number : 28 + 16 * number])
        if tag != b"cmap":
            continue
        subtables = struct.unpack(">H", content[offset + 2 : offset + 4])[0]
        for each in range(subtables):
            start = offset + 4 + 8 * each
            place = offset + struct.unpack(">HHI", content[start : start + 8])[2]
            if struct.unpack(">H", content[place : place + 2])[0] == 12:
                groups = struct.unpack(">I", content[place + 12 : place + 16])[0]
                for group in range(groups):
                    first, last, _ = struct.unpack(
                        ">III", content[place + 16 + 12 * group : place + 28 + 12 * group]
                    )
                    found.update(map(chr, range(first, last + 1)))
    return found


def _unfiltered(how: int, line: NDArray[np.uint8], above: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One row as it was before PNG's filter (RFC 2083, 6)."""
    if how == 0:
        return line.copy()
    if how == 2:
        return line + above
    row = [0] * len(line)
    for x, value in enumerate(line.tolist()):
        left = row[x - 4] if x >= 4 else 0
        up = int(above[x])
        corner = int(above[x - 4]) if x >= 4 else 0
        if how == 1:
            guess = left
        elif how == 3:
            guess = (left + up) // 2
        else:
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda known: abs(estimate - known))
        row[x] = (value + guess) & 255
    return np.array(row, np.uint8)

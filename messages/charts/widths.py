"""How wide words are: enough to know whether labels meet, without reading the font."""

from __future__ import annotations

from unicodedata import east_asian_width

_WIDE, _NARROW = 1.0, 0.58


def width_of(words: str, size: float) -> float:
    """The width of a text in units, a little more rather than less."""
    return size * sum(_WIDE if east_asian_width(c) in "WF" else _NARROW for c in words)


def cut_to(words: str, size: float, most: float) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if width_of(words, size) <= most:
        return words
    kept = words
    while kept and width_of(kept + "…", size) > most:
        kept = kept[:-1]
    return kept.rstrip() + "…"

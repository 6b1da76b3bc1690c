"""From SVG to PNG, with nothing but the font that ships with us: the same bytes everywhere."""

from __future__ import annotations

from functools import cache
from importlib import resources

from messages.charts.svg import FONT, label, picture
from messages.i18n import Phrasebook
from scoring.health.model import Band
from scoring.model import Locale

SCALE = 2.0
"""Pixels a unit, so that telephones show sharp letters."""


def png_of(svg: str) -> bytes:
    """The picture as PNG; ValueError for what is no SVG (a bug of ours)."""
    import resvg_py  # 3 MB that only pictures need

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=SCALE,
            skip_system_fonts=True,
            font_files=[font_file()],
            font_family=FONT,
            sans_serif_family=FONT,
        )
    )


def draws_words() -> bool:
    """Whether words of every language leave any ink: resvg says nothing when it has no font."""
    empty = png_of(picture(60, 20, [], background="#ffffff"))
    words = (Phrasebook(locale).label(Band.STEADY) for locale in Locale)
    return all(
        png_of(picture(60, 20, [label(2, 15, word, fill="#000000")], background="#ffffff")) != empty
        for word in words
    )


@cache
def font_file() -> str:
    """Where the shipped font lies: without it resvg draws no words and says nothing."""
    return str(resources.files("messages") / "charts" / "fonts" / "NotoSansSC-Regular.otf")

"""The few SVG elements that charts are made of; whatever is written is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from messages.render.words import flat

FONT = "Noto Sans SC"
"""The family name inside the shipped font file: with any other name no text would be drawn."""


def element(name: str, *inside: str, **attributes: str | float | None) -> str:
    """An element; `stroke_width` is written `stroke-width`, attributes of None are left out."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_written(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(inside)}</{name}>" if inside else f"<{name}{given}/>"


def label(
    x: float, y: float, words: str, *, size: float = 13, fill: str, anchor: str = "start"
) -> str:
    """Plain text with its baseline at `y`; control characters and line ends are taken out."""
    said = escape("".join(c if c.isprintable() else " " for c in flat(words)))
    return element("text", said, x=x, y=y, font_size=size, fill=fill, text_anchor=anchor)


def picture(width: int, height: int, parts: Iterable[str], *, background: str) -> str:
    """A whole SVG document."""
    ground = element("rect", width=width, height=height, fill=background)
    return element(
        "svg",
        ground,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        font_family=FONT,
    )


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")

"""Figures side by side, as bars from a common line, with their range where one is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from messages.charts import palette
from messages.charts.png import png_of
from messages.charts.svg import element, label, picture
from messages.charts.widths import cut_to, width_of

WIDTH = 640
_ROW, _TOP, _BOTTOM, _SIDE = 34, 56, 20, 16
_TITLE, _SMALL = 16, 13
_NAMES = 210
MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure: its name, its size from the common line on, and how it is written.

    `low` and `high` are drawn as a thin line over the bar. A bar below the line is drawn to the
    left; `good` decides its colour.
    """

    name: str
    value: float
    words: str
    good: bool = True
    low: float | None = None
    high: float | None = None


def bars_chart(title: str, bars: Sequence[Bar]) -> bytes:
    """A PNG of at most MOST_BARS figures, in the order given."""
    return png_of(bars_svg(title, bars))


def bars_svg(title: str, bars: Sequence[Bar]) -> str:
    """The same as SVG; ValueError without any figure."""
    if not bars:
        raise ValueError("a chart of no figures says nothing")
    shown = bars[:MOST_BARS]
    words = max(width_of(bar.words, _SMALL) for bar in shown) + 12
    scale = _Scale(shown, _SIDE + _NAMES + 8, WIDTH - _SIDE - words)
    parts = [
        label(_SIDE, 30, cut_to(title, _TITLE, WIDTH - 2 * _SIDE), size=_TITLE, fill=palette.INK)
    ]
    bottom = _TOP + _ROW * len(shown)
    zero = scale.x(0.0)
    parts.append(
        element(
            "line", x1=zero, x2=zero, y1=_TOP - 6, y2=bottom, stroke=palette.RULE, stroke_width=1
        )
    )
    for row, bar in enumerate(shown):
        parts += _drawn(bar, _TOP + _ROW * row, scale)
    return picture(WIDTH, bottom + _BOTTOM, parts, background=palette.GROUND)


class _Scale:
    """From figures to places between two edges; 0 is always among them."""

    def __init__(self, bars: Sequence[Bar], left: float, right: float) -> None:
        ends = [v for bar in bars for v in (bar.value, bar.low, bar.high) if v is not None]
        self._low, self._high = min(0.0, *ends), max(0.0, *ends)
        self.left, self.right = left, right

    def x(self, value: float) -> float:
        span = self._high - self._low
        share = (value - self._low) / span if span else 0.0
        return self.left + (self.right - self.left) * share


def _drawn(bar: Bar, top: float, scale: _Scale) -> list[str]:
    zero, end = scale.x(0.0), scale.x(bar.value)
    middle = top + _ROW / 2
    parts = [
        label(
            _SIDE + _NAMES,
            middle + _SMALL / 3,
            cut_to(bar.name, _SMALL, _NAMES),
            size=_SMALL,
            fill=palette.INK,
            anchor="end",
        ),
        element(
            "rect",
            x=min(zero, end),
            y=top + 6,
            width=max(abs(end - zero), 1.0),
            height=_ROW - 12,
            rx=2,
            fill=palette.GOOD if bar.good else palette.BAD,
        ),
        label(
            WIDTH - _SIDE,
            middle + _SMALL / 3,
            bar.words,
            size=_SMALL,
            fill=palette.INK,
            anchor="end",
        ),
    ]
    if bar.low is not None and bar.high is not None:
        low, high = scale.x(bar.low), scale.x(bar.high)
        parts.append(
            element(
                "path",
                d=f"M{low:.1f} {middle - 4:.1f}v8M{low:.1f} {middle:.1f}H{high:.1f}"
                f"M{high:.1f} {middle - 4:.1f}v8",
                stroke=palette.INK,
                stroke_width=1.5,
                fill="none",
            )
        )
    return parts

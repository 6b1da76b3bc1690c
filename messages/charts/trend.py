"""The course of a score over time, before the bands it went through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from messages.charts import palette
from messages.charts.png import png_of
from messages.charts.svg import element, label, picture
from messages.charts.widths import cut_to, width_of
from messages.i18n import Phrasebook
from scoring.health.model import Band

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 96, 48, 36
_MOST_DATES = 5
_TITLE, _SMALL = 16, 12

Point = tuple[date, float]


def trend_chart(
    title: str,
    points: Sequence[Point],
    phrases: Phrasebook,
    *,
    edges: tuple[float, float, float],
) -> bytes:
    """A PNG of scores from 0 to 100 by day, oldest first; `edges` as in the health model.

    One point is drawn as a dot: a line would claim a course that nobody saw.
    """
    return png_of(trend_svg(title, points, phrases, edges=edges))


def trend_svg(
    title: str,
    points: Sequence[Point],
    phrases: Phrasebook,
    *,
    edges: tuple[float, float, float],
) -> str:
    """The same as SVG; ValueError without any point."""
    if not points:
        raise ValueError("a chart of no points says nothing")
    parts = [
        label(16, 28, cut_to(title, _TITLE, WIDTH - 32), size=_TITLE, fill=palette.INK),
        *_grounds(edges, phrases),
        *_dates(points, phrases),
        *_course(points, phrases),
    ]
    return picture(WIDTH, HEIGHT, parts, background=palette.GROUND)


def _grounds(edges: tuple[float, float, float], phrases: Phrasebook) -> list[str]:
    """A ground for each band with its name at the right, and the edges at the left."""
    steps = (100.0, *edges, 0.0)
    drawn = []
    for band, high, low in zip(Band, steps, steps[1:], strict=False):
        top, bottom = _y(high), _y(low)
        drawn.append(
            element(
                "rect",
                x=_LEFT,
                y=top,
                width=WIDTH - _LEFT - _RIGHT,
                height=max(bottom - top, 0.0),
                fill=palette.BANDS[band],
            )
        )
        if bottom - top >= _SMALL + 2:
            words = cut_to(phrases.label(band), _SMALL, _RIGHT - 16)
            middle = (top + bottom) / 2 + _SMALL / 3
            drawn.append(label(WIDTH - _RIGHT + 8, middle, words, size=_SMALL, fill=palette.MUTED))
    drawn += [
        label(
            _LEFT - 8,
            _y(score) + _SMALL / 3,
            phrases.number(score, 0),
            size=_SMALL,
            fill=palette.MUTED,
            anchor="end",
        )
        for score in sorted({0.0, 100.0, *edges})
    ]
    return drawn


def _dates(points: Sequence[Point], phrases: Phrasebook) -> list[str]:
    """Some days below, evenly spread: never two that meet."""
    first, last = points[0][0], points[-1][0]
    span = (last - first).days
    most = min(_MOST_DATES, span + 1)
    drawn, free_from = [], 0.0
    for step in range(most):
        on = date.fromordinal(first.toordinal() + round(span * step / max(most - 1, 1)))
        words, at = phrases.day_short(on), _x(on, first, last)
        half = width_of(words, _SMALL) / 2
        if at - half < free_from:
            continue
        drawn.append(
            label(at, HEIGHT - 12, words, size=_SMALL, fill=palette.MUTED, anchor="middle")
        )
        free_from = at + half + 8
    return drawn


def _course(points: Sequence[Point], phrases: Phrasebook) -> list[str]:
    first, last = points[0][0], points[-1][0]
    places = [(_x(on, first, last), _y(score)) for on, score in points]
    x, y = places[-1]
    said = phrases.number(points[-1][1], 0)
    above = y - 12 if y > _TOP + 24 else y + 24
    drawn = [
        element(
            "circle", cx=x, cy=y, r=5, fill=palette.LINE, stroke=palette.GROUND, stroke_width=2
        ),
        label(x, above, said, size=_TITLE, fill=palette.INK, anchor="middle"),
    ]
    if len(places) == 1:
        return drawn
    line = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
    course = element(
        "polyline",
        points=line,
        fill="none",
        stroke=palette.LINE,
        stroke_width=2.5,
        stroke_linejoin="round",
        stroke_linecap="round",
    )
    return [course, *drawn]


def _x(on: date, first: date, last: date) -> float:
    wide = WIDTH - _LEFT - _RIGHT - 24
    span = (last - first).days
    share = (on - first).days / span if span else 0.5
    return _LEFT + 12 + wide * share


def _y(score: float) -> float:
    share = min(max(score, 0.0), 100.0) / 100
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share

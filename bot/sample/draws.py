"""Chance that repeats itself: every part of the book draws from a stream of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, topic: str) -> Random:
    """The draws of one topic; another topic's draws never shift them."""
    return Random(f"{seed}/{topic}")  # noqa: S311 - a sample book, not a secret


def weighted(draw: Random, choices: Sequence[tuple[T, float]]) -> T:
    """One of the choices, each as likely as its weight."""
    values, weights = zip(*choices, strict=True)
    chosen: T = draw.choices(values, weights)[0]
    return chosen


def deck(draw: Random, cards: Sequence[T]) -> Iterator[T]:
    """The cards in random order, shuffled again when used up: none comes back too soon."""
    while cards:
        yield from draw.sample(cards, len(cards))


# The working calendar proper would cost half a second; a sample needs only what readers notice.
_SPRING_FESTIVALS = tuple(
    date.fromisoformat(day)
    for day in ("2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03")
)
_FIXED_HOLIDAYS = frozenset(
    {(1, 1), (12, 25), *((5, n) for n in range(1, 6)), *((10, n) for n in range(1, 8))}
)


def in_spring_festival(day: date) -> bool:
    """Whether offices in China are closed for the New Year."""
    return any(-1 <= (day - first).days <= 6 for first in _SPRING_FESTIVALS)


def weekday(day: date) -> date:
    """The day itself, or the last one before on which people were at work."""
    while _closed(day):
        day -= timedelta(days=1)
    return day


def following_weekday(day: date) -> date:
    """The day itself, or the next one on which people are at work."""
    while _closed(day):
        day += timedelta(days=1)
    return day


def _closed(day: date) -> bool:
    return day.weekday() > 4 or (day.month, day.day) in _FIXED_HOLIDAYS or in_spring_festival(day)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

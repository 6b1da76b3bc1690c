"""The work list of the week: who may leave, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.health.model import Band
from scoring.plays import Play
from scoring.views import RenewalLine

RISKY = frozenset({Band.AT_RISK, Band.CRITICAL})
"""Bands that are work."""

MOST_REASONS = 2
"""Signals named beside the hard rules; more is what the customer's own card is for."""

LEAST_POINTS = -1.0
"""A signal that costs less than a point is no reason."""

AGAINST = ("R1", "R2", "R3", "R4")
"""Hard rules that speak against a customer, the most telling first."""


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One term of a customer at risk. `rules` are the hard rules that say yes, `weak` the signals
    that cost the most points, `play` what the house does about such a customer."""

    renewal: RenewalLine
    rules: tuple[str, ...] = ()
    weak: tuple[tuple[str, float], ...] = ()
    play: Play | None = None


def weakest(names: Sequence[str], points: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """The signals that cost the most; `points` are the contributions without the base."""
    costly = [
        (name, of_signal)
        for name, of_signal in zip(names, points, strict=True)
        if of_signal <= LEAST_POINTS
    ]
    return tuple(sorted(costly, key=lambda part: part[1])[:MOST_REASONS])

"""Our own impression of a customer: five steps, kept as a signal from -2 to +2."""

from __future__ import annotations

from enum import StrEnum


class Mood(StrEnum):
    """How confident somebody of ours is that the customer stays, the best first."""

    VERY_CONFIDENT = "very_confident"
    CONFIDENT = "confident"
    NEUTRAL = "neutral"
    WORRIED = "worried"
    VERY_WORRIED = "very_worried"

    @property
    def value_of(self) -> float:
        """What the signal `sentiment` gets."""
        return float(2 - list(Mood).index(self))


def mood_of(value: float) -> Mood:
    """The step next to a value, which files may bring between the steps."""
    steps = list(Mood)
    return steps[min(max(round(2 - value), 0), len(steps) - 1)]

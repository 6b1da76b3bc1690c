"""Our impression as a number and back."""

from __future__ import annotations

import pytest

from scoring.mood import Mood, mood_of


@pytest.mark.parametrize("mood", list(Mood))
def test_every_step_comes_back(mood: Mood) -> None:
    assert mood_of(mood.value_of) is mood
    assert -2 <= mood.value_of <= 2


@pytest.mark.parametrize(
    ("value", "mood"),
    [
        (9.0, Mood.VERY_CONFIDENT),
        (-7.0, Mood.VERY_WORRIED),
        (0.4, Mood.NEUTRAL),
        (-0.6, Mood.WORRIED),
        (1.2, Mood.CONFIDENT),
    ],
)
def test_values_between_and_beyond_the_steps_are_the_nearest(value: float, mood: Mood) -> None:
    assert mood_of(value) is mood

"""Bugs that a step of delivery brings up: logged, counted, and the step is tried again later.

They are the edge of delivery: whatever one row, place or step brings up, the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum

log = logging.getLogger(__name__)

PAUSE_MOST_S = 60.0


class Step(StrEnum):
    """What can stumble; they are the labels of a figure."""

    CHOOSE = "choose"
    TURN = "turn"
    RECONCILE = "reconcile"
    DECIDE = "decide"


def _uncounted(_step: str) -> None:
    """Nobody counts."""


@dataclass(slots=True)
class Stumbles:
    """What went wrong in a row, by step and what it was about. `count` is told each time."""

    count: Callable[[str], None] = _uncounted
    _in_a_row: dict[tuple[Step, Hashable], int] = field(default_factory=dict)

    def over(self, step: Step, about: Hashable = None) -> None:
        """Called in an `except` block. The traceback is logged the first, second, fourth … time."""
        self.count(step)
        times = self._in_a_row[step, about] = self._in_a_row.get((step, about), 0) + 1
        if times & (times - 1) == 0:
            # No context such as a delivery's origin is lost: whoever knows it has bound it.
            log.exception("delivery stumbled over %s (%s), %d in a row", about, step, times)

    def well(self, step: Step, about: Hashable = None) -> None:
        """It worked this time."""
        self._in_a_row.pop((step, about), None)

    def pause_s(self, step: Step, *, least: float) -> float:
        """How long to rest before the whole step is tried again: `least` while it works."""
        times = self._in_a_row.get((step, None), 0)
        return max(least, min(least * 2.0 ** min(times, 16), PAUSE_MOST_S))

    def standing(self) -> str:
        """Which whole steps do not work at present, for /readyz; empty when all do."""
        steps = sorted(step for step, about in self._in_a_row if about is None)
        return f"stumbles in {', '.join(steps)}: see the log" if steps else ""

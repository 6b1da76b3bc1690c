"""How fast somebody may ask: so many at once, then one after the other, kept in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEPT = 10_000
"""Names that are remembered; the one that asked longest ago is forgotten first."""

LINES_AT_ONCE, LINE_EVERY_S = 60, 0.25
"""What one person may say in chat: more than anybody types or taps, less than a script sends."""


class Paces:
    """A bucket a name: `burst` requests at once, then one every `every_s` seconds."""

    def __init__(self, burst: int, every_s: float, steady: Callable[[], float]) -> None:
        self._burst = burst
        self._every_s = every_s
        self._steady = steady
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """0 when `name` may ask now, which is counted; else for how long it has to wait."""
        now = self._steady()
        full_at = max(self._full_at.get(name, now), now)
        over_s = full_at + self._every_s - (now + self._burst * self._every_s)
        if over_s > 0:
            return over_s
        self._full_at[name] = full_at + self._every_s
        self._full_at.move_to_end(name)
        if len(self._full_at) > MOST_KEPT:
            self._full_at.popitem(last=False)
        return 0.0


def for_people() -> Paces:
    """How fast one person may speak to the bot."""
    return Paces(LINES_AT_ONCE, LINE_EVERY_S, time.monotonic)

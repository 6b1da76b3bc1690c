"""Which fault hits a request: drawn by a seed, counted by kind."""

from __future__ import annotations

import random
from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with one request; with TAKEN_… and LATE it is acted on all the same."""

    ERROR_500 = "500 before accepting"
    TAKEN_500 = "500 after accepting"
    HANG = "hang"
    TAKEN_HANG = "hang after accepting"
    LATE = "accepted after the client gave up"
    RESET = "reset before accepting"
    TAKEN_RESET = "reset after accepting"
    LIMIT_ZERO = "429, Retry-After: 0"
    LIMIT_ONE = "429, Retry-After: 1"
    LIMIT_GARBAGE = "429, Retry-After: garbage"
    LIMIT_HUGE = "429, Retry-After: huge"
    HTML = "200 with HTML"
    TAKEN_HTML = "200 with HTML after accepting"
    TAKEN_HALF_JSON = "200 with half a JSON after accepting"
    TAKEN_DRIP = "answer drips after accepting"
    BUSY = "error in the answer, try again"


POSTING = {
    **dict.fromkeys(Fault, 6.0),
    # They hold a place of the service for as long as it waits for an answer.
    **dict.fromkeys((Fault.HANG, Fault.TAKEN_HANG, Fault.LATE, Fault.TAKEN_DRIP), 2.0),
    # They make a whole platform rest.
    **dict.fromkeys((Fault.LIMIT_ZERO, Fault.LIMIT_ONE), 2.0),
    **dict.fromkeys((Fault.LIMIT_GARBAGE, Fault.LIMIT_HUGE), 0.25),
}
"""How often each comes, when something is posted."""

READING = {
    **dict.fromkeys((Fault.ERROR_500, Fault.RESET, Fault.HTML, Fault.TAKEN_HALF_JSON), 6.0),
    **dict.fromkeys((Fault.BUSY, Fault.HANG, Fault.LIMIT_ONE), 1.0),
}
"""The same when something is only asked."""


class Weather:
    """Faults at a rate, in the order of one seed; `injected` counts them, by way and kind."""

    def __init__(self, seed: int, *, rate: float) -> None:
        self.dice = random.Random(seed)
        self.rate = rate
        self.injected: Counter[str] = Counter()

    def posting(self, way: str) -> Fault | None:
        """What happens to a message that is posted on that way."""
        return self._draw(way, POSTING, self.rate)

    def asking(self, way: str) -> Fault | None:
        """What happens to a question; less often, because messages wait for its answer."""
        return self._draw(f"{way}, asking", READING, self.rate / 2)

    def count(self, what: str) -> None:
        """One more fault, of somebody else's making."""
        self.injected[what] += 1

    def calm(self) -> None:
        """From now on everything works."""
        self.rate = 0.0

    def _draw(self, way: str, table: dict[Fault, float], rate: float) -> Fault | None:
        if self.dice.random() >= rate:
            return None
        fault = self.dice.choices(list(table), list(table.values()))[0]
        self.count(f"{way}: {fault}")
        return fault

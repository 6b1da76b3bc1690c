"""Time for a whole service: all clocks together, moved on at will, and pauses a hundred times shorter.

Every clock goes on by itself, so that nothing that waits for a time-out waits for ever.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

from storage.transaction import Tx
from tests.sample_book import MONDAY

FASTER = 100.0


class Clockwork:
    """The business's clock, the steady one and the monotonic one.

    `begun` is when it began to run, by the machine's own monotonic clock: two processes that are
    given the same have the same time until one of them is moved.
    """

    def __init__(self, start: datetime = MONDAY, begun: float | None = None) -> None:
        self.start = start
        self.begun = time.monotonic() if begun is None else begun
        self._ahead_s = 0.0

    def __call__(self) -> datetime:
        """The business's time."""
        return self.start + timedelta(seconds=self.monotonic() - self.begun)

    async def steady(self, _tx: Tx) -> datetime:
        """The time of leases."""
        return self()

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() + self._ahead_s

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead_s += seconds

    def to_the_second(self) -> None:
        """Let time pass until a second has just begun."""
        self.pass_by(1 - self().microsecond / 1_000_000)


async def shortened(seconds: float) -> None:
    """A pause of the product."""
    await asyncio.sleep(seconds / FASTER)

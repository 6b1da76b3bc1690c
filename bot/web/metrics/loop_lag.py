"""How late the event loop comes to what is due: whatever keeps it busy keeps everybody waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EVERY_S = 0.1
"""How often it is looked at: a hold-up of the floors table (100 ms) is seen, and it costs nothing."""

WINDOW_S = 30.0
"""The longest hold-up is remembered for one to two of these: no scrape of a minute misses it."""


@dataclass(slots=True)
class LoopLag:
    """The longest hold-up of the last minute, by whoever watches."""

    window_s: float = WINDOW_S
    _longest: float = 0.0
    _before: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Never below 0."""
        self._turn()
        return max(self._longest, self._before)

    def observe(self, late_s: float) -> None:
        """The loop came so late to something."""
        self._turn()
        self._longest = max(self._longest, late_s)

    def _turn(self) -> None:
        now = time.monotonic()
        if now - self._since >= self.window_s:
            self._before = self._longest if now - self._since < 2 * self.window_s else 0.0
            self._longest, self._since = 0.0, now


@asynccontextmanager
async def watching_loop(lag: LoopLag, *, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Observe the lag of the running loop until left."""
    watching = asyncio.create_task(_watch(lag, every_s))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def _watch(lag: LoopLag, every_s: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        lag.observe(max(0.0, loop.time() - due))

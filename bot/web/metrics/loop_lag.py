"""How late the event loop comes to what is due: whatever keeps it busy keeps everybody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Histogram

EVERY_S = 0.25
"""How often it is looked at: often enough for a hold-up of the floors table (100 ms) to be seen."""


@asynccontextmanager
async def watching_loop(lag: Histogram, *, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Observe the lag of the running loop until left."""
    watching = asyncio.create_task(_watch(lag, every_s))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def _watch(lag: Histogram, every_s: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        lag.observe(max(0.0, loop.time() - due))

"""Asking Slack what many want to know at once: one asks, and what went wrong stands for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scoring.errors import DeliveryError

REST_S = 5.0


class Turns:
    """One at a time. Who waited while it failed gets the same answer for `REST_S` seconds."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._fault: tuple[DeliveryError, float] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """The turn; raises the DeliveryError that the last one ended in, while that is fresh."""
        clock = asyncio.get_running_loop().time
        async with self._lock:
            if self._fault is not None and clock() < self._fault[1]:
                raise self._fault[0].with_traceback(None)
            self._fault = None
            try:
                yield
            except DeliveryError as fault:
                self._fault = (fault, clock() + REST_S)
                raise

"""Ends connections that never finish asking: a head that trickles in would hold its place for ever.

The server itself bounds how long a connection may be idle between requests, and each route how
long its body may take; nobody else bounds the first head.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Iterable
from typing import Protocol

from aiohttp import web

HEAD_S = 10.0
"""How long the first head of a connection may take: a browser and any platform need a moment."""

LOOK_EVERY_S = 1.0


class Held(Hashable, Protocol):
    """A connection of the server."""

    def force_close(self) -> None:
        """End it now."""


class Patience:
    """Knows which connections have asked something, and since when the others have not."""

    def __init__(self, head_s: float = HEAD_S) -> None:
        self._head_s = head_s
        self._asked: set[Hashable] = set()
        self._since: dict[Held, float] = {}

    def asked(self, request: web.Request) -> None:
        """A whole head came in on that connection."""
        self._asked.add(request.protocol)

    def end_slow(self, held: Iterable[Held], now_s: float) -> int:
        """End those that have asked nothing for too long; returns how many."""
        open_ones = set(held)
        self._asked &= open_ones
        silent = open_ones - self._asked
        self._since = {one: self._since.get(one, now_s) for one in silent}
        late = [one for one, since_s in self._since.items() if now_s - since_s > self._head_s]
        for one in late:
            one.force_close()
        return len(late)

    async def watch(self, server: web.Server) -> None:
        """Look after the connections of a server until cancelled."""
        every_s = min(LOOK_EVERY_S, self._head_s / 4)
        while True:
            await asyncio.sleep(every_s)
            self.end_slow(server.connections, time.monotonic())

"""Server-sent events: what happens is told to every open page at once, and again after a gap."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.client_exceptions import ClientConnectionResetError

KEPT = 600
FRESH_S = 20.0
"""A page that just loaded gets what was told while it did."""

BEAT_S = 15.0
"""A comment now and then keeps proxies from cutting the line."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell; `value` is made into JSON for each reader."""

    number: int
    name: str
    value: object
    told_at: float


Draw = Callable[[Event], dict[str, Any] | None]
"""What one reader gets of an event, None when it is not for them."""


class Events:
    """The line to all open pages."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._number = 0
        self._past: deque[Event] = deque(maxlen=KEPT)
        self._readers: set[asyncio.Queue[Event | None]] = set()
        self._closed = False

    def tell(self, name: str, value: object) -> None:
        """Tell every page."""
        self._number += 1
        event = Event(self._number, name, value, time.monotonic())
        self._past.append(event)
        for reader in self._readers:
            reader.put_nowait(event)

    def close(self) -> None:
        """End every line, so that the server can stop at once."""
        self._closed = True
        for reader in self._readers:
            reader.put_nowait(None)

    async def stream(self, request: web.Request, draw: Draw) -> web.StreamResponse:
        """Answer a page with events until it leaves or the server stops."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        with self._reading() as queue:
            try:
                await response.write(b"retry: 1500\n\n")
                for event in self._missed(request.headers.get("Last-Event-ID", "")):
                    await self._write(response, event, draw)
                async for one in _until_closed(queue):
                    if one is None:
                        await response.write(b": still here\n\n")
                    else:
                        await self._write(response, one, draw)
            except (ConnectionResetError, ClientConnectionResetError):
                return response
        return response

    def _missed(self, last_id: str) -> list[Event]:
        """What a page has not heard; a page of another run starts over."""
        run, _, number = last_id.partition("-")
        if not last_id:
            since = time.monotonic() - FRESH_S
            return [e for e in self._past if e.name == "post" and e.told_at >= since]
        known = run == self._run and number.isdigit()
        if not known or (self._past and int(number) < self._past[0].number - 1):
            return [Event(self._number, "reset", {}, 0.0)]
        return [event for event in self._past if event.number > int(number)]

    async def _write(self, response: web.StreamResponse, event: Event, draw: Draw) -> None:
        drawn = draw(event)
        if drawn is None:
            return
        head = f"id: {self._run}-{event.number}\nevent: {event.name}\ndata: "
        await response.write(head.encode() + json_bytes(drawn) + b"\n\n")

    @contextmanager
    def _reading(self) -> Iterator[asyncio.Queue[Event | None]]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._readers.add(queue)
        if self._closed:
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            self._readers.discard(queue)


def json_bytes(value: object) -> bytes:
    """JSON for a page; half a character becomes a question mark instead of an error for everybody."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")


async def _until_closed(queue: asyncio.Queue[Event | None]) -> AsyncIterator[Event | None]:
    """Events as they come, None for a beat; ends when the line is closed."""
    while True:
        try:
            async with asyncio.timeout(BEAT_S):
                event = await queue.get()
        except TimeoutError:
            yield None
            continue
        if event is None:
            return
        yield event

"""WeCom's group robots on loopback, with faults on demand and a ledger of what was taken."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from aiohttp import web


class Fault(Enum):
    """What can go wrong with one post; those named TAKEN_… put it into the group first."""

    NONE = "none"
    ERROR_500 = "error_500"
    TAKEN_500 = "taken_500"
    HANG = "hang"
    TAKEN_HANG = "taken_hang"
    LATE = "late"
    RESET = "reset"
    TAKEN_RESET = "taken_reset"
    LIMIT_429 = "limit_429"
    LIMIT_45009 = "limit_45009"
    BUSY = "busy"
    BAD_KEY = "bad_key"
    TOO_LONG = "too_long"
    UNKNOWN_CODE = "unknown_code"
    TAKEN_HTML = "taken_html"
    TAKEN_HALF_JSON = "taken_half_json"
    TAKEN_DRIP = "taken_drip"
    REDIRECT = "redirect"
    NOT_FOUND = "not_found"


DEFINITE = (Fault.LIMIT_429, Fault.LIMIT_45009, Fault.BUSY, Fault.UNKNOWN_CODE)
"""Faults after which nothing is in the group and trying again is right."""

UNKNOWN = (
    Fault.ERROR_500,
    Fault.TAKEN_500,
    Fault.HANG,
    Fault.TAKEN_HANG,
    Fault.LATE,
    Fault.RESET,
    Fault.TAKEN_RESET,
    Fault.TAKEN_HTML,
    Fault.TAKEN_HALF_JSON,
    Fault.TAKEN_DRIP,
)
"""Faults that tell the sender nothing."""

_CODES = {
    Fault.LIMIT_45009: (45009, "api freq out of limit"),
    Fault.BUSY: (-1, "system busy"),
    Fault.BAD_KEY: (93000, "invalid webhook url"),
    Fault.TOO_LONG: (40058, "markdown.content exceed max length 4096"),
    Fault.UNKNOWN_CODE: (99999, "something new"),
}
_TAKEN = {fault for fault in Fault if fault.name.startswith("TAKEN_")} | {Fault.NONE}


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as the group shows it."""

    robot: str
    content: str
    msgtype: str
    at: datetime


@dataclass
class FakeRobots:
    """A server for any number of robots, told apart by their keys."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    retry_after: str | None = None
    taken: list[Taken] = field(default_factory=list)
    requests: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self._scripts: dict[str, deque[Fault]] = defaultdict(deque)
        self._draw: Callable[[], Fault] = lambda: Fault.NONE
        self._runner: web.AppRunner | None = None
        self._late: list[Taken] = []
        self.refuses: Callable[[str, str], bool] = lambda _kind, _content: False
        self.arrived = asyncio.Event()
        self.hanging = asyncio.Event()

    def script(self, key: str, *faults: Fault) -> None:
        """The next posts with this key go wrong like this; those after them are fine."""
        self._scripts[key].extend(faults)

    def shuffle(self, seed: int, faults: Sequence[Fault], *, rate: float) -> None:
        """From now on posts without a script go wrong at random, the same for a seed."""
        dice = random.Random(seed)
        self._draw = lambda: dice.choice(faults) if dice.random() < rate else Fault.NONE

    def calm(self) -> None:
        """From now on everything works."""
        self._draw = lambda: Fault.NONE
        self._scripts.clear()

    def release_late(self) -> None:
        """What clients gave up on appears in the groups after all."""
        for taken in self._late:
            self._take(taken)
        self._late.clear()

    def contents(self, robot: str | None = None) -> list[str]:
        """What the groups show, in order."""
        return [taken.content for taken in self.taken if robot in (None, taken.robot)]

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/cgi-bin/webhook/send", self._send)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._runner:
            await self._runner.cleanup()

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        key = request.query["key"]
        body: dict[str, Any] = await request.json()
        kind = body["msgtype"]
        content = body[kind]["content"] if "content" in body[kind] else str(body[kind])
        script = self._scripts[key]
        fault = script.popleft() if script else self._draw()
        if fault is Fault.NONE and self.refuses(kind, content):
            fault = Fault.TOO_LONG
        taken = Taken(key, content, kind, self.clock())
        if fault in _TAKEN:
            self._take(taken)
        return await self._answer(request, fault, taken)

    def _take(self, taken: Taken) -> None:
        self.taken.append(taken)
        self.arrived.set()

    async def _answer(self, request: web.Request, fault: Fault, taken: Taken) -> web.StreamResponse:
        match fault:
            case Fault.NONE:
                return web.json_response({"errcode": 0, "errmsg": "ok"})
            case Fault.ERROR_500 | Fault.TAKEN_500:
                return web.Response(status=500, text="internal error")
            case Fault.HANG | Fault.TAKEN_HANG | Fault.LATE:
                if fault is Fault.LATE:
                    self._late.append(taken)
                self.hanging.set()
                # Cancelled when the client has gone.
                await asyncio.Event().wait()
                return web.Response(status=500)
            case Fault.RESET | Fault.TAKEN_RESET:
                return _reset(request)
            case Fault.LIMIT_429:
                headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
                return web.Response(status=429, headers=headers)
            case Fault.TAKEN_HTML:
                return web.Response(
                    text="<html>200 but not really</html>", content_type="text/html"
                )
            case Fault.TAKEN_HALF_JSON:
                return web.Response(text='{"errcode": 0, "errm', content_type="application/json")
            case Fault.TAKEN_DRIP:
                return await _drip(request)
            case Fault.REDIRECT:
                return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})
            case Fault.NOT_FOUND:
                return web.Response(status=404)
        code, words = _CODES[fault]
        # As the real one may, quote the address that was called.
        return web.json_response({"errcode": code, "errmsg": f"{words}, hint: {request.path_qs}"})


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    assert transport is not None
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return web.Response()


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "4000"})
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        try:
            await response.write(b" ")
        except ConnectionError:
            break
        await asyncio.sleep(0.005)
    return response


def windows_kept(taken: Iterable[Taken], *, most: int, seconds: float) -> bool:
    """Whether no robot took more than `most` within any `seconds`."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for message in taken:
        times[message.robot].append(message.at)
    return all(
        (later - earlier).total_seconds() >= seconds
        for instants in times.values()
        for earlier, later in zip(instants, instants[most:], strict=False)
    )

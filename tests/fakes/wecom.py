"""What can go wrong with WeCom, on demand: stands between the loopback cloud and the product."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

from aiohttp import web

from bot.loopback.hook import Frame, Reply
from bot.loopback.wecom.codes import told
from bot.loopback.wecom.hook import Call
from bot.loopback.wecom.lines import Line

ANY = "*"
"""A script for whatever has none of its own."""

EVERY_CODE = (
    *(-1, 6000, 40001, 40003, 40007, 40008, 40013, 40014, 40050, 40058, 40091, 41001, 42001),
    *(42014, 42015, 42016, 42017, 42018, 42019, 43012, 44004, 45002, 45009, 45033, 46004, 48002),
    *(49008, 50002, 60011, 60020, 60111, 81013, 82004, 86001, 86003, 86008, 93000, 93001, 93006),
    *(93008, 301002, 846605, 846607, 846608, 846609, 99999),
)
"""The error codes of the platform's table, and one that nobody has heard of."""


class Fault(Enum):
    """What can go wrong with one request or frame; TAKEN_… is acted on all the same."""

    NONE = "none"
    ERROR_500 = "error_500"
    TAKEN_500 = "taken_500"
    HANG = "hang"
    TAKEN_HANG = "taken_hang"
    RESET = "reset"
    TAKEN_RESET = "taken_reset"
    LIMIT_429 = "limit_429"
    GARBAGE = "garbage"
    TAKEN_GARBAGE = "taken_garbage"
    TAKEN_HALF_JSON = "taken_half_json"
    TAKEN_DRIP = "taken_drip"
    REVOKED = "revoked"
    SLOW = "slow"
    TWICE = "twice"
    HELD = "held"
    CLOSE_1000 = "close_1000"
    CLOSE_1011 = "close_1011"
    ABORT = "abort"
    TAKEN_ABORT = "taken_abort"
    LOST = "lost"
    TAKEN_LOST = "taken_lost"
    KICK = "kick"


Script = Fault | int
"""A fault, or an error code that is answered instead of acting."""

HTTP_UNKNOWN = (
    Fault.ERROR_500,
    Fault.TAKEN_500,
    Fault.HANG,
    Fault.TAKEN_HANG,
    Fault.RESET,
    Fault.TAKEN_RESET,
    Fault.GARBAGE,
    Fault.TAKEN_GARBAGE,
    Fault.TAKEN_HALF_JSON,
    Fault.TAKEN_DRIP,
)
"""HTTP faults that tell the sender nothing of what became of it."""

LINE_UNKNOWN = (
    Fault.LOST,
    Fault.TAKEN_LOST,
    Fault.ABORT,
    Fault.TAKEN_ABORT,
    Fault.CLOSE_1000,
    Fault.CLOSE_1011,
)
"""The same for frames."""

_TAKEN = {fault for fault in Fault if fault.name.startswith("TAKEN_")}


class Faults:
    """The hook of a cloud. Scripts are by address ("message/send"), command or "callback".

    `half_open` true: the connection stands, and nothing comes through in either direction.
    `revoke` and `kick` are the cloud's own: `faults.revoke = cloud.revoke_tokens`.
    """

    def __init__(self) -> None:
        self.half_open = False
        self.slow_s = 0.05
        self.retry_after: str | None = None
        self.hanging = asyncio.Event()
        self.revoke: Callable[[], None] = lambda: None
        self.kick: Callable[[], Awaitable[None]] | None = None
        self._scripts: dict[str, deque[Script]] = defaultdict(deque)
        self._draw: Callable[[], Script] = lambda: Fault.NONE
        self._held: list[Callable[[], Awaitable[Any]]] = []

    def script(self, what: str, *faults: Script) -> None:
        """The next ones of this kind go wrong like this; those after them are fine."""
        self._scripts[what].extend(faults)

    def shuffle(self, seed: int, faults: Sequence[Script], *, rate: float) -> None:
        """From now on whatever has no script goes wrong at random, the same for a seed."""
        dice = random.Random(seed)
        self._draw = lambda: dice.choice(faults) if dice.random() < rate else Fault.NONE

    def calm(self) -> None:
        """From now on everything works."""
        self.half_open = False
        self._draw = lambda: Fault.NONE
        self._scripts.clear()

    async def release(self, *, backwards: bool = False) -> None:
        """What was held comes through now, in order or the other way round."""
        held, self._held = self._held, []
        for act in reversed(held) if backwards else held:
            await act()

    # --- the hook ------------------------------------------------------------------------------

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """An HTTP request of the product."""
        fault = self._next(request.path.removeprefix("/cgi-bin/"))
        if isinstance(fault, int):
            return web.json_response(told(fault))
        if fault is Fault.REVOKED:
            self.revoke()
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_s)
        if fault in _TAKEN:
            await answer()
        return await self._spoiled(request, fault, answer)

    async def heard(self, line: Line, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """A frame of the product."""
        if self.half_open:
            return
        fault = self._next(str(frame.get("cmd")))
        if isinstance(fault, int):
            await line.send({"headers": frame.get("headers", {}), **told(fault)})
            return
        if fault is Fault.TAKEN_LOST:
            self._scripts["ack"].append(Fault.LOST)
        if fault in (Fault.NONE, Fault.TWICE, Fault.KICK) or fault in _TAKEN:
            await take()
        if fault is Fault.TWICE:
            await take()
        if fault is Fault.HELD:
            self._held.append(take)
        await self._cut(line, fault)

    async def sends(self, line: Line, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """A frame of the cloud."""
        if self.half_open:
            return
        # Acknowledgements have no command.
        fault = self._next(str(frame["cmd"])) if "cmd" in frame else self._next("ack", drawn=False)
        if fault is Fault.HELD:
            self._held.append(send)
            return
        if fault is not Fault.LOST:
            await send()
        if fault is Fault.TWICE:
            await send()
        if isinstance(fault, Fault):
            await self._cut(line, fault)

    async def reports(self, call: Call, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """A callback of the cloud: LOST never arrives, of TAKEN_LOST only the answer is lost."""
        match self._next("callback"):
            case Fault.LOST:
                return Reply(0)
            case Fault.TAKEN_LOST:
                await post()
                return Reply(0)
            case Fault.TWICE:
                first, _ = await asyncio.gather(post(), post())
                return first
            case Fault.HELD:
                self._held.append(post)
                return Reply(200)
        return await post()

    # --- how it goes wrong ---------------------------------------------------------------------

    def _next(self, what: str, *, drawn: bool = True) -> Script:
        for name in (what, ANY) if drawn else (what,):
            if self._scripts[name]:
                return self._scripts[name].popleft()
        return self._draw() if drawn else Fault.NONE

    async def _spoiled(
        self,
        request: web.Request,
        fault: Fault,
        answer: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        match fault:
            case Fault.ERROR_500 | Fault.TAKEN_500:
                return web.Response(status=500, text="internal error")
            case Fault.HANG | Fault.TAKEN_HANG:
                self.hanging.set()
                await asyncio.Event().wait()  # cancelled when the client has gone
            case Fault.RESET | Fault.TAKEN_RESET | Fault.ABORT | Fault.TAKEN_ABORT:
                _abort(request, reset=True)
                return web.Response()
            case Fault.LIMIT_429:
                headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
                return web.Response(status=429, headers=headers)
            case Fault.GARBAGE | Fault.TAKEN_GARBAGE:
                return web.Response(text="<html>not at all</html>", content_type="text/html")
            case Fault.TAKEN_HALF_JSON:
                return web.Response(text='{"errcode": 0, "errm', content_type="application/json")
            case Fault.TAKEN_DRIP:
                return await _drip(request)
            case Fault.TWICE:
                await answer()
        return await answer()

    async def _cut(self, line: Line, fault: Fault) -> None:
        match fault:
            case Fault.CLOSE_1000:
                await line.close(1000)
            case Fault.CLOSE_1011:
                await line.close(1011)
            case Fault.ABORT | Fault.TAKEN_ABORT:
                line.subscribed = False
                _abort(line.request)
            case Fault.KICK if self.kick is not None:
                await self.kick()


def _abort(request: web.Request, *, reset: bool = False) -> None:
    """The connection is gone without a goodbye: what a client sees as 1006."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


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

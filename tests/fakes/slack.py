"""What can go wrong with Slack, on demand: stands between the loopback cloud and the product."""

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
from bot.loopback.slack.hook import Call
from bot.loopback.slack.lines import Line

ANY = "*"
"""A script for whatever has none of its own."""

EVERY_ERROR = (
    *("account_inactive", "cant_update_message", "channel_not_found", "edit_window_closed"),
    *("exchanged_trigger_id", "expired_trigger_id", "fatal_error", "hash_conflict"),
    *("internal_error", "invalid_arguments", "invalid_auth", "invalid_blocks", "is_archived"),
    *("message_not_found", "missing_scope", "msg_blocks_too_long", "msg_too_long", "no_text"),
    *("not_allowed_token_type", "not_authed", "not_in_channel", "ratelimited", "request_timeout"),
    *("restricted_action", "service_unavailable", "team_access_not_granted", "token_expired"),
    *("token_revoked", "user_not_found", "user_not_in_channel", "view_too_large"),
    "something_new",
)
"""Errors in HTTP 200 that the product has to live with, and one that nobody has heard of."""


class Fault(Enum):
    """What can go wrong with one request or frame; TAKEN_… is acted on all the same."""

    NONE = "none"
    ERROR_500 = "error_500"
    ERROR_503 = "error_503"
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
    LOST = "lost"
    TAKEN_LOST = "taken_lost"
    ABORT = "abort"
    TAKEN_ABORT = "taken_abort"
    REFRESH = "refresh"
    DEAF = "deaf"


Script = Fault | str
"""A fault, or an error that is answered instead of acting."""

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

LINE_UNKNOWN = (Fault.LOST, Fault.TAKEN_LOST, Fault.ABORT, Fault.TAKEN_ABORT, Fault.REFRESH)
"""The same for frames of Socket Mode."""

_TAKEN = {fault for fault in Fault if fault.name.startswith("TAKEN_")}


class Faults:
    """The hook of a cloud.

    Scripts are by method ("chat.postMessage"), "response_url", "upload", "file"; for requests to
    the product by "event", "command", "interaction"; for frames of Socket Mode by the envelope's
    type ("events_api"), and "ack" for what the product acknowledges.
    `half_open` true: connections stand, and nothing comes through in either direction.
    `revoke` is the cloud's own: `faults.revoke = lambda: cloud.revoke("T0EAST")`.
    """

    def __init__(self) -> None:
        self.half_open = False
        self.slow_s = 0.05
        self.retry_after: str | None = "1"
        self.hanging = asyncio.Event()
        self.revoke: Callable[[], None] = lambda: None
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
        fault = self._next(_kind(request.path))
        if isinstance(fault, str):
            return web.json_response({"ok": False, "error": fault})
        if fault is Fault.REVOKED:
            self.revoke()
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_s)
        if fault in _TAKEN:
            await answer()
        return await self._spoiled(request, fault, answer)

    async def heard(self, line: Line, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """A frame of the product: LOST never arrives."""
        if self.half_open:
            return
        fault = self._next("ack", drawn=False)
        if fault is Fault.HELD:
            self._held.append(take)
        elif fault is not Fault.LOST:
            await take()

    async def sends(self, line: Line, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """A frame of the cloud; of TAKEN_LOST only the acknowledgement is lost."""
        if self.half_open:
            return
        fault = self._next(str(frame["type"])) if "envelope_id" in frame else Fault.NONE
        if fault is Fault.HELD:
            self._held.append(send)
            return
        if fault is Fault.DEAF:
            line.deaf = True
            return
        if fault is Fault.TAKEN_LOST:
            self._scripts["ack"].append(Fault.LOST)
        if fault not in (Fault.LOST, Fault.ABORT, Fault.REFRESH):
            await send()
        if fault is Fault.TWICE:
            await send()
        if fault is Fault.REFRESH:
            await line.send({"type": "disconnect", "reason": "refresh_requested"})
            await line.socket.close()
        if fault in (Fault.ABORT, Fault.TAKEN_ABORT):
            line.abort()

    async def reports(self, call: Call, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """A request of the cloud: LOST never arrives, of TAKEN_LOST only the answer is lost."""
        match self._next(call.kind):
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
            case Fault.ERROR_503:
                return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
            case Fault.HANG | Fault.TAKEN_HANG:
                self.hanging.set()
                await asyncio.Event().wait()  # cancelled when the client has gone
            case Fault.RESET | Fault.TAKEN_RESET | Fault.ABORT | Fault.TAKEN_ABORT:
                # Without the body read the client may still be writing when it is cut off.
                await request.read()
                _reset(request)
                return web.Response()
            case Fault.LIMIT_429:
                headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
                body = {"ok": False, "error": "ratelimited"}
                return web.json_response(body, status=429, headers=headers)
            case Fault.GARBAGE | Fault.TAKEN_GARBAGE:
                return web.Response(text="<html>not at all</html>", content_type="text/html")
            case Fault.TAKEN_HALF_JSON:
                return web.Response(text='{"ok": true, "cha', content_type="application/json")
            case Fault.TAKEN_DRIP:
                return await _drip(request)
            case Fault.TWICE:
                await answer()
        return await answer()


def _kind(path: str) -> str:
    if path.startswith("/api/"):
        return path.removeprefix("/api/")
    heads = {"/commands/": "response_url", "/actions/": "response_url", "/app/": "response_url"}
    heads |= {"/upload/": "upload", "/files-pri/": "file"}
    return next((kind for head, kind in heads.items() if path.startswith(head)), path)


def _reset(request: web.Request) -> None:
    """The connection is gone without a goodbye."""
    transport = request.transport
    if transport is None:
        return
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

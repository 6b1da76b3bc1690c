"""How a platform answers one request when a fault hits it."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.faults.weather import Fault

Json = dict[str, Any]
Accept = Callable[[], Json]
"""Acts on a request; returns the honest answer."""

LEASE_S, SETTLE_S = 8, 5
"""Half a lease is for one request: two busy replicas on two cores need seconds for each message."""

GIVEN_UP_S = LEASE_S / 2
"""When a service gives up a request: half the lease."""

LATEST_S = GIVEN_UP_S + 1.0
"""Within so many seconds of its arrival a request was accepted, or never is.

Settling is about that: no sender can tell a message that comes later from one that never does.
"""

_HELD_S = 20.0
_RETRY_AFTER = {
    Fault.LIMIT_ZERO: "0",
    Fault.LIMIT_ONE: "1",
    Fault.LIMIT_GARBAGE: "soon; -5, 1e9",
    Fault.LIMIT_HUGE: "99999999999",
}
_TAKEN = {fault for fault in Fault if fault.name.startswith("TAKEN_")}


async def answered(
    request: web.Request, fault: Fault | None, accept: Accept, busy: Json, dice: random.Random
) -> web.StreamResponse:
    """The answer to a request, honest where no fault hits it; `busy` asks to try again."""
    if fault is None:
        return web.json_response(accept())
    if fault in _TAKEN:
        accept()
    match fault:
        case Fault.ERROR_500 | Fault.TAKEN_500:
            return web.Response(status=dice.choice([500, 502, 503]), text="internal error")
        case Fault.RESET | Fault.TAKEN_RESET:
            return _reset(request)
        case Fault.HTML | Fault.TAKEN_HTML:
            return web.Response(text="<html>please log in</html>", content_type="text/html")
        case Fault.TAKEN_HALF_JSON:
            return web.Response(text='{"ok": true, "errcode": 0, "err', content_type="text/plain")
        case Fault.BUSY:
            return web.json_response(busy)
        case Fault.TAKEN_DRIP:
            return await _drip(request)
        case Fault.LATE:
            delay_s = dice.uniform(GIVEN_UP_S, LATEST_S)
            asyncio.get_running_loop().call_later(delay_s, accept)
            await asyncio.sleep(_HELD_S)
        case Fault.HANG | Fault.TAKEN_HANG:
            await asyncio.sleep(_HELD_S)
    if fault in _RETRY_AFTER:
        return web.json_response(busy, status=429, headers={"Retry-After": _RETRY_AFTER[fault]})
    return _reset(request)


def _reset(request: web.Request) -> web.Response:
    """The connection is gone without a goodbye."""
    if request.transport is not None:
        connection: socket.socket = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


async def _drip(request: web.Request) -> web.StreamResponse:
    """A letter now and then, for longer than anybody waits."""
    response = web.StreamResponse(headers={"Content-Length": "4000"})
    await response.prepare(request)
    for _ in range(100):
        if request.transport is None or request.transport.is_closing():
            break
        await response.write(b" ")
        await asyncio.sleep(0.1)
    return response

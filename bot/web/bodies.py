"""Bodies that strangers send: within bounds and in time, or refused with a word in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.refused import TIMED_OUT, TOO_LARGE, Refused

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def body_of(request: web.Request, *, most: int, within_s: float) -> bytes:
    """The body as it came; Refused when it has more than `most` bytes or takes longer."""
    if (request.content_length or 0) > most:
        raise Refused(TOO_LARGE, "too large")
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > most:
                    raise Refused(TOO_LARGE, "too large")
    except TimeoutError:
        raise Refused(TIMED_OUT, "too slow") from None
    return bytes(body)


def strict(handler: Handler, what: str) -> Handler:
    """What is refused gets its status and nothing else; why is a word in the log."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as fault:
            log.info(f"a {what} was refused", reason=fault.reason, status=fault.status)
            return web.Response(status=fault.status)

    return answered

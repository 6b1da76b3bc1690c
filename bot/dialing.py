"""Opening a WebSocket to a platform, and what a failed attempt means."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.adapters.wire import retry_after_s
from scoring.errors import PlatformDown, RateLimited

MESSAGE_MOST = 4_194_304
"""Bytes of a message that end the connection; what is smaller but no frame of ours is passed over."""


def open_http() -> aiohttp.ClientSession:
    """A session for connections; it follows no redirect, which could lead the secret away."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    return aiohttp.ClientSession(
        trace_configs=[trace],
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(force_close=True, limit=4),
    )


async def dial(
    http: aiohttp.ClientSession,
    address: str,
    *,
    connect_s: float,
    close_s: float,
    heartbeat_s: float | None = None,
    proxy: str | None = None,
) -> aiohttp.ClientWebSocketResponse[Any]:
    """An open WebSocket; PlatformDown or RateLimited when there is none within `connect_s`.

    With `heartbeat_s` it ends by itself when the other side leaves a ping unanswered for half of
    that.
    """
    try:
        async with asyncio.timeout(connect_s):
            return await http.ws_connect(
                address,
                decode_text=False,  # a text that is no UTF-8 is garbage, not the end
                max_msg_size=MESSAGE_MOST,
                proxy=proxy,
                heartbeat=heartbeat_s,
                timeout=aiohttp.ClientWSTimeout(ws_close=close_s),
            )
    except TimeoutError:
        raise PlatformDown("no connection in time") from None
    except aiohttp.WSServerHandshakeError as error:
        code = f"HTTP {error.status}"
        if error.status == 429:
            after = error.headers.get("Retry-After") if error.headers else None
            raise RateLimited(
                "too many connections", retry_after_s=retry_after_s(after), code=code
            ) from None
        raise PlatformDown("the platform opens no connection", code=code) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise PlatformDown(type(error).__name__) from None


async def _refuse_redirect(_session: object, _context: SimpleNamespace, _params: object) -> None:
    raise aiohttp.ClientError("redirected, which is never followed")

"""Whether a platform's address can be connected to, and what its clock says; for `doctor`."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp

from bot.adapters.wire import open_session
from bot.findings import Finding
from bot.outside_time.clocks import date_of

ANSWER_S = 5.0
"""How long one call may take."""


async def unreachable(name: str, address: str) -> Finding | None:
    """What keeps us from connecting; None when nothing does."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError):
        return Finding(name, False, "doctor.unreachable", {"host": parts.hostname or ""})
    writer.close()
    return None


async def their_time(
    address: str, *, proxy: str | None = None, within_s: float = ANSWER_S
) -> datetime | None:
    """What the server's answer is dated with; None when it does not say."""
    session = open_session(timeout_s=within_s)
    try:
        async with session.get(address, allow_redirects=False, proxy=proxy) as answer:
            return date_of(answer.headers)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
    finally:
        await session.close()

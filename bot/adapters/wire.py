"""One HTTP request with JSON, and what is certain after it went wrong.

Until the first byte of the request is written nothing can have arrived: PlatformDown. After that
only a readable answer says what happened; anything else is OutcomeUnknown. Addresses carry keys,
so no exception of the HTTP library, which may quote them, is kept or chained.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import aiohttp

from scoring.errors import BadCredentials, OutcomeUnknown, PlatformDown, RateLimited, Rejected

ANSWER_MOST = 65_536
"""No platform answers a post with more bytes than this."""

RETRY_DEFAULT_S = 60.0
RETRY_MOST_S = 600.0


@dataclass(slots=True)
class _Progress:
    sent: bool = False


def open_session(*, timeout_s: float) -> aiohttp.ClientSession:
    """A session for posts: a connection each, so that no stale one makes an outcome unknown."""
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note_sent)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=32),
        timeout=aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s / 2),
        trace_configs=[trace],
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def post_json(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Post once and return the JSON object of a 200; every other answer is an error."""
    progress = _Progress()
    fault = "unexplained"
    try:
        async with session.post(
            url, json=body, allow_redirects=False, trace_request_ctx=progress
        ) as response:
            status, headers = response.status, response.headers
            answer = await _read(response)
    except TimeoutError:
        fault = "no answer in time"
    except (aiohttp.ClientError, OSError) as error:
        fault = type(error).__name__
    else:
        if status != 200:
            raise _refusal(status, headers.get("Retry-After"), headers.get("Date"))
        return _object(answer)
    if progress.sent:
        raise OutcomeUnknown(fault)
    raise PlatformDown(fault)


def retry_after_s(value: str | None, date: str | None = None) -> float:
    """Seconds to pause for a Retry-After header: 1 to 600; a minute when it reads as nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(max(float(text[:9]), 1.0), RETRY_MOST_S)
    try:
        seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError):
        return RETRY_DEFAULT_S
    return min(max(seconds, 1.0), RETRY_MOST_S)


async def _note_sent(_session: object, context: SimpleNamespace, _params: object) -> None:
    progress = context.trace_request_ctx
    if isinstance(progress, _Progress):
        progress.sent = True


async def _read(response: aiohttp.ClientResponse) -> bytes:
    answer = bytearray()
    async for chunk in response.content.iter_chunked(8_192):
        answer += chunk
        if len(answer) > ANSWER_MOST:
            break
    return bytes(answer)


def _object(answer: bytes) -> dict[str, Any]:
    try:
        value = json.loads(answer) if len(answer) <= ANSWER_MOST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise OutcomeUnknown("the answer is not the JSON that was promised")
    return value


def _refusal(status: int, retry_after: str | None, date: str | None) -> Exception:
    code = f"HTTP {status}"
    if status == 429:
        return RateLimited(
            "too many requests", retry_after_s=retry_after_s(retry_after, date), code=code
        )
    if status in (401, 403, 404, 407):
        return BadCredentials("address or key is wrong", code=code)
    if 300 <= status < 400:
        return PlatformDown("redirected, which is never followed", code=code)
    if status == 408 or status >= 500 or status < 300:
        return OutcomeUnknown("the platform failed after it may have taken the message", code=code)
    return Rejected("the request was refused", code=code)

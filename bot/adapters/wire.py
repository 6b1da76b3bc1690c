"""One HTTP request, and what is certain after it went wrong.

Until the first byte of the request is written nothing can have arrived: PlatformDown. After that
only a readable answer says what happened; anything else is OutcomeUnknown. Addresses carry keys,
so no exception of the HTTP library, which may quote them, is kept or chained.
"""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import Message as Headers
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.adapters.last_moment import check_last_moment
from bot.outside_time.clocks import Dated, undated
from scoring.errors import BadCredentials, OutcomeUnknown, PlatformDown, RateLimited, Rejected

ANSWER_MOST = 65_536
"""No platform answers a post with more bytes than this."""

RETRY_DEFAULT_S = 60.0
RETRY_MOST_S = 600.0

_JSON = {"Content-Type": "application/json"}
_LONG = 262_144
_NAME_MOST = 200
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|\ud800-\udfff]+')


@dataclass(slots=True)
class _Progress:
    sent: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back. `content` is longer than was allowed when the answer was."""

    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came over the wire; `name` is safe to use as a file's name, or empty."""

    name: str
    media_type: str
    content: bytes


def open_session(*, timeout_s: float, dated: Dated = undated) -> aiohttp.ClientSession:
    """A session for requests: a connection each, so no stale one makes an outcome unknown.

    `dated` is told what each answer's Date header says.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note_sent)
    trace.on_request_end.append(noting_date(dated))
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=32),
        timeout=aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s / 2),
        trace_configs=[trace],
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def post_json(
    session: aiohttp.ClientSession,
    url: str,
    body: dict[str, Any],
    *,
    most: int = ANSWER_MOST,
    timeout_s: float | None = None,
) -> dict[str, Any]:
    """Post once and return the JSON object of a 200; every other answer is an error.

    `timeout_s` may shorten the session's; never 0, which would be none at all.
    The same object is always the same bytes, in whatever order a database gave back its keys:
    platforms that drop repeats compare them.
    """
    spelled = json.dumps(body, sort_keys=True).encode()
    request: dict[str, Any] = {"data": _body(spelled), "headers": _JSON}
    if timeout_s is not None:
        request["timeout"] = aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s / 2)
    return _object(await _ask(session, "POST", url, most, **request), most)


async def get_json(
    session: aiohttp.ClientSession, url: str, *, most: int = ANSWER_MOST
) -> dict[str, Any]:
    """Ask once and return the JSON object of a 200; every other answer is an error."""
    return _object(await _ask(session, "GET", url, most), most)


async def post_file(
    session: aiohttp.ClientSession,
    url: str,
    field: str,
    name: str,
    content: bytes,
    *,
    timeout_s: float,
) -> dict[str, Any]:
    """Post a file as a form's one field; its name goes as UTF-8, which WeCom wants unescaped."""
    boundary = secrets.token_hex(16)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{field}"; '
        f'filename="{safe_name(name) or "file"}"; filelength={len(content)}\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = b"".join((head.encode(), content, f"\r\n--{boundary}--\r\n".encode()))
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    answer = await _ask(
        session, "POST", url, ANSWER_MOST, data=_body(body), headers=headers, timeout=timeout
    )
    return _object(answer, ANSWER_MOST)


async def get_file(
    session: aiohttp.ClientSession, url: str, *, most: int, timeout_s: float
) -> Fetched:
    """Fetch a file of at most `most` bytes; Rejected when it is longer.

    What comes without a file's name in its headers is no file but an answer in JSON: its content
    is returned with an empty name.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    answer = await _ask(session, "GET", url, most, timeout=timeout)
    if len(answer.content) > most:
        raise Rejected(f"the file has more than {most} bytes", code="too_long")
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    name = _name_in(answer.headers.get("Content-Disposition", ""))
    return Fetched(name, media_type, answer.content)


def safe_name(name: str) -> str:
    """A file's name without a path and without what headers and file systems trip over."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", last).strip(" .")[-_NAME_MOST:]


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


async def _ask(
    session: aiohttp.ClientSession, method: str, url: str, most: int, **request: Any
) -> _Answer:
    progress = _Progress()
    fault = "unexplained"
    try:
        async with session.request(
            method, url, allow_redirects=False, trace_request_ctx=progress, **request
        ) as response:
            status, headers = response.status, response.headers
            content = await _read(response, most)
    except TimeoutError:
        fault = "no answer in time"
    except (aiohttp.ClientError, OSError) as error:
        fault = type(error).__name__
    else:
        if status != 200:
            raise refusal(status, headers.get("Retry-After"), headers.get("Date"))
        return _Answer(headers, content)
    if progress.sent:
        raise OutcomeUnknown(fault)
    raise PlatformDown(fault)


def _body(content: bytes) -> bytes | io.BytesIO:
    """Long bodies go out piece by piece, so that others get their turn in between."""
    return content if len(content) < _LONG else io.BytesIO(content)


def noting_date(dated: Dated) -> Callable[..., Awaitable[None]]:
    """For the end of a request: what the answer is dated with."""

    async def note(
        _session: object, _context: object, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        dated(ended.response.headers)

    return note


async def _note_sent(_session: object, context: SimpleNamespace, _params: object) -> None:
    check_last_moment()
    progress = context.trace_request_ctx
    if isinstance(progress, _Progress):
        progress.sent = True


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    answer = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        answer += chunk
        if len(answer) > most:
            break
    return bytes(answer)


def _object(answer: _Answer, most: int) -> dict[str, Any]:
    value = json_object(answer.content) if len(answer.content) <= most else None
    if value is None:
        raise OutcomeUnknown("the answer is not the JSON that was promised")
    return value


def json_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object that bytes spell, None when they spell anything else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _name_in(disposition: str) -> str:
    headers = Headers()
    headers["Content-Disposition"] = re.sub(r"[\r\n]+", " ", disposition)
    return safe_name(headers.get_filename("") or "")


def refusal(status: int, retry_after: str | None, date: str | None) -> Exception:
    """What a status other than 200 means for what was sent."""
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

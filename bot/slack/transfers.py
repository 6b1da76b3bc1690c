"""Files to and from Slack's own hosts, and to nobody else."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from pydantic import SecretStr

from bot.adapters.wire import Fetched, refusal, safe_name
from bot.slack.heard import RemoteFile
from bot.slack.session import SlackSession
from scoring.errors import BadCredentials, PlatformDown, Rejected

HOST = "files.slack.com"
_REDIRECTS = 3
_CHUNK = 65_536
_LONG = 262_144


def may_have(url: str, api_url: str) -> bool:
    """Whether a file's address is Slack's, or of the host that stands in for Slack's API."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
        here, there = (
            (asked.scheme, asked.hostname, asked.port),
            (api.scheme, api.hostname, api.port),
        )
    except ValueError:
        return False
    if asked.username or asked.password:
        return False
    if (asked.scheme, asked.hostname) == ("https", HOST) and asked.port in (None, 443):
        return True
    # The real API is on another host than files are.
    return here == there and api.hostname not in ("slack.com", None)


async def put(
    session: SlackSession, url: str, content: bytes, *, api_url: str, timeout_s: float
) -> None:
    """Bring the bytes of a file where Slack said; PlatformDown when it did not take them.

    As long as an upload is not completed nobody sees it, so no outcome is unknown.
    """
    if not may_have(url, api_url):
        raise PlatformDown("a file would go to a host that is not Slack's")
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    headers = {"Content-Type": "application/octet-stream"}
    try:
        async with session.request(
            "POST", url, data=_body(content), headers=headers, timeout=timeout
        ) as response:
            status, wait = response.status, response.headers
            await response.content.read(_CHUNK)
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
        raise PlatformDown(type(error).__name__) from None
    if status == 429:
        raise refusal(status, wait.get("Retry-After"), wait.get("Date"))
    if status != 200:
        raise PlatformDown("the file was not taken", code=f"HTTP {status}")


async def fetched(
    session: SlackSession,
    file: RemoteFile,
    token: SecretStr,
    *,
    most: int,
    api_url: str,
    timeout_s: float,
) -> Fetched:
    """A file by its private address; BadCredentials when the token may not read it."""
    url = file.url
    for _ in range(_REDIRECTS):
        if not may_have(url, api_url):
            raise Rejected("that file is not on Slack's own hosts", code="foreign_host")
        onward, found = await _once(session, url, file, token, most, timeout_s)
        if found is not None:
            return found
        url = urljoin(url, onward)
    raise Rejected("that file is always somewhere else", code="redirects")


async def _once(
    session: SlackSession, url: str, file: RemoteFile, token: SecretStr, most: int, timeout_s: float
) -> tuple[str, Fetched | None]:
    """The file, or where else it is said to be."""
    options: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {token.get_secret_value()}"},
        "timeout": aiohttp.ClientTimeout(total=timeout_s),
    }
    try:
        async with session.request("GET", url, **options) as response:
            status, headers = response.status, response.headers
            if status in (301, 302, 303, 307, 308):
                return headers.get("Location", ""), None
            content = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > most:
                    raise Rejected(f"the file has more than {most} bytes", code="too_long")
    except (aiohttp.ClientError, OSError) as error:
        raise PlatformDown(type(error).__name__) from None
    if status == 404:
        raise Rejected("the file is gone", code="HTTP 404")
    if status >= 500:
        raise PlatformDown("the file cannot be had now", code=f"HTTP {status}")
    if status != 200:
        raise refusal(status, headers.get("Retry-After"), headers.get("Date"))
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type == "text/html" and not file.name.lower().endswith((".html", ".htm")):
        # Without the scope Slack shows its page to sign in.
        raise BadCredentials("needs files:read", code="missing_scope")
    return "", Fetched(safe_name(file.name), media_type, bytes(content))


def _body(content: bytes) -> bytes | io.BytesIO:
    """Long files go out piece by piece, so that others get their turn in between."""
    return content if len(content) < _LONG else io.BytesIO(content)

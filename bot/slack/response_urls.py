"""Posting to the `response_url` that came with a command or tap: 5 times within 30 minutes.

Such an address says by itself who may post where, so only Slack's own are followed (or those of
the server that stands in for it), and none is ever logged.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp

from bot.adapters.slack_errors import MEANINGS
from bot.adapters.wire import json_object
from bot.slack.session import SlackSession
from scoring.errors import OutcomeUnknown, PlatformDown, RateLimited, RecipientGone, Rejected

HOST = "hooks.slack.com"

_SLACKS = ("slack.com", "slack-gov.com")
_SPENT = frozenset({"used_url", "expired_url", "invalid_url", "no_service", "404"})
_WITHIN_S = 8.0
_ANSWER_MOST = 4_096


class ResponseUrls:
    """Posts to Slack's addresses; `api_url` names the server that stands in for it, if one does."""

    def __init__(self, api_url: str, *, timeout_s: float = _WITHIN_S) -> None:
        api = urlsplit(api_url)
        host = api.hostname or ""
        slack = any(host == name or host.endswith(f".{name}") for name in _SLACKS)
        self._stand_in = None if slack else _origin(api)
        self._session = SlackSession(timeout_s=timeout_s)

    async def post(self, url: str, body: dict[str, Any]) -> None:
        """Post once; RecipientGone for one that is spent, else the DeliveryError tree."""
        try:
            origin = _origin(urlsplit(url))
        except ValueError:
            raise Rejected("the response_url is no address") from None
        if origin not in (("https", HOST, None), self._stand_in):
            raise Rejected("the response_url is not Slack's")
        _judge(*await self._posted(url, body))

    async def close(self) -> None:
        """End the connections."""
        await self._session.close()

    async def _posted(self, url: str, body: dict[str, Any]) -> tuple[int, bytes]:
        with self._session.watched() as progress:
            try:
                async with self._session.request("POST", url, json=body) as response:
                    content = await response.content.read(_ANSWER_MOST)
                    return int(response.status), bytes(content)
            except TimeoutError:
                fault = "no answer in time"
            except (aiohttp.ClientError, OSError) as error:
                fault = type(error).__name__  # its words may quote the address
        if progress.sent:
            raise OutcomeUnknown(fault)
        raise PlatformDown(fault)


def _judge(status: int, content: bytes) -> None:
    """Nothing for a post that was taken, which Slack says as `ok` or as JSON."""
    answer = json_object(content)
    if answer is None:
        said = content[:60].decode("ascii", "replace").strip()
        code = "" if status == 200 else said or f"HTTP {status}"
    else:
        code = "" if answer.get("ok", True) is True else str(answer.get("error", "unknown"))[:60]
    if not code:
        return
    if status >= 500 and not (answer and answer.get("error")):
        raise OutcomeUnknown(
            "Slack failed after it may have taken the answer", code=f"HTTP {status}"
        )
    if status == 429 or code == "ratelimited":
        raise RateLimited("too many answers", retry_after_s=1.0, code=code)
    if status == 404 or code in _SPENT:
        raise RecipientGone("the response_url is spent", code=code)
    if MEANINGS.get(code) is OutcomeUnknown:
        raise OutcomeUnknown("Slack failed after it may have taken the answer", code=code)
    raise Rejected("the answer was refused", code=code)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port

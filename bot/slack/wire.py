"""One call of Slack's Web API, by slack_sdk's client, and what is certain when it goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.adapters.slack_errors import raise_for_answer
from bot.adapters.wire import refusal
from bot.outside_time.clocks import Dated, undated
from bot.slack.session import SlackSession
from scoring.errors import OutcomeUnknown, PlatformDown

_AS_JSON = ("chat.", "views.")
_AS_JSON_TOO = frozenset({"auth.test", "conversations.open", "files.completeUploadExternal"})

# What reading an answer can end in; the SDK trips over JSON that is no object.
_BROKEN = (aiohttp.ClientError, OSError, ValueError, RecursionError, AttributeError, TypeError)

# The SDK writes whole requests to its logger, and decides by the logger's own level.
_SILENT = logging.getLogger(f"{__name__}.sdk")
_SILENT.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answered, and what the token may do (empty where Slack did not say)."""

    body: dict[str, Any]
    scopes: frozenset[str] = frozenset()


class SlackWire:
    """Calls with any token, each made once: nothing here tries again."""

    def __init__(self, api_url: str, *, timeout_s: float = 10.0, dated: Dated = undated) -> None:
        self._api_url = f"{api_url.rstrip('/')}/"
        self.session = SlackSession(timeout_s=timeout_s, dated=dated)

    async def ask(self, token: SecretStr, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Call a method. OutcomeUnknown whenever Slack may have done it; else what it said."""
        from slack_sdk.errors import SlackApiError
        from slack_sdk.web.async_client import AsyncWebClient

        client = AsyncWebClient(
            token=token.get_secret_value(),
            base_url=self._api_url,
            session=self.session,  # type: ignore[arg-type]  # as much of one as it uses
            retry_handlers=[],
            logger=_SILENT,
        )
        given = {name: value for name, value in arguments.items() if value is not None}
        fault = "unexplained"
        with self.session.watched() as progress:
            try:
                response = await client.api_call(method, **_spelled(method, given))
            except SlackApiError as refused:
                return _judged(method, refused.response, token)
            except TimeoutError:
                fault = "no answer in time"
            except _BROKEN as error:
                # Its words may quote what was sent.
                fault = type(error).__name__
            else:
                return _judged(method, response, token)
        if progress.sent:
            raise OutcomeUnknown(fault)
        raise PlatformDown(fault)

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()


def _spelled(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """A body in JSON where the method takes one; else a form, which all of them take."""
    if method.startswith(_AS_JSON) or method in _AS_JSON_TOO:
        return {"json": given}
    return {"data": {name: _field(value) for name, value in given.items()}}


def _field(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _judged(method: str, response: Any, token: SecretStr) -> Answer:
    """The answer of a 200; every other status, and what is no answer at all, is an error."""
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    headers = response.headers
    body = getattr(response, "data", None)
    if status >= 500 or status == 429 or (status != 200 and not _explains(body)):
        raise refusal(status, headers.get("Retry-After"), headers.get("Date"))
    if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
        raise OutcomeUnknown("the answer is not the JSON that was promised")
    raise_for_answer(
        method,
        body,
        retry_after=headers.get("Retry-After"),
        hide=(token.get_secret_value(),),
    )
    scopes = headers.get("X-OAuth-Scopes", "")
    return Answer(body, frozenset(filter(None, (one.strip() for one in scopes.split(",")))))


def _explains(body: object) -> bool:
    """Whether a refusal says why in Slack's own way; then its words count, not the status."""
    return isinstance(body, dict) and body.get("ok") is False and bool(body.get("error"))

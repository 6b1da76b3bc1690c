"""Answering what comes over Socket Mode: each envelope once, and acknowledged when it was heard.

An envelope that is not acknowledged is told again, on whatever connection of the app is open.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import structlog

from bot.json_tree import checked
from bot.origins import Begun, beginning
from bot.refused import Refused
from bot.slack.bolt_app import SlackApp
from scoring.errors import StoreUnavailable

log = structlog.get_logger()

AT_ONCE = 500
"""More than whoever answers lets in; what is beyond is left for Slack to tell again."""

_KINDS = ("events_api", "slash_commands", "interactive")


class Connection(Protocol):
    """Something an acknowledgement can go out on."""

    async def send(self, frame: dict[str, Any]) -> bool:
        """Say something; false when it has ended."""


class Envelopes:
    """Envelopes under way, watched: none is lost silently, all are waited for at the end."""

    def __init__(self, app: SlackApp, *, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._at_once = at_once
        self._tasks: set[asyncio.Task[None]] = set()
        self.current: Connection | None = None
        """Where acknowledgements go whose own connection has ended."""

    def take(self, connection: Connection, envelope: dict[str, Any]) -> None:
        """Begin to answer."""
        if len(self._tasks) >= self._at_once:
            log.warning("too many envelopes at once", envelopes=len(self._tasks))
            return
        task = asyncio.create_task(self._taken(connection, envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, within_s: float) -> None:
        """Wait for what is under way, then give up on the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=within_s)
        if late:
            log.warning("envelopes were not answered before the end", envelopes=len(late))
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _taken(self, connection: Connection, envelope: dict[str, Any]) -> None:
        with beginning(Begun.LINE):
            await self._answer(connection, envelope)

    async def _answer(self, connection: Connection, envelope: dict[str, Any]) -> None:
        acknowledgement: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        try:
            answer = await self._heard(envelope)
        except Refused as fault:
            log.info("an envelope was refused", reason=fault.reason)
            answer = None
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason)
            return
        except Exception:
            # The edge of this way in, as the server's is over HTTP.
            log.exception("an envelope could not be answered")
            return
        if answer is not None and envelope.get("accepts_response_payload") is True:
            acknowledgement["payload"] = answer
        if await connection.send(acknowledgement):
            return
        elsewhere = self.current
        if (
            elsewhere is None
            or elsewhere is connection
            or not await elsewhere.send(acknowledgement)
        ):
            log.info("an acknowledgement did not get through")

    async def _heard(self, envelope: dict[str, Any]) -> dict[str, Any] | None:
        if envelope.get("type") not in _KINDS:
            return None
        return await self._app.answer(checked(envelope.get("payload")))

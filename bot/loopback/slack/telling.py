"""Telling the product what people did, over whichever transport the app is set up for."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from bot.loopback.errands import Errands
from bot.loopback.slack.ledger import Reported
from bot.loopback.slack.lines import Lines
from bot.loopback.slack.reporting import Reporting
from bot.loopback.slack.workspace import Channel, Installation, Workspace
from bot.loopback.slack.world import World

Json = dict[str, Any]

_ENVELOPES = {"event": "events_api", "command": "slash_commands"}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it. `body` is what the product acknowledged with.

    Nothing was told at all (`attempts` 0) where the app is not installed or not subscribed.
    """

    delivered: bool = False
    body: Json | None = None
    attempts: int = 0
    fault: str = ""


UNHEARD = Told()
NO_RETRY = "no retry"


class Telling:
    """Events are repeated when they are not acknowledged; everything else is told once."""

    def __init__(self, world: World, lines: Lines, reporting: Reporting, errands: Errands) -> None:
        self._world = world
        self._lines = lines
        self._reporting = reporting
        self._errands = errands

    async def command(self, body: Json) -> Told:
        """A slash command."""
        return await self._once("command", body, 0)

    async def interaction(self, payload: Json) -> Told:
        """A tap, a form, a shortcut, a search."""
        return await self._once("interaction", payload, 0)

    async def event(
        self,
        workspace: Workspace,
        event: Json,
        *,
        subscription: str = "",
        channel: Channel | None = None,
    ) -> Told:
        """An event, when the app is subscribed to it and (with `channel`) the bot is in there.

        Returns after the first attempt; further ones are errands of the cloud.
        """
        installed = self._world.installation(workspace)
        name = subscription or event["type"]
        if installed is None or name not in self._world.app.events:
            return UNHEARD
        if channel is not None and installed.bot_user not in channel.members:
            return UNHEARD
        payload = self.wrapped(workspace, installed, event, channel)
        told = await self._once("event", payload, 0)
        if not told.delivered:
            self._errands.run(self._again(payload, told))
        return told

    async def farewell(self, workspace: Workspace, installed: Installation, event: Json) -> Told:
        """An event of an app that is not installed any more."""
        if event["type"] not in self._world.app.events:
            return UNHEARD
        return await self._once("event", self.wrapped(workspace, installed, event), 0)

    def wrapped(
        self,
        workspace: Workspace,
        installed: Installation,
        event: Json,
        channel: Channel | None = None,
    ) -> Json:
        """What Slack puts around an event."""
        wide = not installed.team
        return {
            "token": "unused",
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": workspace.enterprise or None,
            **({"enterprise_id": workspace.enterprise} if workspace.enterprise else {}),
            "api_app_id": self._world.app.id,
            "event": {"event_ts": self._world.chats.stamp(), **event},
            "type": "event_callback",
            "event_id": self._world.name("Ev0"),
            "event_time": self._world.now_s(),
            "authorizations": [
                {
                    "enterprise_id": workspace.enterprise or None,
                    "team_id": None if wide else workspace.id,
                    "user_id": installed.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": wide,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.connected,
        }

    async def repeat(self, payload: Json, attempt: int = 1) -> Told:
        """Tell an event that was told before, as a retry does."""
        return await self._once("event", payload, attempt)

    async def _again(self, payload: Json, told: Told) -> None:
        for attempt, wait_s in enumerate(self._world.timing.retries_s, 1):
            if told.delivered or told.fault == NO_RETRY:
                return
            await asyncio.sleep(wait_s)
            told = await self._once("event", payload, attempt, _reason(told))

    async def _once(self, kind: str, payload: Json, attempt: int, reason: str = "") -> Told:
        if self._world.app.request_url:
            told = await self._by_http(kind, payload, attempt, reason)
        else:
            told = await self._by_socket(kind, payload, attempt)
        self._world.ledger.reported.append(
            Reported(self._world.clock(), kind, payload, attempt, told.delivered, told.fault)
        )
        return told

    async def _by_socket(self, kind: str, payload: Json, attempt: int) -> Told:
        answers = kind == "command" or payload.get("type") in (
            "view_submission",
            "block_suggestion",
        )
        envelope = _ENVELOPES.get(kind, "interactive")
        body = await self._lines.tell(envelope, payload, attempt, answers=answers)
        if body is None:
            return Told(attempts=1, fault="not acknowledged in time")
        return Told(True, body, 1)

    async def _by_http(self, kind: str, payload: Json, attempt: int, reason: str) -> Told:
        reply = await self._reporting.tell(kind, payload, attempt, reason)
        if reply.status != 200:
            fault = NO_RETRY if reply.no_retry else f"status {reply.status}"
            return Told(attempts=1, fault=fault)
        text = reply.body.decode("utf-8", "replace").strip()
        if not text:
            return Told(True, {}, 1)
        try:
            body = json.loads(text)
        except ValueError:
            # A slash command may be answered in plain text.
            return Told(True, {"text": text} if kind == "command" else {}, 1)
        return Told(True, body if isinstance(body, dict) else {}, 1)


def _reason(told: Told) -> str:
    return "http_timeout" if told.fault == "status 0" else "http_error"

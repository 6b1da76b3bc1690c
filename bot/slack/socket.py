"""Socket Mode: a connection that we open, kept for as long as the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp


class SlackSocket:
    """Keeps a connection to Slack and answers what comes over it.

    Every replica may keep its own: Slack gives each envelope to one of up to ten.
    """

    def __init__(
        self,
        app: SlackApp,
        app_token: SecretStr,
        clock: Callable[[], datetime],
        *,
        api_url: str,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._clock = clock
        self._api_url = api_url

    @property
    def connected(self) -> bool:
        """Whether there is a connection that is alive."""
        return False

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, connect again, and end when told to."""
        await stop.wait()

    async def trouble(self) -> str:
        """What is wrong, for /readyz; empty while connected."""
        return "" if self.connected else "never connected"

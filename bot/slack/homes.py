"""Home tabs: shown when they are opened, and again when what they show is not true any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.slack.heard import Where
from bot.slack.seams import Calls, Speaker
from handlers.rules import Rules
from storage.store import Store


class Homes:
    """Publishes Home tabs; each person's at most every 30 s, and only when it would look different."""

    def __init__(
        self,
        store: Store,
        api: Calls,
        rules: Rules,
        clock: Callable[[], datetime],
        *,
        public_url: str = "",
    ) -> None:
        self._store = store

    async def opened(self, where: Where, speaker: Speaker) -> None:
        """Show somebody their Home tab as things stand."""

    def changed(self) -> None:
        """Something in the book changed: look soon which Home tabs are out of date."""

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the Home tabs that were opened lately up to date, until `stop`."""
        await stop.wait()

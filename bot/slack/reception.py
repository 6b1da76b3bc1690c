"""From what Slack told us to what is said there, the same over HTTP and over Socket Mode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.dispatcher import Dispatcher
from bot.slack.heard import Heard
from bot.slack.homes import Homes
from bot.slack.seams import Calls, Fetch, Give, Identify, OnPersonChanged, OnRemoved
from handlers.rules import Rules
from storage.store import Store


class SlackReception:
    """Hears what came in and answers it; `hear` returns within 2.5 s, what takes longer goes on.

    `owner` names this process among replicas; `public_url` is where our own links lead.
    """

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        rules: Rules,
        clock: Callable[[], datetime],
        api: Calls,
        *,
        identify: Identify,
        fetch: Fetch | None = None,
        give: Give | None = None,
        homes: Homes | None = None,
        api_url: str = "https://slack.com/api/",
        public_url: str = "",
        on_person_changed: OnPersonChanged | None = None,
        on_removed: OnRemoved | None = None,
        spoke: Callable[[], None] = lambda: None,
    ) -> None:
        self._homes = homes

    async def hear(self, heard: Heard) -> dict[str, Any] | None:
        """The body of the acknowledgement, None for an empty one."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Finish what is under way, within seconds."""

    async def close(self) -> None:
        """End the connections."""

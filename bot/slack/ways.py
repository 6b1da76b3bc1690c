"""The way out to Slack, where it is configured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.adapters.base import Adapter
from bot.config import Slack
from storage.store import Store

if TYPE_CHECKING:
    from bot.adapters.slack import SlackBot
    from bot.slack.api import SlackApi


@dataclass(frozen=True, slots=True)
class SlackWays:
    """What can be spoken through; None where Slack is not configured."""

    api: SlackApi | None = None
    bot: SlackBot | None = None

    @property
    def adapters(self) -> list[Adapter]:
        """The one there is."""
        return [] if self.bot is None else [self.bot]


@asynccontextmanager
async def slack_ways(
    config: Slack,
    store: Store,
    clock: Callable[[], datetime],
    *,
    standing_in: bool = False,
) -> AsyncIterator[SlackWays]:
    """The configured way; its connections end with the block. Slack need not be reachable yet.

    `standing_in`: it leads to the playground's own Slack, where a clock moved by months knows no
    limits by the second.
    """
    if not config.set_up:
        yield SlackWays()
        return
    # The SDK is half a second of imports that only those pay who use it.
    from bot.adapters.slack import SlackBot
    from bot.slack.api import SlackApi
    from bot.slack.workspaces import OneWorkspace

    workspaces = OneWorkspace(config.bot_token, api_url=config.api_url)
    api = SlackApi(workspaces, api_url=config.api_url, clock=clock)
    try:
        yield SlackWays(api, SlackBot(api, store, paced=not standing_in))
    finally:
        await api.close()

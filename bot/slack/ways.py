"""The way out to Slack, where it is configured: one workspace's, or those that installed the app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.adapters.base import Adapter
from bot.config import Slack
from bot.outside_time.clocks import Dated, undated
from storage.store import Store

if TYPE_CHECKING:
    from bot.adapters.slack import SlackBot
    from bot.sealing import Seal
    from bot.slack.api import SlackApi
    from bot.slack.grants import Grants
    from bot.slack.identity import Identity
    from bot.slack.many_workspaces import ManyWorkspaces


@dataclass(frozen=True, slots=True)
class Installed:
    """Where workspaces install the app by themselves: their tokens, and how they are got."""

    workspaces: ManyWorkspaces
    grants: Grants
    seal: Seal


@dataclass(frozen=True, slots=True)
class SlackWays:
    """What can be spoken through; None where Slack is not configured, or has one workspace."""

    api: SlackApi | None = None
    bot: SlackBot | None = None
    identity: Identity | None = None
    installed: Installed | None = None

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
    dated: Dated = undated,
) -> AsyncIterator[SlackWays]:
    """The configured way; its connections end with the block. Slack need not be reachable yet.

    `standing_in`: it leads to the playground's own Slack, where a clock moved by months knows no
    limits by the second. `dated` hears what Slack's answers are dated with.
    """
    if not config.set_up:
        yield SlackWays()
        return
    # The SDK is half a second of imports that only those pay who use it.
    from bot.adapters.slack import SlackBot
    from bot.slack.api import SlackApi
    from bot.slack.identity import Identity
    from bot.slack.workspaces import OneWorkspace, Workspaces

    async with AsyncExitStack() as stack:
        installed: Installed | None = None
        workspaces: Workspaces
        if config.one_workspace:
            workspaces = OneWorkspace(config.bot_token, api_url=config.api_url)
        else:
            installed = _installed(config, store, clock)
            stack.push_async_callback(installed.grants.close)
            if config.former_client_secret.get_secret_value():
                from bot.slack.resealing import resealing

                await stack.enter_async_context(resealing(store, installed.seal))
            workspaces = installed.workspaces
        api = SlackApi(workspaces, api_url=config.api_url, clock=clock, dated=dated)
        stack.push_async_callback(api.close)
        identity = Identity(store, api, clock, trusts=config.trusts)
        stack.push_async_callback(identity.drain)
        bot = SlackBot(
            api,
            store,
            paced=not standing_in,
            several=installed is not None,
            admits=identity.admits,
        )
        yield SlackWays(api, bot, identity, installed)


def _installed(config: Slack, store: Store, clock: Callable[[], datetime]) -> Installed:
    from bot.slack.grants import Grants
    from bot.slack.many_workspaces import ManyWorkspaces
    from bot.slack.resealing import seal_of

    grants = Grants(config.api_url, config.client_id, config.client_secret)
    seal = seal_of(config)
    workspaces = ManyWorkspaces(
        store, seal, grants.renew, clock, trusts=config.trusts, admits=config.admits
    )
    return Installed(workspaces, grants, seal)

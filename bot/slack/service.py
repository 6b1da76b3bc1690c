"""Everything that hears Slack, built in plain sight: door, connection, one reception, Home tabs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog

from bot.config import Config, Slack
from bot.delivery.courier import Courier
from bot.dispatcher import Dispatcher
from bot.slack.bolt_app import SlackApp
from bot.slack.changes import following
from bot.slack.doors import SlackDoor
from bot.slack.files import fetching, giving
from bot.slack.homes import Homes
from bot.slack.installing import InstallDoors
from bot.slack.manifest import needed_scopes
from bot.slack.marks import Marks, marking
from bot.slack.organisations import placing
from bot.slack.reception import SlackReception
from bot.slack.removing import removing
from bot.slack.socket import SlackSocket
from bot.slack.ways import SlackWays
from bot.web.server import Doors
from handlers.rules import Rules
from storage.store import Store

log = structlog.get_logger()

Check = Callable[[], Awaitable[str]]
"""What is wrong with a part, for /readyz: empty while it works."""


class SlackService:
    """Hears Slack on the configured transports. Nothing runs before `listening`."""

    def __init__(
        self,
        config: Slack,
        ways: SlackWays,
        store: Store,
        dispatcher: Dispatcher,
        rules: Rules,
        clock: Callable[[], datetime],
        courier: Courier,
        wake: Callable[[], None],
        *,
        noted: bool = True,
    ) -> None:
        """`noted`: what is heard is something for `doctor` to go by."""
        if ways.api is None or ways.bot is None or ways.identity is None:
            raise ValueError("there is no way to Slack")
        identity = ways.identity
        self.homes = Homes(store, ways.api, rules, clock)
        self.reception = SlackReception(
            store,
            dispatcher,
            rules,
            clock,
            ways.api,
            identify=identity.identify,
            fetch=fetching(ways.api),
            give=giving(ways.bot),
            homes=self.homes,
            api_url=config.api_url,
            on_person_changed=following(store, rules, clock, identity, wake),
            on_removed=removing(store, ways.api.workspaces, clock),
            pin=config.reaction,
            spoke=wake,
            steady=courier.steady,
        )
        self._marks = Marks(store, clock)
        hear = placing(self.reception.hear, ways.api.workspaces)
        hear = marking(hear, self._marks) if noted else hear
        app = SlackApp(hear, bot_user=ways.api.workspaces.bot_user)
        self.doors: list[Doors] = []
        self.checks: dict[str, Check] = {}
        self.socket: SlackSocket | None = None
        if config.by_http:
            forged = self._marks.forged if noted else _not_noted
            self.doors.append(SlackDoor(app, config.signing_secret, clock, forged=forged))
        if config.by_socket:
            self.socket = SlackSocket(app, config.app_token, clock, api_url=config.api_url)
            self.checks["slack"] = self.socket.trouble

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Keep the connection and the Home tabs; at the end what is under way is answered."""
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.reception.close)
            stack.push_async_callback(self._marks.drain)
            stack.push_async_callback(self.reception.drain)
            kept = [asyncio.create_task(self.homes.run(stop), name="Home tabs")]
            if self.socket is not None:
                kept.append(asyncio.create_task(self.socket.run(stop), name="Slack's connection"))
            stack.push_async_callback(_finish, kept, stop)
            yield


def _not_noted() -> None:
    """Whoever forges requests to the playground's own Slack is nobody's concern."""


def install_doors(
    config: Config,
    ways: SlackWays,
    store: Store,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
) -> list[Doors]:
    """Where workspaces install the app; none where the configuration has one's token."""
    slack, installed = config.slack, ways.installed
    if installed is None:
        return []
    return [
        InstallDoors(
            store,
            installed.workspaces,
            installed.grants,
            installed.seal,
            clock,
            client_id=slack.client_id,
            public_url=config.http.public_url,
            scopes=needed_scopes(config),
            api_url=slack.api_url,
            admits=slack.admits,
            wake=wake,
        )
    ]


async def _finish(kept: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
    stop.set()
    await asyncio.wait(kept)
    for task in kept:
        if not task.cancelled() and task.exception() is not None:
            log.error("a part ended by a bug", part=task.get_name(), exc_info=task.exception())

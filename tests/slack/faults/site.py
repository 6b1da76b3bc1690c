"""A workspace, its cloud, and replicas of the whole service that share one database."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.adapters.slack import SlackBot
from bot.delivery.courier import Courier
from bot.delivery.rules import DeliveryRules
from bot.dispatcher import Dispatcher
from bot.loopback.board import Board
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.limits import Timing
from bot.loopback.slack.workspace import App, Channel, Installation, User, Workspace
from bot.sending import composer
from bot.slack.api import SlackApi
from bot.slack.bolt_app import SlackApp
from bot.slack.doors import SlackDoor
from bot.slack.files import fetching, giving
from bot.slack.heard import Heard
from bot.slack.homes import Homes
from bot.slack.identity import Identity
from bot.slack.line import Tempo
from bot.slack.reception import SlackReception
from bot.slack.socket import SlackSocket, SocketRules
from bot.slack.workspaces import OneWorkspace
from bot.web.server import serving, web_app
from handlers.commands import COMMANDS
from handlers.rules import Rules, TeamPlaces
from storage.store import Store
from tests.sample_book import EAST, NORTH, PEOPLE, ZONE
from tests.slack.faults.weather import Weather
from tests.wecom.faults.clockwork import Clockwork, shortened

TEAM = "T0HOUSE"
ADA, LILEI, HMM = "U3ADA", "U1LILEI", "U2HMM"
CHANNELS = {"#renewals-east": "C0EAST", "#renewals-west": "C0WEST", "C0BOUND": "C0BOUND"}
RULES = Rules(
    zone=ZONE,
    teams=(TeamPlaces(EAST, (("slack", "#renewals-east"),), "Ada Park"), TeamPlaces(NORTH)),
    platform_order=("slack", "wecom"),
)

ANSWER_S = 0.25
"""Real seconds after which an answer of the API is given up, which does no harm where it is late."""

LOOK_S = 0.002
"""How often `until` looks: looking all the time would take the processor from what is awaited."""

TIMING = Timing(trigger_s=3_600.0, ack_s=0.5, retries_s=(0.0, 0.02, 0.05), ping_s=0.1)
TEMPO = Tempo(connect_s=2.0, hello_s=2.0, heartbeat_s=0.4, close_s=0.05)
SOCKET = SocketRules(
    backoff_first_s=0.005, backoff_most_s=0.02, settled_s=0.0, refused_s=0.01, refused_most_s=0.02
)


@dataclass
class Replica:
    """One running service. `address` is where its door is; `handled` is what it has dealt with."""

    reception: SlackReception
    courier: Courier
    socket: SlackSocket
    address: str
    handled: list[Heard]


@dataclass
class Site:
    """Everything around the replicas. `shift` is by how much the business's clock is wrong."""

    store: Store
    cloud: LoopbackSlackCloud
    clock: Clockwork
    weather: Weather
    installed: Installation
    shift: timedelta = timedelta(0)
    replicas: list[Replica] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def business(self) -> datetime:
        """The time of the business, which may have been moved."""
        return self.clock() + self.shift

    def worker(self, replica: Replica, **changes: Any) -> Courier:
        """One more worker of a replica, who has leases of its own."""
        return replace(replica.courier, owner=f"worker-{next(self._numbers)}", **changes)

    async def connected(self) -> None:
        """Wait until every replica has a connection that is alive."""
        await until(lambda: all(one.socket.connected for one in self.replicas))
        await until(lambda: len(self.cloud.lines.open) >= len(self.replicas))

    async def over(self) -> None:
        """Until nothing that was heard is being answered any more."""
        await self.cloud.settled()
        for each in self.replicas:
            await each.reception.drain()


async def until(true: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - of many parts, none of which tells
            await asyncio.sleep(LOOK_S)


def house(enterprise: str = "") -> Workspace:
    """The people of the sample book, in three channels."""
    made = Workspace(TEAM, "House", "house", enterprise)
    users = {str(about["slack_id"]): name for name, about in PEOPLE.items()}
    for number, (user, name) in enumerate(users.items(), start=1):
        email = f"{user.lower()}@example.com"
        made.hire(User(user, user.lower(), name, email, number, locale="zh-CN"))
    for place, channel in CHANNELS.items():
        made.open(Channel(channel, place.removeprefix("#").lower(), set(users)))
    return made


@asynccontextmanager
async def site(store: Store, *, enterprise: str = "") -> AsyncIterator[Site]:
    """A cloud in calm weather, and nobody who works with it yet."""
    clock, weather = Clockwork(), Weather()
    cloud = LoopbackSlackCloud(
        App(), [house(enterprise)], Board(), clock, timing=TIMING, hook=weather
    )
    weather.revoke = lambda: cloud.revoke(TEAM)
    await cloud.start()
    try:
        installed = cloud.install(TEAM)
        cloud.invite_bot(TEAM, *CHANNELS.values())
        yield Site(store, cloud, clock, weather, installed)
    finally:
        weather.calm()
        await cloud.stop()


@asynccontextmanager
async def replica(
    here: Site, store: Store, *, rules: DeliveryRules | None = None, by_socket: bool = False
) -> AsyncIterator[Replica]:
    """One more service, as it runs but with less patience than it has in earnest."""
    api_url, clock = here.cloud.api_url, here.business
    async with AsyncExitStack() as stack:
        bot_token = SecretStr(here.installed.bot_token)
        workspaces = OneWorkspace(bot_token, api_url=api_url, timeout_s=ANSWER_S)
        api = SlackApi(
            workspaces, api_url=api_url, clock=clock, timeout_s=ANSWER_S, sleep=shortened
        )
        stack.push_async_callback(api.close)
        bot = SlackBot(api, store)
        courier = Courier(
            store,
            Adapters([bot]),
            composer(RULES),
            clock,
            rules or DeliveryRules(),
            steady=here.clock.steady,
            sleep=shortened,
        )
        identity = Identity(store, api, clock)
        stack.push_async_callback(identity.drain)
        reception = SlackReception(
            store,
            Dispatcher(store, COMMANDS, RULES),
            RULES,
            clock,
            api,
            identify=identity.identify,
            fetch=fetching(api),
            give=giving(bot),
            homes=Homes(store, api, RULES, clock),
            api_url=api_url,
            steady=here.clock.steady,
            sleep=shortened,
        )
        stack.push_async_callback(reception.close)
        stack.push_async_callback(reception.drain)
        handled: list[Heard] = []

        async def hear(heard: Heard) -> dict[str, Any] | None:
            answer = await reception.hear(heard)
            handled.append(heard)
            return answer

        app = SlackApp(hear, bot_user=workspaces.bot_user)
        door = SlackDoor(app, SecretStr(here.cloud.app.signing_secret), here.clock)
        address = await stack.enter_async_context(serving(web_app([door]), "127.0.0.1", 0))
        token = SecretStr(here.cloud.app.app_token)
        socket = SlackSocket(
            app, token, here.clock, api_url=api_url, rules=SOCKET, tempo=TEMPO, draw=lambda: 0.0
        )
        if by_socket:
            stack.push_async_callback(_ended, *_running(socket.run))
        made = Replica(reception, courier, socket, address, handled)
        here.replicas.append(made)
        try:
            yield made
        finally:
            here.replicas.remove(made)


def _running(
    run: Callable[[asyncio.Event], Awaitable[None]],
) -> tuple[asyncio.Event, asyncio.Future[None]]:
    stop = asyncio.Event()
    return stop, asyncio.ensure_future(run(stop))


async def _ended(stop: asyncio.Event, task: asyncio.Future[None]) -> None:
    stop.set()
    with suppress(asyncio.CancelledError):
        await task

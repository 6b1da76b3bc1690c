"""A company, its cloud, and replicas of the whole service that share one database."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.delivery.courier import Courier
from bot.delivery.rules import DeliveryRules
from bot.loopback.board import Board
from bot.loopback.wecom.cloud import LoopbackCloud
from bot.loopback.wecom.company import (
    AiBot,
    AppChat,
    CallbackUrl,
    Company,
    GroupRobot,
    Member,
    SelfBuiltApp,
)
from bot.loopback.wecom.limits import Limits, Timing
from bot.wecom.holding import KeepingRules, connection_name
from storage.store import Store
from tests.wecom import forging
from tests.wecom.calling import settled
from tests.wecom.faults.clockwork import Clockwork
from tests.wecom.faults.service import (
    AGENT,
    BOT,
    BOT_NAME,
    BOT_SECRET,
    KEEPING,
    ROBOTS,
    TEAM_PLACE,
    Address,
    Replica,
    running,
)
from tests.wecom.faults.weather import Weather

GROUPS = (TEAM_PLACE, "group:wrWest")
DIRECT = ("bot:lilei", "bot:hanmeimei", "bot:ada")
APPCHAT = "appchat:deal"


@dataclass
class Site:
    """Everything around the replicas."""

    store: Store
    cloud: LoopbackCloud
    board: Board
    clock: Clockwork
    weather: Weather
    replicas: list[Replica] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def connected(self) -> Replica:
        """The replica that has the long connection, once it has it by every clock.

        While nobody may have it, because it rests, time is let pass.
        """
        async with asyncio.timeout(20):
            while (holder := await self._holder()) is None:
                await settled()
        return holder

    async def _holder(self) -> Replica | None:
        async with self.store.read() as tx:
            standing = await tx.connections.look(connection_name(BOT))
        now = self.clock()
        if standing is not None and standing.owner is None and standing.until is not None:
            self.clock.pass_by(max(0.0, (standing.until - now).total_seconds()))
        if standing is None or not standing.held(now) or not self.cloud.lines.connected:
            return None
        return next((replica for replica in self.replicas if replica.connected), None)

    async def over(self) -> None:
        """Until nothing that was heard is being answered any more."""
        for replica in self.replicas:
            await replica.service.reception.drain()
        await self.cloud.settled()

    def worker(self, replica: Replica, **changes: Any) -> Courier:
        """One more worker of a replica, who has leases of its own."""
        owner = f"worker-{next(self._numbers)}"
        return replace(replica.courier, owner=owner, **changes)

    def callback(self, address: str) -> None:
        """Where the app reports to."""
        url = CallbackUrl(f"{address}/wecom/callback", forging.TOKEN, forging.AES_KEY)
        self.cloud.callback_to(app=url)


async def until(true: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(within_s):
        while not true():
            await settled()


def company(**bot: Any) -> Company:
    """Three people, an app with a group of its own, robots, an AI bot in two groups."""
    made = Company(forging.CORP)
    made.hire(
        Member("LiLei", "李雷", 1), Member("HanMeimei", "韩梅梅", 2), Member("Ada", "Ada Park", 3)
    )
    made.set_up(
        SelfBuiltApp(AGENT, "app-secret"),
        *(GroupRobot(f"key-{place[6:]}", place[6:]) for place in ROBOTS),
        AiBot(BOT, BOT_SECRET, BOT_NAME, **bot),
    )
    for place in GROUPS:
        made.gather(place.removeprefix("group:"), ["lilei", "hanmeimei", "ada"])
    made.appchats["deal"] = AppChat("deal", "lilei", ("lilei", "hanmeimei"), AGENT)
    return made


@asynccontextmanager
async def site(
    store: Store,
    *,
    limits: Limits | None = None,
    timing: Timing | None = None,
    bot: Mapping[str, Any] | None = None,
) -> AsyncIterator[Site]:
    """A cloud in calm weather, and nobody who works with it yet."""
    clock, board, weather = Clockwork(), Board(), Weather()
    made = company(**(bot or {}))
    cloud = LoopbackCloud(made, board, clock, limits=limits, timing=timing, hook=weather)
    weather.revoke, weather.kick = cloud.revoke_tokens, cloud.lines.kick
    await cloud.start()
    try:
        cloud.break_the_ice([*GROUPS, *DIRECT])
        yield Site(store, cloud, board, clock, weather)
    finally:
        weather.calm()
        await cloud.stop()


@asynccontextmanager
async def replica(
    here: Site, store: Store, *, rules: DeliveryRules | None = None, keeping: KeepingRules = KEEPING
) -> AsyncIterator[Replica]:
    """One more service in that company, until the block ends."""
    address = Address(here.cloud.api_url, here.cloud.ws_url)
    async with running(address, store, here.clock, rules=rules, keeping=keeping) as made:
        here.replicas.append(made)
        if len(here.replicas) == 1:
            here.callback(made.address)
        try:
            yield made
        finally:
            here.replicas.remove(made)

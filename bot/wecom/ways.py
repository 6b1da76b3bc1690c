"""The ways out to WeCom that are configured, alone or together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.base import Adapter
from bot.adapters.wecom_aibot import WecomAibot
from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_robot import WecomRobots
from bot.config import Wecom
from bot.outside_time.clocks import Dated, undated
from bot.wecom.api import WecomApi
from bot.wecom.connection import Login
from bot.wecom.headcount import Headcount
from bot.wecom.identity import addresses
from bot.wecom.keeping import LongConnection
from storage.store import Store


@dataclass(frozen=True, slots=True)
class WecomWays:
    """What can be spoken through; None is not configured. The connection is not running yet."""

    robots: WecomRobots | None = None
    api: WecomApi | None = None
    app: WecomApp | None = None
    connection: LongConnection | None = None
    aibot: WecomAibot | None = None

    @property
    def adapters(self) -> list[Adapter]:
        """In the order in which they are asked whether a place is theirs."""
        ways: tuple[Adapter | None, ...] = (self.robots, self.app, self.aibot)
        return [way for way in ways if way is not None]


@asynccontextmanager
async def wecom_ways(
    config: Wecom,
    store: Store,
    clock: Callable[[], datetime],
    *,
    act_at: str = "",
    standing_in: bool = False,
    dated: Dated = undated,
) -> AsyncIterator[WecomWays]:
    """The configured ways; their sessions end with the block.

    `act_at` tells the readers of a robot's group where to act. `standing_in`: they lead to the
    playground's own cloud, where a clock moved by months knows no limits by the minute, and whose
    AI bot leaves people to whatever reaches them for real. `dated` hears what WeCom's answers are
    dated with.
    """
    async with AsyncExitStack() as stack:
        robots = api = app = connection = aibot = None
        if config.robots:
            keys = {name: robot.key for name, robot in config.robots.items()}
            robots = WecomRobots(
                keys,
                api_url=config.api_url,
                act_at=act_at,
                paced=not standing_in,
                dated=dated,
            )
            stack.push_async_callback(robots.close)
        if config.app.set_up:
            api = WecomApi(
                store,
                api_url=config.api_url,
                corp_id=config.corp_id,
                secret=config.app.secret,
                clock=clock,
                dated=dated,
            )
            stack.push_async_callback(api.close)
            headcount = Headcount(store, told=config.app.seats)
            if not standing_in:
                await stack.enter_async_context(headcount.kept())
            # Without a callback WeCom refuses cards to tap.
            cards = config.app.hears
            app = WecomApp(
                api,
                config.app.agent_id,
                clock=clock,
                act_at=act_at,
                with_cards=cards,
                seats=lambda: headcount.seats,
                members=headcount.members,
                paced=not standing_in,
            )
        if config.aibot.by_connection:
            login = Login(config.aibot.bot_id, config.aibot.secret)
            connection = LongConnection(store, login, clock=clock, url=config.aibot.ws_url)
            people = config.only_aibot and not standing_in
            aibot = WecomAibot(
                connection, people=people, paced=not standing_in, addressed=addresses(store)
            )
        yield WecomWays(robots, api, app, connection, aibot)

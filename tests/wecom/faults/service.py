"""The whole service as it runs, with a clock of ours and less patience than it has in earnest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.adapters.wecom_aibot import WecomAibot
from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_robot import WecomRobots
from bot.config import Wecom
from bot.config_wecom import WecomAibot as AibotSection
from bot.config_wecom import WecomApp as AppSection
from bot.delivery.courier import Courier
from bot.delivery.rules import DeliveryRules
from bot.dispatcher import Dispatcher
from bot.sending import composer
from bot.web.server import serving, web_app
from bot.wecom.api import WecomApi
from bot.wecom.connection import Login, Tempo
from bot.wecom.holding import KeepingRules
from bot.wecom.keeping import LongConnection
from bot.wecom.leasing import LeaseRules
from bot.wecom.service import WecomService
from bot.wecom.tokens import AccessTokens
from bot.wecom.ways import WecomWays
from handlers.commands import COMMANDS
from handlers.rules import Rules, TeamPlaces
from storage.store import Store
from tests.sample_book import EAST, NORTH, ZONE
from tests.wecom import forging
from tests.wecom.faults.clockwork import Clockwork, shortened

AGENT = 1000002
BOT, BOT_NAME, BOT_SECRET = "aib1", "续约助手", "bot-secret"
ROBOTS = ("robot:east", "robot:west")
TEAM_PLACE = "group:wrEast"

RULES = Rules(
    zone=ZONE,
    teams=(TeamPlaces(EAST, (("wecom", TEAM_PLACE),), "Ada Park"), TeamPlaces(NORTH)),
)
ANSWER_S = 0.25
"""Real seconds after which an answer of the API is given up, which does no harm where it is late."""

ACK_S = 0.6
TEMPO = Tempo(connect_s=2.0, subscribe_s=ACK_S, ping_s=0.5, pong_s=0.4, close_s=0.05)
KEEPING = KeepingRules(
    # So long that it outlasts a clock that is moved by a minute: no clock of the machine is.
    lease=LeaseRules(lease_s=120.0, renew_s=0.05, poll_s=0.01),
    backoff_first_s=0.005,
    backoff_most_s=0.01,
    tries_most=1_000,
    turn_s=2.0,
    drain_s=2.0,
)


class HurriedApi(WecomApi):
    """The app's calls, with a clock that can be moved for its tokens too."""

    def __init__(self, store: Store, clock: Clockwork, api_url: str) -> None:
        super().__init__(
            store,
            api_url=api_url,
            corp_id=forging.CORP,
            secret=SecretStr("app-secret"),
            clock=clock,
            timeout_s=ANSWER_S,
            steady=clock.steady,
            sleep=shortened,
        )
        self._tokens = AccessTokens(
            store,
            self._seal,
            self._grant,
            steady=clock.steady,
            monotonic=clock.monotonic,
            sleep=shortened,
            poll_s=0.5,
        )


class HurriedConnection(LongConnection):
    """The long connection, less patient with acknowledgements."""

    async def request(
        self,
        cmd: str,
        body: dict[str, Any],
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = ACK_S,
    ) -> dict[str, Any]:
        wait_s = min(timeout_s, ACK_S)
        return await super().request(cmd, body, req_id=req_id, chat=chat, timeout_s=wait_s)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a cloud is."""

    api_url: str
    ws_url: str


@dataclass
class Replica:
    """One running service. `address` is where its doors are.

    `handled` are the frames of the long connection that it has dealt with.
    """

    service: WecomService
    ways: WecomWays
    courier: Courier
    address: str
    handled: list[str]

    @property
    def connected(self) -> bool:
        """Whether the long connection is here."""
        return self.ways.connection is not None and self.ways.connection.connected


def config_of(cloud: Address) -> Wecom:
    """The product's configuration for that company."""
    return Wecom(
        api_url=cloud.api_url,
        corp_id=forging.CORP,
        app=AppSection(
            agent_id=AGENT,
            secret=SecretStr("app-secret"),
            token=SecretStr(forging.TOKEN),
            encoding_aes_key=SecretStr(forging.AES_KEY),
        ),
        aibot=AibotSection(
            name=BOT_NAME, bot_id=BOT, secret=SecretStr(BOT_SECRET), ws_url=cloud.ws_url
        ),
    )


@asynccontextmanager
async def running(
    cloud: Address,
    store: Store,
    clock: Clockwork,
    *,
    rules: DeliveryRules | None = None,
    keeping: KeepingRules = KEEPING,
) -> AsyncIterator[Replica]:
    """A service with everything it has, that works with a cloud wherever that is."""
    config = config_of(cloud)
    async with AsyncExitStack() as stack:
        keys = {place[6:]: SecretStr(f"key-{place[6:]}") for place in ROBOTS}
        robots = WecomRobots(keys, api_url=cloud.api_url, timeout_s=ANSWER_S)
        stack.push_async_callback(robots.close)
        api = HurriedApi(store, clock, cloud.api_url)
        stack.push_async_callback(api.close)
        connection = HurriedConnection(
            store,
            Login(BOT, SecretStr(BOT_SECRET)),
            clock=clock,
            url=cloud.ws_url,
            rules=keeping,
            tempo=TEMPO,
            steady=clock.steady,
        )
        app = WecomApp(api, AGENT, clock=clock, members=lambda _place: 2)
        ways = WecomWays(robots, api, app, connection, WecomAibot(connection))
        courier = Courier(
            store,
            Adapters(ways.adapters),
            composer(RULES),
            clock,
            rules or DeliveryRules(),
            steady=clock.steady,
            sleep=shortened,
        )
        dispatcher = Dispatcher(store, COMMANDS, RULES)
        service = WecomService(config, ways, store, dispatcher, RULES, clock, courier, lambda: None)
        handled: list[str] = []

        async def hear_frame(frame: dict[str, Any]) -> None:
            try:
                await service.hear_frame(frame)
            finally:
                handled.append(json.dumps(frame, ensure_ascii=False))

        connection.on_frame = hear_frame
        await stack.enter_async_context(service.listening())
        address = await stack.enter_async_context(serving(web_app(service.doors), "127.0.0.1", 0))
        yield Replica(service, ways, courier, address, handled)

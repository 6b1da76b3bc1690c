"""WeCom stood in for: a cloud of our own for whatever of it is not configured for real.

The product's own wiring is pointed at it, so that everything goes over HTTP, the long connection
and encrypted callbacks. Ids and secrets are drawn anew each time: nothing that was kept of another
run is taken for this one's, and two replicas with a playground do not push each other out.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.config import Wecom, WecomAibot, WecomApp, WecomRobot
from bot.loopback.board import Board
from bot.loopback.hook import Frame, NothingBetween
from bot.loopback.rooms import shared_places
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
from bot.loopback.wecom.envelope import new_aes_key
from bot.loopback.wecom.limits import UNHURRIED, UNLIMITED
from bot.loopback.wecom.lines import Line
from bot.wecom.doors import APP_PATH
from bot.wecom.ways import WecomWays, wecom_ways
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.model import Platform
from storage.store import Store

log = structlog.get_logger()

CONNECTED_WITHIN_S = 5.0
"""How long the start waits for the long connection; later it is there a little later."""


class WecomStandIn:
    """A company in a cloud of our own: the book's people, the teams' places, and the ways in.

    `config` points the product's own `ways` at it; what is configured for real is not in it.
    """

    def __init__(self, real: Wecom, board: Board, store: Store, rules: Rules) -> None:
        self._real = real
        self._board = board
        self._store = store
        self._rules = rules
        self._calling = asyncio.Lock()
        self._company = Company(f"ww{secrets.token_hex(8)}")
        self.bot_name = real.aibot.name or Phrasebook(rules.locale).t("loopback.bot")
        """What people type after the @: a bot has one name, whatever language they read."""
        self.config = Wecom()
        self.ways = WecomWays()
        self.cloud: LoopbackCloud

    async def open(self, clock: Callable[[], datetime]) -> None:
        """Set the company up and let its cloud listen, on this machine alone."""
        self.cloud = LoopbackCloud(
            self._company,
            self._board,
            clock,
            limits=UNLIMITED,
            timing=UNHURRIED,
            hook=_RollCall(self.call_the_roll),
        )
        await self.cloud.start()
        self.config = Wecom(
            api_url=self.cloud.api_url,
            corp_id=self._company.corp_id,
            app=self._app(),
            robots=await self._robots(),
            aibot=self._aibot(),
        )
        await self.call_the_roll()

    async def site_is_at(self, address: str) -> None:
        """From now on the product can be reached; returns once both sides are connected."""
        app = next(iter(self._company.apps.values()), None)
        if app is not None and app.callback is not None:
            callback = app.callback
            url = f"{address}{APP_PATH}"
            self.cloud.callback_to(app=CallbackUrl(url, callback.token, callback.aes_key))
            faults = [fault for fault in (await self.cloud.verify()).values() if fault]
            if faults:
                log.error("the playground's WeCom does not reach the bot", fault=faults[0])
        if self._company.aibot is not None:
            try:
                async with asyncio.timeout(CONNECTED_WITHIN_S):
                    await self.cloud.lines.until_connected()
            except TimeoutError:
                log.warning("the playground's AI bot is not connected yet")

    async def call_the_roll(self) -> None:
        """Let the company be what the book says now: people and places come and go."""
        async with self._calling:
            async with self._store.read() as tx:
                people = [one for one in await tx.people.everybody() if one.linked and one.wecom_id]
                shared = await shared_places(tx, self._rules)
            members = [Member(one.wecom_id or "", one.name, one.id) for one in people]
            self._company.members = {member.key: member for member in members}
            self._gather([place for platform, place, _ in shared if platform == Platform.WECOM])

    def _gather(self, places: Sequence[str]) -> None:
        """Everybody is in every group; who looks into which is the page's to say."""
        everybody = tuple(self._company.members)
        for place in places:
            kind, _, chat = place.partition(":")
            if kind == "group":
                self._company.gather(chat, everybody)
            if kind == "appchat" and self._company.apps:
                agent_id = next(iter(self._company.apps))
                self._company.appchats[chat] = AppChat(chat, "", everybody, agent_id)
        # Nobody should have to greet the bot before the first alert arrives.
        self.cloud.break_the_ice(p for p in places if p.startswith(("group:", "bot:")))

    def _app(self) -> WecomApp:
        # Where only the AI bot is real it reaches people, too: then nobody is left for an app.
        if self._real.writes_to_people:
            return WecomApp()
        agent_id, secret = 1_000_000 + secrets.randbelow(1_000_000), secrets.token_urlsafe(32)
        token, aes_key = secrets.token_urlsafe(16), new_aes_key()
        # The address comes once the site listens; before, nobody can tap or write.
        callback = CallbackUrl("", token, aes_key)
        self._company.set_up(SelfBuiltApp(agent_id, secret, self.bot_name, callback))
        return WecomApp(
            agent_id=agent_id,
            secret=SecretStr(secret),
            token=SecretStr(token),
            encoding_aes_key=SecretStr(aes_key),
        )

    def _aibot(self) -> WecomAibot:
        if self._real.aibot.by_connection or self._real.aibot.by_callback:
            return WecomAibot()
        bot_id, secret = f"aib{secrets.token_hex(16)}", secrets.token_urlsafe(32)
        self._company.set_up(AiBot(bot_id, secret, self.bot_name))
        return WecomAibot(
            name=self.bot_name,
            bot_id=bot_id,
            secret=SecretStr(secret),
            ws_url=self.cloud.ws_url,
        )

    async def _robots(self) -> dict[str, WecomRobot]:
        if self._real.robots:
            return {}
        async with self._store.read() as tx:
            places = [place for _, place, _ in await shared_places(tx, self._rules)]
        robots: dict[str, WecomRobot] = {}
        for name in (place[6:] for place in places if place.startswith("robot:")):
            key = secrets.token_urlsafe(24)
            self._company.set_up(GroupRobot(key, name))
            robots[name] = WecomRobot(key=SecretStr(key))
        return robots


class _RollCall(NothingBetween):
    """Lets the company be up to date before anything is sent to somebody of it."""

    def __init__(self, call: Callable[[], Awaitable[None]]) -> None:
        self._call = call

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """A message of the app or a robot is on its way."""
        if request.path.endswith("/send"):
            await self._call()
        return await answer()

    async def heard(self, line: Line, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """A message of the AI bot may be."""
        if frame.get("cmd") == "aibot_send_msg":
            await self._call()
        await take()


@asynccontextmanager
async def wecom_stand_in(
    real: Wecom, board: Board, store: Store, rules: Rules, clock: Callable[[], datetime]
) -> AsyncIterator[WecomStandIn]:
    """A stand-in that listens, until left."""
    stand_in = WecomStandIn(real, board, store, rules)
    await stand_in.open(clock)
    # A robot's readers are told where they can act instead: nothing typed there is heard.
    act_at = Phrasebook(rules.locale).t("loopback.act_at")
    try:
        async with wecom_ways(
            stand_in.config, store, clock, act_at=act_at, standing_in=True
        ) as stand_in.ways:
            yield stand_in
    finally:
        await stand_in.cloud.stop()

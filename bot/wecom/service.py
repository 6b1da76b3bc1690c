"""Everything that hears WeCom, built in plain sight: doors, the long connection, one reception."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from bot.adapters.base import Adapters
from bot.config import Wecom
from bot.delivery.courier import Courier
from bot.delivery.faces import card_now
from bot.dispatcher import Dispatcher
from bot.refused import Refused
from bot.web.server import Doors
from bot.wecom.aibot_json import heard_json
from bot.wecom.answering import Met, Reception
from bot.wecom.contacts import following
from bot.wecom.doors import AibotDoor, AppDoor, WecomDoors
from bot.wecom.envelope import Envelope
from bot.wecom.files import Files
from bot.wecom.heard import Entered, Said, Tapped
from bot.wecom.identity import Identity
from bot.wecom.late_posts import LatePosts
from bot.wecom.marks import Marks
from bot.wecom.open_streams import OpenStreams
from bot.wecom.replies_app import AppReply
from bot.wecom.replies_callback import CallbackReply
from bot.wecom.replies_connection import ConnectionReply
from bot.wecom.small_talk import Addressed, SmallTalk
from bot.wecom.waking import waking
from bot.wecom.ways import WecomWays
from handlers.rules import Rules
from scoring.errors import ConfigError, StoreUnavailable
from scoring.model import Platform
from storage.store import Store

log = structlog.get_logger()

Check = Callable[[], Awaitable[str]]
"""What is wrong with a part, for /readyz: empty while it works."""


class WecomService:
    """Hears WeCom on every way that is configured. Nothing runs before `listening`."""

    def __init__(
        self,
        config: Wecom,
        ways: WecomWays,
        store: Store,
        dispatcher: Dispatcher,
        rules: Rules,
        clock: Callable[[], datetime],
        courier: Courier,
        wake: Callable[[], None],
        *,
        met: Met | None = None,
    ) -> None:
        """`met` notes who was heard; without it `doctor` can tell."""
        self._config = config
        self._ways = ways
        self._store = store
        self._clock = clock
        self._courier = courier
        self._talk = SmallTalk(store, rules)
        self._late_posts = LatePosts(config.api_url)
        self._files = Files(
            ways.api,
            api_url=config.api_url,
            aes_key=config.aibot.encoding_aes_key.get_secret_value(),
        )
        identity = Identity(store, ways.api, clock)
        self.reception = Reception(
            store,
            dispatcher,
            rules,
            clock,
            files=self._files,
            talk=self._talk,
            adapters=Adapters(ways.adapters),
            identify=identity.identify,
            name_of_unknown=identity.name_of_unknown,
            met=waking(store, wake, met or Marks(store, clock).met),
            on_contact_change=following(store, rules, clock, wake),
            aibot_name=config.aibot.name,
            spoke=wake,
            steady=courier.steady,
        )
        self.doors: list[Doors] = self._doors()
        self.checks: dict[str, Check] = {}
        if ways.connection is not None:
            ways.connection.on_frame = self.hear_frame
            self.checks["wecom"] = ways.connection.trouble

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Keep the long connection; at the end what is under way is answered before it closes."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._late_posts.close)
            stack.push_async_callback(self._files.close)
            stack.push_async_callback(self.reception.drain)
            if self._ways.connection is not None:
                stop = asyncio.Event()
                kept = asyncio.create_task(self._ways.connection.run(stop))
                stack.push_async_callback(_finish, kept, stop)
                stack.push_async_callback(self.reception.drain)
            yield

    async def hear_frame(self, frame: dict[str, Any]) -> None:
        """Answer one callback of the long connection; returns once something was said."""
        req_id = str(frame.get("headers", {}).get("req_id", ""))
        try:
            body = frame.get("body")
            heard = heard_json(
                body if isinstance(body, dict) else {},
                reply_to=req_id,
                name=self._config.aibot.name,
            )
        except Refused as fault:
            log.info("a frame was refused", reason=fault.reason)
            return
        connection, bot = self._ways.connection, self._ways.aibot
        if isinstance(heard, Said | Tapped | Entered) and connection and bot:
            reply = ConnectionReply(
                heard, connection, bot, face=self.face, sleep=self._courier.sleep
            )
            await self.reception.hear(heard, reply)

    async def face(self, tapped: Tapped) -> dict[str, Any] | None:
        """The tapped card as it looks now; None when nobody keeps it up to date."""
        place = (await self.reception.place(tapped.chat)).id
        # While only the AI bot is configured it also serves rows put for the app.
        places = [place, place.replace("bot:", "user:", 1)] if place[:4] == "bot:" else [place]
        try:
            async with self._store.read() as tx:
                for each in places:
                    post = await tx.posts.at(Platform.WECOM, each, tapped.task_id)
                    if post is not None:
                        return await card_now(tx, self._courier, post)
        except StoreUnavailable as fault:
            log.info("a tapped card was left as it is", reason=fault.reason)
        except Exception:
            # A part of the edge of delivery: a card that cannot be drawn keeps no answer back.
            log.exception("a tapped card could not be drawn")
        return None

    def _doors(self) -> list[Doors]:
        app, aibot = self._app_door(), self._aibot_door()
        if app is None and aibot is None:
            return []
        return [WecomDoors(self.reception, self._clock, app=app, aibot=aibot)]

    def _app_door(self) -> AppDoor | None:
        config, way = self._config.app, self._ways.app
        if not config.hears:
            return None
        if not self._config.corp_id:
            raise ConfigError(["wecom.corp_id: copy it from the company's page (ww…)"])
        key = config.encoding_aes_key.get_secret_value()
        envelope = Envelope(config.token.get_secret_value(), key, self._config.corp_id)

        def reply(heard: Addressed) -> AppReply:
            return AppReply(heard, way, sleep=self._courier.sleep)

        return AppDoor(envelope, self._config.corp_id, reply)

    def _aibot_door(self) -> AibotDoor | None:
        config = self._config.aibot
        if not config.by_callback:
            return None
        key = config.encoding_aes_key.get_secret_value()
        token = config.token.get_secret_value()
        envelope = Envelope(token, key, "", section="wecom.aibot")
        streams = OpenStreams(self._store, self._clock, self._talk)

        def reply(heard: Addressed) -> CallbackReply:
            return CallbackReply(
                heard, streams, late_post=self._late_posts.post, app=self._ways.app
            )

        return AibotDoor(envelope, reply, streams, config.name)


async def _finish(kept: asyncio.Task[None], stop: asyncio.Event) -> None:
    stop.set()
    await asyncio.wait({kept})
    if not kept.cancelled() and kept.exception() is not None:
        log.error("the long connection ended by a bug", exc_info=kept.exception())

"""The AI bot's long connection as the rest of the service sees it: frames in, requests out.

Exactly one replica has it; the others wait to take it over.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp

from bot.adapters.wecom_errors import raise_for_code
from bot.delivery.rules import Jitter
from bot.delivery.steady import SteadyClock, steady_time
from bot.dialing import open_http
from bot.wecom.connection import Login, Tempo
from bot.wecom.dialing import checked_address
from bot.wecom.frames import Body, Callback, new_req_id
from bot.wecom.holding import Holder, KeepingRules, draw
from bot.wecom.lanes import Lanes, Turns
from bot.wecom.leasing import until
from scoring.errors import PlatformDown
from storage.store import Store

log = logging.getLogger(__name__)

WS_URL = "wss://openws.work.weixin.qq.com"

OnFrame = Callable[[dict[str, Any]], Awaitable[None]]
"""Handles a callback: the whole frame `{cmd, headers, body}` as it came."""

_DEAD_SESSION = 846609
"""The platform answers, but has forgotten the subscription: only a new connection helps."""

_SEEN_MOST = 2_048


class LongConnection:
    """Keeps the connection, hands callbacks to `on_frame`, and sends requests.

    The frames of one chat are handled one after another, those of different chats side by side. A
    frame that comes twice is handled once; a message told again under another `req_id` is another
    frame. Until `on_frame` is set, frames are passed over.
    """

    def __init__(
        self,
        store: Store,
        login: Login,
        *,
        clock: Callable[[], datetime],
        on_frame: OnFrame | None = None,
        url: str = WS_URL,
        rules: KeepingRules | None = None,
        tempo: Tempo | None = None,
        steady: SteadyClock = steady_time,
        jitter: Jitter = draw,
    ) -> None:
        self.on_frame: OnFrame = on_frame or _pass_over
        self._rules = rules or KeepingRules()
        self._lanes: Lanes[Callback] = Lanes(self._handle)
        self._turns = Turns(self._rules.in_flight)
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._draining = False
        self._holder = Holder(
            store,
            login,
            checked_address(url),
            self._heard,
            rules=self._rules,
            tempo=tempo or Tempo(),
            clock=clock,
            steady=steady,
            jitter=jitter,
        )

    @property
    def connected(self) -> bool:
        """Whether this process can send through the connection now."""
        return self._holder.socket is not None and not self._draining

    async def request(
        self,
        cmd: str,
        body: Body,
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = 5.0,
    ) -> dict[str, Any]:
        """Send a request and return its acknowledgement.

        One at a time for a chat and for a `req_id` (that of a callback, to answer it), each with
        `timeout_s` for its acknowledgement. Raises the DeliveryError that fits: PlatformDown when
        not connected, OutcomeUnknown when the acknowledgement does not come.
        """
        if self._holder.socket is None:
            raise PlatformDown("not connected")
        keys = [f"chat {chat.lower()}"] if chat else []
        keys += [f"answer {req_id}"] if req_id else []
        async with self._turns.take(*keys, wait_s=self._rules.turn_s):
            socket = self._holder.socket
            if socket is None:
                raise PlatformDown("not connected")
            ack = await socket.request(cmd, body, req_id or new_req_id(cmd), timeout_s)
        if ack.get("errcode") == _DEAD_SESSION:
            socket.end("the platform has forgotten the session")
        raise_for_code(ack)
        return ack

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the connection until told to stop; what is under way is finished first."""
        async with open_http() as http:
            try:
                while not stop.is_set():
                    try:
                        await self._once(http, stop)
                    except Exception:
                        # Else a bug would leave the bot mute until somebody restarts the service.
                        log.exception("keeping the connection failed; it is tried again")
                        await until(stop, self._rules.broken_s)
            finally:
                await self._finish_work()

    async def trouble(self) -> str:
        """What is wrong, for /readyz: empty while this or another replica is connected."""
        return await self._holder.trouble()

    async def _once(self, http: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        standing = await self._holder.obtain(stop)
        if standing is not None:
            await self._holder.hold(http, standing, stop, self._drain)

    async def _drain(self) -> None:
        """Let what is under way be finished, and its answers be sent."""
        self._draining = True
        try:
            async with asyncio.timeout(self._rules.drain_s):
                await self._lanes.idle()
                await self._turns.idle()
        except TimeoutError:
            log.warning("the connection is closed although something is under way")

    async def _finish_work(self) -> None:
        """Nothing can be answered any more; what is half done may still be finished."""
        try:
            async with asyncio.timeout(self._rules.drain_s):
                await self._lanes.idle()
        except TimeoutError:
            log.warning("what did not end in time is broken off")
            await self._lanes.cancel()

    def _heard(self, callback: Callback) -> None:
        if callback.identity in self._seen:
            log.info("a frame that came twice is passed over")
            return
        if not self._lanes.put(callback.lane, callback):
            log.error("too much waits to be handled: a frame is dropped")
            return
        self._seen[callback.identity] = None
        if len(self._seen) > _SEEN_MOST:
            self._seen.popitem(last=False)

    async def _handle(self, callback: Callback) -> None:
        try:
            await self.on_frame(callback.whole)
        except BaseException:
            # It may come again, and then it is not a repetition.
            self._seen.pop(callback.identity, None)
            raise


async def _pass_over(_frame: dict[str, Any]) -> None:
    log.warning("a frame is passed over: nobody is there to handle it")

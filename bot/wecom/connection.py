"""One WebSocket to WeCom from its subscription to its end (101463); nothing of what it means.

Until a frame is written nothing can have arrived: PlatformDown. After that only its
acknowledgement says what happened; anything else is OutcomeUnknown.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from pydantic import SecretStr

from bot.adapters.last_moment import check_last_moment
from bot.adapters.wecom_errors import raise_for_code
from bot.dialing import dial
from bot.wecom.acks import Acks
from bot.wecom.frames import (
    PING,
    SUBSCRIBE,
    Ack,
    Body,
    Callback,
    new_req_id,
    read_frame,
    written,
)
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    Overtaken,
    PlatformDown,
    RateLimited,
)

log = logging.getLogger(__name__)

MISSED_MOST = 2
"""So many pings without an answer mean that the connection is dead, as in Tencent's own client."""

_UNSENT = "Cannot write to closing transport"


@dataclass(frozen=True, slots=True)
class Login:
    """What a bot subscribes with."""

    bot_id: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class Tempo:
    """The times of one connection in seconds.

    The ping of every `ping_s` is repeated at once when `pong_s` passes without an answer, so a
    connection that has died silently is noticed within ping_s + 2 × pong_s.
    """

    connect_s: float = 10.0
    subscribe_s: float = 10.0
    ping_s: float = 30.0
    pong_s: float = 10.0
    close_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a connection is over; `kicked`: another connection of the same bot has taken over."""

    why: str
    kicked: bool = False


class Socket:
    """A live, subscribed connection. `heard` is called for every callback, in order, at once.

    `heard_at` is when anything came in last, by the monotonic clock.
    """

    def __init__(
        self,
        websocket: aiohttp.ClientWebSocketResponse[Any],
        login: Login,
        heard: Callable[[Callback], None],
        tempo: Tempo,
    ) -> None:
        self._websocket = websocket
        self._login = login
        self._heard = heard
        self._tempo = tempo
        self._acks = Acks()
        self._over: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self.heard_at = time.monotonic()
        self._tasks = [asyncio.create_task(self._read())]

    @classmethod
    async def open(
        cls,
        http: aiohttp.ClientSession,
        address: str,
        login: Login,
        heard: Callable[[Callback], None],
        tempo: Tempo,
    ) -> Self:
        """Connect and subscribe.

        BadCredentials when the bot's id or secret is refused, RateLimited when it was tried too
        often, else PlatformDown.
        """
        websocket = await dial(http, address, connect_s=tempo.connect_s, close_s=tempo.close_s)
        socket = cls(websocket, login, heard, tempo)
        try:
            await socket._subscribe()
        except BaseException:
            await socket.close()
            raise
        socket._tasks.append(asyncio.create_task(socket._beat()))
        return socket

    @property
    def alive(self) -> bool:
        """Whether nothing says that it has ended."""
        return not self._over.done() and not self._websocket.closed

    async def ended(self) -> Ended:
        """Wait for the end; it can be asked for any number of times."""
        return await asyncio.shield(self._over)

    def end(self, why: str) -> None:
        """Count it as dead: whoever waits for an answer is told, `close` does the rest."""
        self._finish(Ended(why))

    async def request(self, cmd: str, body: Body | None, req_id: str, timeout_s: float) -> Body:
        """Send one frame and return its acknowledgement, whatever its code."""
        if not self.alive:
            raise PlatformDown("the connection has ended")
        answer = self._acks.expect(req_id)
        try:
            async with asyncio.timeout(timeout_s):
                await self._write(written(cmd, body, req_id), req_id)
                return await answer
        except TimeoutError:
            raise OutcomeUnknown("no acknowledgement in time") from None
        finally:
            self._acks.give_up(req_id)
            if answer.done() and not answer.cancelled():
                answer.exception()  # looked at, though an error of writing came first

    async def close(self) -> None:
        """End it from our side; never waits long for the other."""
        self._finish(Ended("closed by us"))
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            # Also when closing is broken off because the lease is lost just then.
            await self._websocket.close()

    async def _write(self, frame: bytes, req_id: str) -> None:
        try:
            check_last_moment()
        except Overtaken:
            self._acks.withdraw(req_id)
            raise
        try:
            await self._websocket.send_frame(frame, aiohttp.WSMsgType.TEXT)
        except (aiohttp.ClientError, OSError) as error:
            self.end(type(error).__name__)
            if str(error) == _UNSENT:
                self._acks.withdraw(req_id)
                raise PlatformDown("the connection has ended") from None
            raise OutcomeUnknown("the connection broke while sending") from None

    async def _subscribe(self) -> None:
        secret = self._login.secret.get_secret_value()
        body = {"bot_id": self._login.bot_id, "secret": secret}
        try:
            req_id = new_req_id(SUBSCRIBE)
            ack = await self.request(SUBSCRIBE, body, req_id, self._tempo.subscribe_s)
            raise_for_code(ack, hide=(secret,))
        except OutcomeUnknown as fault:
            raise PlatformDown(f"subscribing: {fault.detail}") from None
        except DeliveryError as fault:
            raise _refusal(fault) from None

    async def _read(self) -> None:
        # Whatever happens here, those who wait for an answer have to be told.
        why = "reading failed"
        try:
            why = await self._read_on()
        except (aiohttp.ClientError, OSError) as error:
            why = type(error).__name__
        finally:
            self._finish(Ended(why))

    async def _read_on(self) -> str:
        while True:
            message = await self._websocket.receive()
            self.heard_at = time.monotonic()
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                log.warning("a binary frame of %d bytes is passed over", len(message.data))
            else:
                return f"closed by the platform ({self._websocket.close_code})"

    def _take(self, raw: bytes) -> None:
        match read_frame(raw):
            case Ack() as ack:
                if not self._acks.arrived(ack):
                    log.info("an acknowledgement that nobody waits for is passed over")
            case Callback(kicks=True):
                self._finish(Ended("taken over by another connection", kicked=True))
            case Callback() as callback:
                self._heard(callback)
            case None:
                log.warning("a text of %d bytes that is no frame is passed over", len(raw))

    async def _beat(self) -> None:
        missed = 0
        while missed < MISSED_MOST:
            if not missed:
                await asyncio.sleep(self._tempo.ping_s)
            try:
                ack = await self.request(PING, None, new_req_id(PING), self._tempo.pong_s)
            except OutcomeUnknown:
                missed += 1
                continue
            except PlatformDown:
                return
            if ack.get("errcode") != 0:
                self.end(f"the session is refused ({ack.get('errcode')!s:.20})")
                return
            missed = 0
        self.end(f"no answer to {MISSED_MOST} pings")

    def _finish(self, ended: Ended) -> None:
        if not self._over.done():
            self._over.set_result(ended)
            self._acks.break_off("the connection ended before the acknowledgement")


def _refusal(fault: DeliveryError) -> DeliveryError:
    """What the answer to a subscription means: a bot that is refused must not knock again soon.

    A wrong id or secret is answered with 853000, which no table lists.
    """
    if isinstance(fault, RateLimited | PlatformDown):
        return fault
    return BadCredentials(fault.detail, code=fault.code)

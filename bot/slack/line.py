"""One WebSocket of Socket Mode from its hello to its end; nothing of what its envelopes mean."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import aiohttp

from bot.config_wecom import keeps_secrets
from bot.dialing import dial
from bot.proxies import proxy_for
from scoring.errors import PlatformDown

log = logging.getLogger(__name__)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tempo:
    """The times of one connection in seconds.

    Slack greets at once. A peer that has died silently is noticed within 1.5 × heartbeat_s.
    """

    connect_s: float = 10.0
    hello_s: float = 10.0
    heartbeat_s: float = 20.0
    close_s: float = 1.0


class Parting(StrEnum):
    """Why a connection should not, or cannot, be used any longer."""

    LOST = "lost"
    REFRESH = "refresh_requested"
    DISABLED = "link_disabled"
    TOO_MANY = "too_many_websockets"


_REASONS = {
    "link_disabled": Parting.DISABLED,
    "too_many_websockets": Parting.TOO_MANY,
}
"""What `disconnect` tells us; "warning", "refresh_requested" and unknown ones mean: a fresh one."""


class Line:
    """A live connection. `heard` is called for every envelope, in order, at once.

    `heard_at` is when an envelope or the hello came in last, by the monotonic clock.
    """

    def __init__(
        self,
        websocket: aiohttp.ClientWebSocketResponse[Any],
        heard: Callable[[Line, Json], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._websocket = websocket
        self._heard = heard
        self._greeted = asyncio.Event()
        self._parting: asyncio.Future[Parting] = loop.create_future()
        self.begun_at = self.heard_at = time.monotonic()
        self.why = ""
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls,
        http: aiohttp.ClientSession,
        address: str,
        heard: Callable[[Line, Json], None],
        tempo: Tempo,
    ) -> Self:
        """Connect and wait to be greeted; PlatformDown or RateLimited when that fails.

        The address carries a ticket, so it is used only where nobody reads along.
        """
        if not keeps_secrets(address):
            raise PlatformDown("the address of the connection is not a safe one")
        websocket = await dial(
            http,
            address,
            connect_s=tempo.connect_s,
            close_s=tempo.close_s,
            heartbeat_s=tempo.heartbeat_s,
            proxy=proxy_for(address),
        )
        line = cls(websocket, heard)
        try:
            await line._hello(tempo.hello_s)
        except BaseException:
            await line.close()
            raise
        return line

    @property
    def alive(self) -> bool:
        """Whether something can still be said over it."""
        return not self._reading.done() and not self._websocket.closed

    async def parted(self) -> Parting:
        """Wait until it is lost or Slack tells to leave it; it can be asked for again."""
        return await asyncio.shield(self._parting)

    async def ended(self, within_s: float) -> None:
        """Wait until it has ended, but not longer than that."""
        await asyncio.wait({self._reading}, timeout=within_s)

    async def send(self, frame: Json) -> bool:
        """Say something; false when it has ended."""
        if not self.alive:
            return False
        try:
            await self._websocket.send_str(json.dumps(frame))
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            log.info("Slack's connection broke while sending: %s", type(error).__name__)
            return False
        return True

    async def close(self) -> None:
        """End it from our side; never waits long for the other."""
        self._part(Parting.LOST, "closed by us")
        self._reading.cancel()
        try:
            await asyncio.gather(self._reading, return_exceptions=True)
        finally:
            await self._websocket.close()

    async def _hello(self, within_s: float) -> None:
        greeted = asyncio.create_task(self._greeted.wait())
        either: set[asyncio.Future[Any]] = {greeted, self._parting}
        try:
            await asyncio.wait(either, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            greeted.cancel()
        if not self._greeted.is_set():
            raise PlatformDown(self.why or "no hello in time")

    async def _read(self) -> None:
        why = "reading failed"
        try:
            while True:
                message = await self._websocket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
                elif message.type is not aiohttp.WSMsgType.BINARY:
                    why = f"closed by the platform ({self._websocket.close_code})"
                    return
        except (aiohttp.ClientError, OSError) as error:
            why = type(error).__name__
        finally:
            # Whoever waits has to be told, whatever ended it.
            self._part(Parting.LOST, why)

    def _take(self, raw: bytes | str) -> None:
        try:
            frame = json.loads(raw)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            log.warning("a text of %d bytes that is no frame is passed over", len(raw))
            return
        kind = frame.get("type")
        if kind == "hello":
            self._greet(frame)
        elif kind == "disconnect":
            reason = frame.get("reason")
            told = _REASONS.get(reason, Parting.REFRESH) if isinstance(reason, str) else None
            self._part(told or Parting.REFRESH, (told or Parting.REFRESH).value)
        elif isinstance(frame.get("envelope_id"), str):
            self.heard_at = time.monotonic()
            self._heard(self, frame)

    def _greet(self, frame: Mapping[str, Any]) -> None:
        self.heard_at = time.monotonic()
        several = frame.get("num_connections")
        log.info("Slack's connection is open, one of %s of the app", several or "some")
        self._greeted.set()

    def _part(self, parting: Parting, why: str) -> None:
        if not self._parting.done():
            self.why = why
            self._parting.set_result(parting)

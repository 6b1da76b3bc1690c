"""Socket Mode: a connection that we open, kept for as long as the service runs.

Ours rather than slack_sdk's client, which tries again for ever inside one call, logs addresses
with their tickets, and cannot open the next connection before it leaves the last one.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.dialing import open_http
from bot.slack.bolt_app import SlackApp
from bot.slack.envelopes import Envelopes
from bot.slack.line import Line, Parting, Tempo
from bot.slack.wire import SlackWire
from scoring.errors import BadCredentials, DeliveryError, PlatformDown, RateLimited, Undeliverable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketRules:
    """Times in seconds; rests double each time in a row.

    A connection over which nothing came for `quiet_s` is replaced: Slack has been seen to keep
    ones open that it tells nothing (bolt-python#1529). One that Slack tells us to leave goes on for
    up to `linger_s` beside the next one, so that nothing is missed.
    """

    backoff_first_s: float = 0.5
    backoff_most_s: float = 30.0
    settled_s: float = 5.0
    refused_s: float = 60.0
    refused_most_s: float = 600.0
    quiet_s: float = 600.0
    linger_s: float = 10.0
    drain_s: float = 5.0
    ask_s: float = 10.0

    def backoff_s(self, failures: int, draw: float) -> float:
        """0.5, 1, 2 … 30 seconds, or down to half of that (`draw` from 0 to 1)."""
        longest = min(self.backoff_first_s * 2.0 ** min(failures - 1, 16), self.backoff_most_s)
        return longest * (0.5 + 0.5 * draw)

    def refusal_s(self, refusals: int) -> float:
        """1, 2, 4 … 10 minutes."""
        return min(self.refused_s * 2.0 ** min(refusals - 1, 16), self.refused_most_s)


class SlackSocket:
    """Keeps a connection to Slack and answers what comes over it.

    Every replica may keep its own: Slack gives each envelope to one of up to ten.
    """

    def __init__(
        self,
        app: SlackApp,
        app_token: SecretStr,
        clock: Callable[[], datetime],
        *,
        api_url: str,
        rules: SocketRules | None = None,
        tempo: Tempo | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._token = app_token
        self._clock = clock
        self._rules = rules or SocketRules()
        self._tempo = tempo or Tempo()
        self._draw = draw
        self._envelopes = Envelopes(app)
        self._wire = SlackWire(api_url, timeout_s=self._rules.ask_s)
        self._line: Line | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._fault = "never connected"
        self._failures = 0
        self._refusals = 0
        self._leaving = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection that is alive."""
        return self._line is not None and self._line.alive

    @property
    def heard_at(self) -> datetime | None:
        """When something came over the connection last; None while there is none."""
        if self._line is None:
            return None
        return self._clock() - timedelta(seconds=time.monotonic() - self._line.heard_at)

    async def trouble(self) -> str:
        """What is wrong, for /readyz; empty while connected."""
        if self.connected:
            return ""
        return self._fault or (self._line.why if self._line else "") or "the connection has ended"

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, connect again, and end when told to: what is under way is answered before."""
        self._leaving = False
        async with open_http() as http:
            keeping = asyncio.create_task(self._keep(http))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (keeping, stopping):
                    task.cancel()
                ended = await asyncio.gather(keeping, return_exceptions=True)
                await self._leave()
            if isinstance(ended[0], Exception):
                raise ended[0]

    async def _keep(self, http: aiohttp.ClientSession) -> None:
        while True:
            try:
                wait_s = await self._turn(http)
            except Exception:
                # The edge of a loop: a bug with one connection must not end all of them.
                log.exception("Slack's connection ended by a bug")
                self._fault = "a bug"
                wait_s = self._failed()
            if wait_s > 0:
                await asyncio.sleep(wait_s)

    async def _turn(self, http: aiohttp.ClientSession) -> float:
        """One connection from opening it to its end; how long to wait before the next."""
        try:
            line = await self._opened(http)
        except RateLimited as fault:
            self._note(fault)
            return max(fault.retry_after_s, 1.0)
        except Undeliverable as fault:
            self._note(fault)
            return self._refused()
        except DeliveryError as fault:
            self._note(fault)
            return self._failed()
        self._adopt(line)
        self._fault = ""
        parting = await self._watched(line)
        self._fault = line.why
        log.info("Slack's connection is left: %s", line.why)
        if parting in (Parting.DISABLED, Parting.TOO_MANY):
            return self._refused()
        if time.monotonic() - line.begun_at < self._rules.settled_s:
            return self._failed()
        self._failures = self._refusals = 0
        return self._failed() if parting is Parting.LOST else 0.0

    async def _opened(self, http: aiohttp.ClientSession) -> Line:
        answer = await self._wire.ask(self._token, "apps.connections.open", {})
        address = answer.body.get("url")
        if not isinstance(address, str):
            raise PlatformDown("the answer does not say where to connect")
        return await Line.open(http, address, self._heard, self._tempo)

    def _heard(self, line: Line, envelope: dict[str, Any]) -> None:
        # What comes while we leave is not acknowledged: Slack tells another connection.
        if not self._leaving:
            self._envelopes.take(line, envelope)

    def _adopt(self, line: Line) -> None:
        """Use it from now on; the one before goes on until what is under way there is done."""
        before, self._line = self._line, line
        self._envelopes.current = line
        if before is not None:
            task = asyncio.create_task(self._retire(before))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _retire(self, line: Line) -> None:
        try:
            await line.ended(self._rules.linger_s)
        finally:
            await line.close()

    async def _watched(self, line: Line) -> Parting:
        """Until it is to be left: Slack says so, it is lost, or it has been quiet for too long."""
        parted = asyncio.create_task(line.parted())
        try:
            while True:
                quiet_s = self._rules.quiet_s - (time.monotonic() - line.heard_at)
                if quiet_s <= 0:
                    line.why = "quiet for too long"
                    return Parting.REFRESH
                done, _ = await asyncio.wait({parted}, timeout=quiet_s)
                if done:
                    return parted.result()
        finally:
            parted.cancel()

    async def _leave(self) -> None:
        """Answer what is under way, then end every connection."""
        self._leaving = True
        await self._envelopes.drain(self._rules.drain_s)
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
        self._fault = "closed"
        await self._wire.close()

    def _failed(self) -> float:
        self._failures += 1
        return self._rules.backoff_s(self._failures, self._draw())

    def _refused(self) -> float:
        self._refusals += 1
        return self._rules.refusal_s(self._refusals)

    def _note(self, fault: DeliveryError) -> None:
        self._fault = f"{fault.code} {fault.detail}".strip()
        level = logging.ERROR if isinstance(fault, BadCredentials) else logging.WARNING
        log.log(level, "Slack is not connected: %s", self._fault)

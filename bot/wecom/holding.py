"""Holding a bot's connection: connect, connect again, and know when another replica had better.

Refused or kicked, the holder gives the lease back and the connection rests for all replicas,
because the platform counts subscriptions and lets the newest connection win.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import aiohttp

from bot.delivery.rules import Jitter
from bot.delivery.steady import SteadyClock
from bot.wecom.connection import Ended, Login, Socket, Tempo
from bot.wecom.frames import Callback
from bot.wecom.leasing import LeaseRules, Leasing, Tenant, Told
from scoring.errors import BadCredentials, DeliveryError, RateLimited, StoreUnavailable
from storage.connections import REST_MOST_S, ConnectionFacts, ConnectionState, Standing
from storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeepingRules:
    """Times in seconds; rests double each time in a row, up to an hour.

    `tries_most` attempts in a row that fail let another replica try, whose network may be better.
    `turn_s` is how long a request waits for those before it, `broken_s` how long a bug is waited
    out.
    """

    lease: LeaseRules = field(default_factory=LeaseRules)
    backoff_first_s: float = 1.0
    backoff_most_s: float = 30.0
    healthy_s: float = 60.0
    tries_most: int = 5
    kicked_s: float = 300.0
    refused_s: float = 600.0
    limited_s: float = 60.0
    drain_s: float = 10.0
    turn_s: float = 10.0
    broken_s: float = 30.0
    in_flight: int = 32

    def backoff_s(self, failures: int, jitter: Jitter) -> float:
        """1, 2, 4 … 30 seconds, or down to half of that, so that not all come back at once."""
        longest = min(self.backoff_first_s * 2.0 ** min(failures - 1, 16), self.backoff_most_s)
        return longest * (0.75 + 0.25 * jitter())


def draw() -> float:
    """A random number from -1 to 1."""
    return random.uniform(-1, 1)  # noqa: S311 - spreads reconnects, keeps no secret


def connection_name(bot_id: str) -> str:
    """The name under which the database knows a bot's connection."""
    return f"wecom:aibot:{bot_id}"


class _Ending(Enum):
    """Why a holder stopped holding."""

    STOPPED = "stopped"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    KICKED = "kicked"
    REFUSED = "refused"
    LIMITED = "limited"
    BROKEN = "broken"


_LEFT_AS = {
    _Ending.STOPPED: ConnectionState.CLOSED,
    _Ending.KICKED: ConnectionState.KICKED,
    _Ending.REFUSED: ConnectionState.REFUSED,
    _Ending.LIMITED: ConnectionState.LIMITED,
}


class Holder:
    """This process's part in keeping one connection; `heard` as for Socket."""

    def __init__(
        self,
        store: Store,
        login: Login,
        address: str,
        heard: Callable[[Callback], None],
        *,
        rules: KeepingRules,
        tempo: Tempo,
        clock: Callable[[], datetime],
        steady: SteadyClock,
        jitter: Jitter,
    ) -> None:
        self._login = login
        self._address = address
        self._heard = heard
        self._rules = rules
        self._tempo = tempo
        self._clock = clock
        self._jitter = jitter
        owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        tenant = Tenant(connection_name(login.bot_id), owner, _told_apart(login))
        self._leasing = Leasing(
            store, tenant, rules.lease, clock=clock, steady=steady, describe=self._describe
        )
        self._facts = ConnectionFacts(credentials=tenant.credentials)
        self._state = ConnectionState.CLOSED
        self._socket: Socket | None = None
        self._failures = 0
        self._wait_s = 0.0

    @property
    def socket(self) -> Socket | None:
        """The connection, while there is one and it is certainly ours to use."""
        socket = self._socket
        return socket if socket is not None and socket.alive and self._leasing.held else None

    async def obtain(self, stop: asyncio.Event) -> Standing | None:
        """Wait for the lease; None when told to stop before."""
        return await self._leasing.obtain(stop)

    async def hold(
        self,
        http: aiohttp.ClientSession,
        standing: Standing,
        stop: asyncio.Event,
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        """Be the one that is connected until that is over; `drain` comes before a wanted end."""
        same = standing.facts.credentials == self._facts.credentials
        self._facts = replace(
            standing.facts,
            credentials=self._facts.credentials,
            refusals=standing.facts.refusals if same else 0,
        )
        talking = asyncio.create_task(self._talk(http))
        keeping = asyncio.create_task(self._leasing.keep())
        stopping = asyncio.create_task(stop.wait())
        tasks: set[asyncio.Task[Any]] = {talking, keeping, stopping}
        ending = _Ending.BROKEN
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await drain()
                ending = _Ending.STOPPED
            elif talking.done():
                ending = talking.result()
            else:
                keeping.result()
                ending = _Ending.LOST
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._leave(ending)

    async def trouble(self) -> str:
        """What is wrong: empty while this or another replica is connected."""
        if self.socket is not None:
            return ""
        try:
            standing, steady = await self._leasing.look()
        except StoreUnavailable as fault:
            return fault.reason
        if standing is None:
            return "never connected"
        if standing.held(steady) and standing.state is ConnectionState.CONNECTED:
            return ""
        return " ".join(part for part in (standing.state.value, standing.facts.fault) if part)

    async def _talk(self, http: aiohttp.ClientSession) -> _Ending:
        """Connect and connect again; returns when this replica had better not."""
        while True:
            self._tell(ConnectionState.CONNECTING)
            try:
                socket = await Socket.open(
                    http, self._address, self._login, self._heard, self._tempo
                )
            except BadCredentials as fault:
                self._note(_words(fault))
                return _Ending.REFUSED
            except RateLimited as fault:
                self._note(_words(fault))
                self._wait_s = fault.retry_after_s
                return _Ending.LIMITED
            except DeliveryError as fault:
                self._note(_words(fault))
            else:
                ended = await self._live(socket)
                self._note(ended.why)
                if ended.kicked:
                    return _Ending.KICKED
            self._failures += 1
            self._wait_s = self._rules.backoff_s(self._failures, self._jitter)
            if self._failures >= self._rules.tries_most:
                return _Ending.UNREACHABLE
            self._tell(ConnectionState.DOWN, again_at=self._in_s(self._wait_s))
            await asyncio.sleep(self._wait_s)

    async def _live(self, socket: Socket) -> Ended:
        begun_at = time.monotonic()
        self._socket = socket
        now = self._clock()
        self._tell(ConnectionState.CONNECTED, connected_at=now, again_at=None, refusals=0)
        log.info("the AI bot is connected")
        try:
            return await socket.ended()
        finally:
            self._facts = replace(self._facts, heard_at=self._heard_at())
            self._socket = None
            if time.monotonic() - begun_at >= self._rules.healthy_s:
                self._failures = 0
            await socket.close()

    async def _leave(self, ending: _Ending) -> None:
        """Give the lease back, with the rest that the ending asks for."""
        rest_s = self._rest_s(ending)
        if ending is _Ending.UNREACHABLE:
            self._leasing.abstain(self._wait_s)
        self._state = _LEFT_AS.get(ending, ConnectionState.DOWN)
        self._facts = replace(self._facts, again_at=self._in_s(rest_s) if rest_s else None)
        ours = await self._leasing.leave(self._state, self._facts, rest_s)
        if ending is _Ending.KICKED and not ours:
            log.info("another replica has taken the AI bot's connection over")
        elif rest_s:
            why = self._facts.fault
            log.error("the AI bot rests for %.0f s: %s, %s", rest_s, self._state.value, why)

    def _rest_s(self, ending: _Ending) -> float:
        """How long nobody should connect; counts what happens in a row."""
        facts = self._facts
        match ending:
            case _Ending.KICKED:
                kicks = 1 if self._long_after(facts.connected_at) else facts.kicks + 1
                self._facts = replace(facts, kicks=kicks)
                return _doubled(self._rules.kicked_s, kicks)
            case _Ending.REFUSED | _Ending.LIMITED:
                refusals = facts.refusals + 1
                self._facts = replace(facts, refusals=refusals)
                if ending is _Ending.REFUSED:
                    return _doubled(self._rules.refused_s, refusals)
                return max(self._wait_s, _doubled(self._rules.limited_s, refusals))
        return 0.0

    def _tell(self, state: ConnectionState, **facts: Any) -> None:
        self._state = state
        self._facts = replace(self._facts, **facts)
        self._leasing.tell()

    def _note(self, fault: str) -> None:
        log.warning("the AI bot is not connected: %s", fault)
        self._facts = replace(self._facts, fault=fault, fault_at=self._clock())

    def _describe(self) -> Told:
        return self._state, replace(self._facts, heard_at=self._heard_at())

    def _heard_at(self) -> datetime | None:
        if self._socket is None:
            return self._facts.heard_at
        return self._in_s(self._socket.heard_at - time.monotonic())

    def _in_s(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)

    def _long_after(self, instant: datetime | None) -> bool:
        return instant is None or (self._clock() - instant).total_seconds() >= REST_MOST_S


def _doubled(first_s: float, times: int) -> float:
    return min(first_s * 2.0 ** min(times - 1, 16), REST_MOST_S)


def _words(fault: DeliveryError) -> str:
    return f"{fault.code} {fault.detail}".strip()


def _told_apart(login: Login) -> str:
    """A few bits of the credentials: enough to see that they were changed, and no more."""
    text = f"{login.bot_id}\n{login.secret.get_secret_value()}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]

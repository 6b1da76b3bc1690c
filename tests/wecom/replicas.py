"""Replicas of the service that share a database and an AI bot, in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.wecom.connection import Login, Tempo
from bot.wecom.holding import KeepingRules, connection_name
from bot.wecom.keeping import LongConnection
from bot.wecom.leasing import LeaseRules
from scoring.errors import PlatformDown
from storage.connections import ConnectionState, Standing
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.aibot_peer import BOT, SECRET, AibotPeer

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)
LOGIN = Login(BOT, SecretStr(SECRET))
NAME = connection_name(BOT)
LEASE = LeaseRules(poll_s=0.01)
RULES = KeepingRules(lease=LEASE, backoff_first_s=0.01, backoff_most_s=0.02, tries_most=1_000)
TEMPO = Tempo(close_s=0.1)


@dataclass
class Steady:
    """Steady time that can be moved ahead, and tells how often it was read."""

    ahead_s: float = 0.0
    reads: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, _tx: Tx) -> datetime:
        self.reads += 1
        async with self._news:
            self._news.notify_all()
        return NOW + timedelta(seconds=time.monotonic() + self.ahead_s)

    async def read_again(self, times: int = 10) -> None:
        """Wait until replicas have looked at the lease a few times more."""
        enough = self.reads + times
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: self.reads >= enough)


@dataclass
class Replica:
    """One of them. `heard` are the words that came in, in the order they were handled."""

    connection: LongConnection
    stop: asyncio.Event
    running: asyncio.Task[None]
    heard: list[str]

    async def end(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.stop.set()
        await self.running


@asynccontextmanager
async def replica(
    store: Store,
    peer: AibotPeer,
    steady: Steady,
    *,
    on_frame: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
    login: Login = LOGIN,
    rules: KeepingRules = RULES,
    tempo: Tempo = TEMPO,
    url: str = "",
) -> AsyncIterator[Replica]:
    """A replica that runs until the block ends."""
    heard: list[str] = []

    async def listen(frame: dict[str, Any]) -> None:
        heard.append(frame["body"]["text"]["content"])

    connection = LongConnection(
        store,
        login,
        clock=lambda: NOW + timedelta(seconds=steady.ahead_s),
        on_frame=on_frame or listen,
        url=url or peer.url,
        rules=rules,
        tempo=tempo,
        steady=steady,
    )
    stop = asyncio.Event()
    made = Replica(connection, stop, asyncio.create_task(connection.run(stop)), heard)
    try:
        yield made
    finally:
        await made.end()


async def standing(store: Store) -> Standing:
    """What the database knows of the connection."""
    async with store.read() as tx:
        found = await tx.connections.look(NAME)
    assert found is not None
    return found


async def stands(store: Store, state: ConnectionState) -> Standing:
    """Wait until the database knows the connection in a state."""
    async with asyncio.timeout(20):
        while True:
            async with store.read() as tx:
                found = await tx.connections.look(NAME)
            if found is not None and found.state is state:
                return found


async def noted(store: Store, fault: str) -> None:
    """Wait until the database knows what went wrong last: it is written with the next renewal."""
    async with asyncio.timeout(20):
        while (await standing(store)).facts.fault != fault:
            pass


async def answered(connection: LongConnection) -> None:
    """Wait until a request goes through: the platform knows of a subscription before we do."""
    async with asyncio.timeout(20):
        while True:
            try:
                await connection.request("probe", {})
            except PlatformDown:
                await asyncio.sleep(0)
            else:
                return

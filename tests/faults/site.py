"""Everything a storm is made of: a database, platforms, replicas, and a clock for all of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import delete

from bot.delivery.steady import steady_time
from storage.schema import upgrade
from storage.store import Store
from storage.tables import pauses
from tests.faults.book import Alert, Sizes, configuration, place_of
from tests.faults.ledger import Ledger
from tests.faults.postgres import Postgres, postgres
from tests.faults.proxy import Proxy, proxied
from tests.faults.replicas import Replica
from tests.faults.slack_peer import SlackPeer, direct
from tests.faults.weather import Weather
from tests.faults.wecom_peer import WecomPeer

BEGIN = datetime(2026, 11, 25, 10, 2, tzinfo=UTC)
"""A working day by any calendar, and no full or half hour for the next 28 minutes: then WeCom asks
senders to hold back, and alerts would wait for a quarter of an hour."""

REPLICAS = 2
LONG_PAUSE = timedelta(seconds=20)
_ENDS = "('sent', 'failed', 'review', 'superseded')"


@dataclass
class Database:
    """Where the replicas' book is; `server` and `proxy` are PostgreSQL's alone."""

    kind: str
    replicas_url: str
    own_url: str
    server: Postgres | None = None
    proxy: Proxy | None = None


@dataclass
class Site:
    """A running system."""

    folder: Path
    sizes: Sizes
    weather: Weather
    ledger: Ledger
    slack: SlackPeer
    wecom: WecomPeer
    platforms: str
    database: Database
    store: Store
    replicas: list[Replica]
    begun: float

    def now(self) -> datetime:
        """The clock of the business, for everybody in the storm."""
        return BEGIN + timedelta(seconds=time.monotonic() - self.begun)

    async def lift_pauses(self) -> None:
        """What an operator would do who knows that a platform's "come back next week" is wrong."""
        async with self.store.begin() as tx:
            far = await steady_time(tx) + LONG_PAUSE
            await tx.connection.execute(delete(pauses).where(pauses.c.until > far))

    async def open_rows(self) -> int:
        """How many deliveries have no end yet."""
        return await self._count(f"state NOT IN {_ENDS}")

    async def bad_ends(self) -> dict[Alert, str]:
        """Alerts that the bot itself calls failed or in need of a review."""
        rows = await self._rows(
            "SELECT place, contract_id, state FROM deliveries"
            " WHERE kind = 'milestone' AND state IN ('failed', 'review')"
        )
        return {Alert(_shown_as(place), customer): state for place, customer, state in rows}

    async def kept_calls(self) -> Counter[int]:
        """How many calls the book has with each customer."""
        rows = await self._rows("SELECT account_id FROM touches")
        return Counter(customer for (customer,) in rows)

    async def claimed(self) -> dict[int, str]:
        """Who has each customer that was claimed, by where they are written to."""
        rows = await self._rows(
            "SELECT contract_id, claimed_by_id FROM opportunities WHERE claimed_by_id IS NOT NULL"
        )
        return {customer: place_of(person - 1, self.sizes) for customer, person in rows}

    async def traces(self, customer: int) -> str:
        """What the book knows of a customer, for whoever looks for a lost alert."""
        found = []
        for table, key, columns in (
            ("contracts", "id", "clock_rev, status, created_at"),
            ("ledger", "contract_id", "anchor, offset_days, state, fired_on"),
            ("deliveries", "contract_id", "id, kind, place, state, error, origin"),
        ):
            query = f"SELECT {columns} FROM {table} WHERE {key} = {customer}"  # noqa: S608
            found.append(f"{table} {await self._rows(query)}")
        marks = await self._rows("SELECT name, rev, on_date FROM clock_marks")
        return f"{customer}: {'; '.join(found)}; marks {marks}"

    async def ambiguous(self) -> int:
        """How many deliveries somebody has to look after just now."""
        return await self._count("state = 'ambiguous'")

    async def _count(self, which: str) -> int:
        query = f"SELECT count(*) FROM deliveries WHERE {which}"  # noqa: S608 - our own words
        return int((await self._rows(query))[0][0])

    async def _rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.store.read() as tx:
            return [tuple(row) for row in await tx.connection.exec_driver_sql(query)]


@asynccontextmanager
async def site(
    folder: Path, kind: str, weather: Weather, sizes: Sizes, *, repeat: bool
) -> AsyncIterator[Site]:
    """A system with replicas that were not started yet."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_database(folder, kind, weather))
        await upgrade(database.own_url)
        store = Store.open(database.own_url)
        stack.push_async_callback(store.close)
        ledger = Ledger()
        slack, wecom = SlackPeer(ledger, weather), WecomPeer(ledger, weather)
        platforms = await stack.enter_async_context(_platforms(slack, wecom))
        here = Site(
            folder, sizes, weather, ledger, slack, wecom, platforms, database, store, [],
            time.monotonic(),
        )  # fmt: skip
        config = configuration(sizes, platforms=platforms, port=0, repeat=repeat)
        here.replicas += [
            Replica(folder, number, config, database.replicas_url, here.now)
            for number in range(REPLICAS)
        ]
        try:
            yield here
        finally:
            await asyncio.gather(*(one.kill() for one in here.replicas))


@asynccontextmanager
async def _database(folder: Path, kind: str, weather: Weather) -> AsyncIterator[Database]:
    if kind == "sqlite":
        url = f"sqlite+aiosqlite:///{folder / 'book.db'}"
        yield Database(kind, url, url)
        return
    async with postgres() as server, proxied(server.socket, weather) as proxy:
        replicas_url = f"postgresql+psycopg://postgres@127.0.0.1:{proxy.port}/postgres"
        own_url = f"postgresql+psycopg://postgres@/postgres?host={server.socket.parent}"
        yield Database(kind, replicas_url, own_url, server, proxy)


@asynccontextmanager
async def _platforms(slack: SlackPeer, wecom: WecomPeer) -> AsyncIterator[str]:
    app = web.Application()
    slack.add_to(app)
    wecom.add_to(app)
    # Cancelled when the client has gone, so that nobody waits for those who died.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _shown_as(place: str) -> str:
    """People on Slack see a conversation, and a robot is known to the platform by its key."""
    if place.startswith("U"):
        return direct(place)
    return place.replace("robot:r", "robot:key")

"""PostgreSQL tells every replica that there is something to send; nothing depends on hearing it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import make_url

from scoring.errors import StoreUnavailable
from storage.outbox import Notification
from storage.store import Store
from tests.databases import PostgresDatabases

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
async def url(postgres: PostgresDatabases) -> AsyncIterator[str]:
    with postgres.fresh() as address:
        yield address


@pytest.fixture
async def replicas(url: str) -> AsyncIterator[tuple[Store, Store]]:
    one, other = Store.open(url), Store.open(url)
    yield one, other
    await one.close()
    await other.close()


def alert(key: str) -> Notification:
    return Notification(key, "milestone", "wecom", "robot:east", NOW)


async def heard(event: asyncio.Event, within_s: float = 5.0) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True


async def test_what_one_replica_puts_wakes_the_other(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    wake = asyncio.Event()
    async with other.hearing_puts(wake.set):
        assert await heard(wake)  # connected: what was put before may have been missed
        async with one.begin() as tx:
            await tx.outbox.put([alert("a")], now=NOW)
            assert not wake.is_set()
        assert await heard(wake)


async def test_what_is_rolled_back_or_was_there_already_wakes_nobody(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    wake = asyncio.Event()
    async with one.begin() as tx:
        await tx.outbox.put([alert("a")], now=NOW)
    async with other.hearing_puts(wake.set):
        assert await heard(wake)
        with pytest.raises(RuntimeError):
            await put_and_fail(one)
        async with one.begin() as tx:
            await tx.outbox.put([alert("a")], now=NOW)
        async with one.begin() as tx:
            await tx.people.count()
        assert not await heard(wake, within_s=0.2)


async def test_a_listener_whose_backend_was_ended_listens_again(
    replicas: tuple[Store, Store], url: str
) -> None:
    one, other = replicas
    wake = asyncio.Event()
    async with other.hearing_puts(wake.set):
        assert await heard(wake)
        assert await asyncio.to_thread(end_listeners, url) == 1
        assert await heard(wake, within_s=10)
        async with one.begin() as tx:
            await tx.outbox.put([alert("a")], now=NOW)
        assert await heard(wake)


async def put_and_fail(store: Store) -> None:
    async with store.begin() as tx:
        await tx.outbox.put([alert("b")], now=NOW)
        raise RuntimeError


def end_listeners(url: str) -> int:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'renewals wake-ups' AND datname = current_database()"
        )
        return len(ended.fetchall())


async def test_putting_works_with_and_without_a_listener(store: Store) -> None:
    async with store.hearing_puts(lambda: None), store.begin() as tx:
        assert await tx.outbox.put([alert("a")], now=NOW) == 1
    async with store.begin() as tx:
        assert await tx.outbox.put([alert("b")], now=NOW) == 1


async def test_a_connection_that_is_ended_in_a_transaction_is_a_database_that_is_away(
    url: str, replicas: tuple[Store, Store]
) -> None:
    one, _ = replicas
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def interrupted() -> None:
        async with one.begin() as tx:
            await tx.outbox.put([alert("a")], now=NOW)
            with psycopg.connect(plain) as killer:
                killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            await tx.outbox.counts()

    with pytest.raises(StoreUnavailable):
        await interrupted()
    async with one.begin() as tx:
        await tx.outbox.put([alert("a")], now=NOW)

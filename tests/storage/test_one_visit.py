"""SQLite's statements, done in one visit to their thread: what breaks off in the middle."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.store import Store
from tests.sample_book import MONDAY as NOW

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

SLOW = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) "
    "SELECT count(*) FROM n"
)


async def test_a_statement_that_is_not_waited_for_leaves_the_book_usable(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), store.read() as tx:
                await tx.connection.execute(SLOW)
        async with store.read() as tx:
            assert await tx.connection.scalar(text("SELECT 1")) == 1


async def test_a_change_that_is_not_waited_for_is_taken_back(store: Store) -> None:
    async def change() -> None:
        async with store.begin() as tx:
            await tx.settings.put("k", 1, at=NOW)
            await tx.connection.execute(SLOW)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(change(), 0.05)
    async with store.begin() as tx:
        assert await tx.settings.get("k") is None
        await tx.settings.put("k", 2, at=NOW)
    async with store.read() as tx:
        assert await tx.settings.get("k") == 2


async def test_a_beginning_that_is_not_waited_for_keeps_no_lock(
    store: Store, database_url: str
) -> None:
    other = Store.open(database_url)

    async def begin() -> None:
        async with store.begin():
            raise AssertionError("two write at once")

    try:
        async with other.begin() as holding:
            await holding.settings.put("k", 1, at=NOW)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(begin(), 0.05)
        # By now the lock that was asked for may have been given to nobody.
        async with other.begin() as tx:
            await tx.settings.put("k", 2, at=NOW)
        async with store.begin() as tx:
            assert await tx.settings.get("k") == 2
    finally:
        await other.close()


async def test_faults_are_those_of_sqlalchemy_and_rows_are_counted(store: Store) -> None:
    async with store.begin() as tx:
        run = tx.connection.execute
        await run(text("CREATE TABLE one (id INTEGER PRIMARY KEY)"))
        made = await run(text("INSERT INTO one VALUES (:id)"), [{"id": 1}, {"id": 2}])
        assert made.rowcount == 2
        with pytest.raises(IntegrityError):
            await run(text("INSERT INTO one VALUES (1)"))
        with pytest.raises(OperationalError):
            await run(text("SELECT nothing FROM nowhere"))
        assert (await run(text("UPDATE one SET id = id + 10"))).rowcount == 2
        assert [row.id for row in await run(text("SELECT id FROM one ORDER BY id"))] == [11, 12]
        assert (await run(text("SELECT id FROM one WHERE id = 1"))).first() is None

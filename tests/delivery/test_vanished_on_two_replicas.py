"""A replica does not go on to the milestones while another still puts the ledger back."""

from __future__ import annotations

import asyncio
from datetime import UTC

import pytest
from sqlalchemy import text

from handlers.jobs.vanished import AT_ONCE, run
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def dialect() -> str:
    """With SQLite the other one has ended before anything is taken."""
    return "postgresql"


async def test_what_is_left_when_the_other_took_the_first_is_taken(
    store: Store, book: object
) -> None:
    async with store.begin() as tx:
        await tx.connection.execute(
            text(
                "INSERT INTO vanished (what, key, state, at) SELECT 'ledger', n || ':1:end:90', "
                "'due', CURRENT_TIMESTAMP FROM generate_series(1000, 1000 + :n) AS n"
            ),
            {"n": AT_ONCE},
        )
    async with store.begin() as other:
        assert len(await other.vanishing.take(limit=AT_ONCE)) == AT_ONCE
        second = asyncio.create_task(run(store, RULES, MONDAY.astimezone(UTC)))
        waiting = 0
        while not waiting:
            async with store.read() as tx:
                waiting = await tx.connection.scalar(text(WAITS)) or 0
    assert len((await second).findings) == 1
    async with store.read() as tx:
        assert not await tx.vanishing.any_new()

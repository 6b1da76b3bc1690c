"""PostgreSQL ends connections behind our back, as a restart does: who comes next does not notice."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from storage.engine import RESTED_S
from storage.store import Store
from tests.sample_book import MONDAY as NOW

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


async def test_a_connection_that_broke_while_it_rested_is_made_anew(
    store: Store, database_url: str
) -> None:
    async with store.begin() as tx, store.read() as beside:
        await tx.settings.put("k", 1, at=NOW)
        assert await beside.settings.get("k") is None
    plain = make_url(database_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as killer:
        ended = killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        ).fetchall()
        assert len(ended) == 2
        killer.execute("SELECT pg_sleep(%s)", [2 * RESTED_S])
    async with store.begin() as tx, store.read() as beside:
        assert await beside.settings.get("k") == 1
        await tx.settings.put("k", 2, at=NOW)

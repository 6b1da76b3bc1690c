"""A connection keeps more of a SQLite file for work on the whole book, and not a moment longer."""

from __future__ import annotations

from contextlib import suppress

import pytest

from storage.engine import CACHE_KIB
from storage.store import Store


@pytest.fixture
def dialect() -> str:
    """PostgreSQL forgets such settings by itself with the transaction."""
    return "sqlite"


@pytest.mark.parametrize("broken_off", [False, True])
@pytest.mark.parametrize("writes", [False, True])
async def test_it_is_given_up_however_the_work_ends(
    store: Store, broken_off: bool, writes: bool
) -> None:
    begin = store.begin if writes else store.read
    with suppress(LookupError):
        async with begin() as tx:
            await tx.allow_long_statements()
            if broken_off:
                raise LookupError
    async with begin() as tx:
        kept = await tx.connection.exec_driver_sql("PRAGMA cache_size")
        assert kept.scalar() == -CACHE_KIB

"""Two writers in each other's way, and posts that are told of twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from scoring.errors import Conflict
from storage.posts import NewPost
from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)


async def test_writers_in_opposite_order_get_a_conflict(store: Store) -> None:
    if store.dialect == "sqlite":
        return  # one writer at a time: there is no order
    async with store.begin() as tx:
        for key in ("a", "b"):
            await tx.settings.put(key, 0, at=NOW)
    met = asyncio.Barrier(2)

    async def write(first: str, second: str) -> None:
        async with store.begin() as tx:
            await tx.settings.put(first, 1, at=NOW)
            await met.wait()
            await tx.settings.put(second, 1, at=NOW)

    ended = await asyncio.gather(write("a", "b"), write("b", "a"), return_exceptions=True)
    assert [type(one) for one in ended if one is not None] == [Conflict]


async def test_a_post_is_registered_once_and_says_so(store: Store) -> None:
    post = NewPost("slack", "#a", "1.0", "alert", NOW, attempt_key="k")
    async with store.begin() as tx:
        assert await tx.posts.add(post) is True
        assert await tx.posts.add(post) is False


async def test_the_database_gone_is_no_conflict() -> None:
    opened = Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    try:
        with pytest.raises(Exception, match="gone") as fault:
            async with opened.begin():
                pass
    finally:
        await opened.close()
    assert not isinstance(fault.value, Conflict)

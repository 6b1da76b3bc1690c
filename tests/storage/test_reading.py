"""What is read in one go belongs together, whoever writes meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)


async def test_a_reader_sees_one_moment_of_the_book(store: Store) -> None:
    async with store.read() as reading:
        assert await reading.people.count() == 0
        async with store.begin() as writing:
            await writing.people.add({"name": "李雷", "role": "rep"}, now=NOW)
        assert await reading.people.count() == 0
    async with store.read() as reading:
        assert await reading.people.count() == 1

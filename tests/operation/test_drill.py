"""The disaster drill of docs/backup.md: run, back up under load, lose everything, come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from handlers.coming_back import restore_book
from handlers.rules import Rules
from storage.copying.backup import back_up
from storage.store import Store
from tests.databases import PostgresDatabases, SqliteFiles
from tests.delivery.world import Clock, World, told, told_again
from tests.fakes.robot import FakeRobots

BEFORE = [f"BEFORE-{n}" for n in range(1, 9)]
AFTER = [f"AFTER-{n}" for n in range(1, 9)]


@pytest.fixture
def other_machine(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.empty() as url:
        yield url


@pytest.fixture
async def robots() -> AsyncIterator[FakeRobots]:
    fake = FakeRobots()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


async def test_nothing_is_lost_and_nothing_is_told_twice(
    database_url: str, other_machine: str, robots: FakeRobots, tmp_path: Path
) -> None:
    clock = Clock()
    robots.clock = lambda: clock.steady
    store = Store.open(database_url)
    world = World(store, robots, clock)
    await world.put(BEFORE[:4])
    await world.deliver()
    await world.put(BEFORE[4:])

    # Under load: what was put is sent while the copy is taken.
    file = tmp_path / "book.backup"
    taken_at = clock.now
    _, backup = await asyncio.gather(world.deliver(), back_up(database_url, file, taken_at))
    assert backup.stamp.taken_at == taken_at
    clock.move(hours=2)
    await world.put(AFTER)
    await world.deliver()
    before_the_loss = told(robots.taken)
    assert set(before_the_loss.values()) == {1}
    await world.close()
    await store.close()  # and nobody ever sees it again

    clock.move(hours=1)
    done = await restore_book(other_machine, file, Rules(), clock.now)
    assert (done.taken_at, done.proven) == (taken_at, True)
    store = Store.open(other_machine)
    world = World(store, robots, clock)
    await world.settle(hours=6)
    # Robots cannot be read back: a person decides about what may hang there already.
    states = await world.states()
    assert set(states) == set(BEFORE)
    assert all(state in ("sent", "review") for state in states.values())
    assert told(robots.taken) == before_the_loss
    assert not told_again(robots.taken)
    await world.close()
    await store.close()

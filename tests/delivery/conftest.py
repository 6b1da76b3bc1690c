"""A world to deliver in, on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.store import Store
from tests.delivery.world import Clock, World
from tests.fakes.robot import FakeRobots


@pytest.fixture
async def robots() -> AsyncIterator[FakeRobots]:
    """Group robots on loopback."""
    fake = FakeRobots()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


@pytest.fixture
async def world(store: Store, robots: FakeRobots) -> AsyncIterator[World]:
    """A book with nothing in it, workers, and robots that take everything."""
    clock = Clock()
    robots.clock = lambda: clock.steady
    made = World(store, robots, clock)
    try:
        yield made
    finally:
        await made.close()

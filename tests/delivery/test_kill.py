"""A process killed between post and record, and started again, loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bot.delivery.checkpoints import Point
from tests.delivery.world import World, told, told_again


async def end_of_process(world: World, database_url: str, point: str) -> int:
    """Run a delivering process to its end; returns how it ended."""
    ahead_s = (world.clock.now - world.clock.start).total_seconds()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.delivery.deliver_process",
        database_url,
        world.robots.url,
        point,
        str(ahead_s),
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    return await process.wait()


@pytest.mark.parametrize(
    ("point", "reached", "repeated"),
    [(Point.AFTER_LEASE, 0, 0), (Point.AFTER_POST, 1, 1), (Point.BEFORE_ACK, 1, 1)],
)
async def test_a_kill_loses_nothing_and_repeats_at_most_once_marked(
    world: World, database_url: str, point: Point, reached: int, repeated: int
) -> None:
    await world.put(["A-1", "A-2"])
    assert await end_of_process(world, database_url, point) == -signal.SIGKILL
    assert await world.states() == {"A-1": "leased", "A-2": "leased"}
    assert told(world.robots.taken)["A-1"] == reached
    world.clock.move(seconds=61)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent", "A-2": "sent"}
    for name in ("A-1", "A-2"):
        assert told(world.robots.taken)[name] == 1
        assert told_again(world.robots.taken)[name] == repeated


async def test_a_process_started_after_a_kill_finishes_the_work(
    world: World, database_url: str
) -> None:
    await world.put(["A-1"])
    assert await end_of_process(world, database_url, Point.AFTER_POST) == -signal.SIGKILL
    world.clock.move(seconds=61)
    await world.deliver()
    world.clock.move(seconds=121)
    await world.deliver()
    world.clock.move(seconds=10)
    assert await end_of_process(world, database_url, "-") == 0
    assert await world.states() == {"A-1": "sent"}
    assert (told(world.robots.taken), told_again(world.robots.taken)) == ({"A-1": 1}, {"A-1": 1})

"""What befalls replicas and their database while messages are under way."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.delivery.checkpoints import Point
from scoring.errors import StoreUnavailable
from tests.faults.replicas import Replica
from tests.faults.site import Site

CRASH_WITHIN_S = 20.0
STILL_S = (5.0, 10.0)
"""Longer than a lease (4 s), at times also longer than settling after it (4 s)."""

LIFT_EVERY_S = 3.0


async def trouble(here: Site, replica: Replica, *, every_s: float) -> None:
    """One replica's fate, until cancelled: killed, stopped, started to die at a point."""
    dice = here.weather.dice
    fates = ["kill", "kill", "still", "still", "point", "point", "leave"]
    while True:
        await asyncio.sleep(dice.uniform(0.5, 1.5) * every_s)
        match dice.choice(fates):
            case "kill":
                here.weather.count("replica: kill -9")
                await replica.kill()
            case "still":
                here.weather.count("replica: SIGSTOP past its lease")
                await replica.stand_still(dice.uniform(*STILL_S))
            case "point":
                point = dice.choice(list(Point))
                await replica.kill()
                here.weather.count("replica: kill -9")
                await replica.start(point)
                if await replica.dead_within(CRASH_WITHIN_S):
                    here.weather.count(f"replica: kill -9 at {point}")
            case "leave":
                here.weather.count("replica: SIGTERM")
                await replica.leave()
        await replica.keep_alive()


async def database_trouble(here: Site, *, every_s: float) -> None:
    """The database's fate, until cancelled; commits that are lost are the proxy's business."""
    dice, server = here.weather.dice, here.database.server
    while True:
        await asyncio.sleep(dice.uniform(0.5, 1.5) * every_s)
        if server is None:
            here.weather.count("database: write lock held")
            book = here.folder / "book.db"
            await asyncio.to_thread(_hold, book, dice.uniform(0.5, 7.0))
        elif dice.random() < 0.3:
            here.weather.count("database: immediate restart")
            await server.crash()
        else:
            ended = await server.terminate_backends()
            for _ in range(ended):
                here.weather.count("database: backend terminated")


async def lifting(here: Site) -> None:
    """An operator lifts pauses that would outlast the storm, until cancelled."""
    while True:
        await asyncio.sleep(LIFT_EVERY_S)
        await until_written(here.lift_pauses)


async def until_written(act: Callable[[], Awaitable[None]]) -> None:
    """Try until the database takes it."""
    while True:
        try:
            return await act()
        except StoreUnavailable:
            await asyncio.sleep(0.5)


def _hold(book: Path, seconds: float) -> None:
    """Another program writes for so long, as a backup or an analyst does."""
    with sqlite3.connect(book, timeout=60, isolation_level=None) as session:
        session.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        session.execute("ROLLBACK")
    session.close()

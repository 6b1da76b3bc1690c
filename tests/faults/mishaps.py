"""What befalls replicas and their database while messages are under way."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.delivery.checkpoints import Point
from scoring.errors import StoreUnavailable
from tests.faults.misbehaving import LEASE_S, SETTLE_S
from tests.faults.replicas import Replica
from tests.faults.site import Site

CRASH_WITHIN_S = 20.0
STILL_S = (LEASE_S + 1.0, LEASE_S + SETTLE_S + 2.0)
"""Longer than a lease, at times also longer than settling after it."""

LIFT_EVERY_S = 3.0
RESTARTS = 0.1
"""This share of what befalls PostgreSQL is a restart; else connections are ended, so many at a time."""

BACKENDS = (1, 1, 2, 2, 3, 3, 4, 100)


async def trouble(here: Site, replica: Replica, *, every_s: float) -> None:
    """One replica's fate, until cancelled: killed, stopped, started to die at a point."""
    dice = here.weather.dice
    fates = ["kill", "kill", "still", "still", "point", "point", "leave"]
    while True:
        await replica.peace(dice.uniform(0.5, 1.5) * every_s)
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


async def database_trouble(here: Site, *, every_s: float) -> None:
    """The database's fate, until cancelled; commits that are lost are the proxy's business."""
    dice, server = here.weather.dice, here.database.server
    while True:
        await asyncio.sleep(dice.uniform(0.5, 1.5) * every_s)
        if server is None:
            here.weather.count("database: write lock held")
            book = here.folder / "book.db"
            await asyncio.to_thread(_hold, book, dice.uniform(0.5, 7.0))
        elif dice.random() < RESTARTS:
            here.weather.count("database: immediate restart")
            await server.crash()
        else:
            for _ in range(await server.terminate_backends(dice.choice(BACKENDS))):
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

"""A rolling upgrade: old and new program on one database while the schema changes under them."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path

from storage.migrations import HEAD
from storage.schema import SchemaState, look
from storage.store import Store
from tests.databases import SqliteFiles
from tests.processes import ROOT, Started
from tests.replicas.next_version import NEXT, next_version
from tests.replicas.service import SlowRobots, configured, put, replica, states, told

ROBOTS = 40
EVERY_S = 0.2
"""With so many robots below what they take in a minute."""


class Traffic:
    """Things to tell that keep coming, by the old program, whatever happens to the schema."""

    def __init__(self, store: Store) -> None:
        self.put: list[str] = []
        self._store = store
        self._numbers = itertools.count(1)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._come())

    async def _come(self) -> None:
        while not self._stop.is_set():
            names = [f"N-{next(self._numbers)}"]
            await put(self._store, names, robots=ROBOTS)
            self.put += names
            await asyncio.wait({asyncio.create_task(self._stop.wait())}, timeout=EVERY_S)

    async def end(self) -> None:
        self._stop.set()
        await self._task


async def until_told(robots: SlowRobots, names: list[str], within_s: float = 30) -> None:
    async with asyncio.timeout(within_s):
        while not told(robots).keys() >= set(names):
            robots.arrived.clear()
            await robots.arrived.wait()


async def stopped(service: Started) -> int:
    code, _ = await asyncio.to_thread(service.stop)
    return code


async def test_nothing_is_lost_or_doubled_while_old_and_new_run_side_by_side(
    store: Store, database_url: str, robots: SlowRobots, tmp_path: Path
) -> None:
    robots.going.set()
    config = configured(tmp_path, robots, count=ROBOTS)
    program = next_version(tmp_path)
    traffic = Traffic(store)
    async with replica(config, database_url) as old:
        await until_told(robots, ["N-1"])
        async with replica(config, database_url, program=program) as new:
            assert await look(database_url) == (SchemaState.AHEAD, NEXT)
            seen = list(traffic.put)
            await until_told(robots, seen)
            assert await stopped(old) == 0
            await until_told(robots, list(traffic.put))
            # Rolled back by half: an old replica starts again, and leaves the schema as it is.
            async with replica(config, database_url) as again:
                assert await look(database_url) == (SchemaState.AHEAD, NEXT)
                assert await stopped(new) == 0
                await traffic.end()
                await until_told(robots, traffic.put)
                assert await stopped(again) == 0
    assert set((await states(store)).values()) == {"sent"}
    assert told(robots) == dict.fromkeys(traffic.put, 1)


def test_an_old_program_says_that_it_is_too_old(sqlite_files: SqliteFiles, tmp_path: Path) -> None:
    program = next_version(tmp_path, works_with=NEXT)
    with sqlite_files.fresh() as url:
        results = [
            subprocess.run(
                [sys.executable, "-m", "bot", "proof", "--db", url],
                cwd=folder,
                env={"PYTHONPATH": str(folder), "PATH": ""},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            for folder in (program, ROOT)
        ]
        assert results[0].returncode == 0, results[0].stderr
        assert results[1].returncode == 2
        assert f"schema {NEXT}, this program knows {HEAD}): upgrade" in results[1].stderr

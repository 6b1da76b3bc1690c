"""kill -9 of the service that has the AI bot's connection, and what another one makes of it.

`python -m tests.wecom.faults.taking_over 5` measures by the clock on the wall, with the lease of a
real service, how long people wait for an answer.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.wecom.leasing import LeaseRules
from storage.store import Store
from tests.databases import SqliteFiles
from tests.processes import ROOT
from tests.wecom.faults.alerts import crowd
from tests.wecom.faults.service import KEEPING
from tests.wecom.faults.site import Site, replica, site, until

PLACE = "bot:lilei"
IN_EARNEST = replace(KEEPING, lease=LeaseRules())
"""The lease of a real service."""


@asynccontextmanager
async def other_process(here: Site, database: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A whole service in a process of its own, once it has the connection."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.wecom.faults.service_process",
        database,
        here.cloud.api_url,
        here.cloud.ws_url,
        str(here.clock.begun),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            await here.cloud.lines.until_connected()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answered(here: Site, words: str) -> None:
    """Say something to the AI bot and wait for the answer."""
    before = len(here.cloud.words(PLACE))
    await here.cloud.people.say("LiLei", PLACE, words)
    await until(lambda: len(here.cloud.words(PLACE)) > before)


async def waited_s(database: str) -> float:
    """Seconds from the kill to the answer of the next service, by the clock on the wall."""
    store = Store.open(database)
    await crowd(store)
    async with site(store) as here, other_process(here, database) as process:
        await answered(here, "客户 客户101")
        async with replica(here, store, keeping=IN_EARNEST):
            process.kill()
            killed_at = time.monotonic()
            await process.wait()
            await until(lambda: any(one.connected for one in here.replicas), within_s=60)
            await until(lambda: here.cloud.lines.connected)
            await answered(here, "客户 客户101")
            took_s = time.monotonic() - killed_at
    await store.close()
    return took_s


def main(times: str) -> None:
    """Measure that often and tell."""
    with tempfile.TemporaryDirectory() as folder:
        files = SqliteFiles(Path(folder))
        took: list[float] = []
        for _ in range(int(times)):
            with files.fresh() as database:
                took.append(asyncio.run(waited_s(database)))
    median = statistics.median(took)
    sys.stdout.write(f"{times} kills: {min(took):.1f} to {max(took):.1f} s, median {median:.1f}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

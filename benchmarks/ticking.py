"""One tick in a process of its own, with a watch on the event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from benchmarks.book import NOW, RULES
from benchmarks.own_process import measured
from benchmarks.timing import Lag, timed, watch_lag
from handlers.jobs import milestones
from storage.store import Store


def tick(url: str, *, whole_book: bool = False, runs: int = 1) -> dict[str, float]:
    """`runs` ticks one after the other: the middle time, and the worst lag of the loop."""
    return measured("benchmarks.ticking:ticks", url=url, whole_book=whole_book, runs=runs)


async def ticks(url: str, whole_book: bool, runs: int) -> dict[str, Any]:
    """What `tick` does, in the other process."""
    store = Store.open(url)
    lag = Lag()
    try:
        # The book is read once before, so that both this and its floor find it in memory.
        async with store.read() as tx:
            await tx.connection.exec_driver_sql(
                "SELECT sum(length(custom || '')) FROM contracts"
                if store.dialect == "sqlite"
                else "SELECT sum(revision) FROM contracts"
            )
        watching = asyncio.create_task(watch_lag(lag))
        seconds = [await timed(lambda: _tick(store, whole_book)) for _ in range(runs)]
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    finally:
        await store.close()
    return {"seconds": sorted(seconds)[len(seconds) // 2], "lag_s": lag.worst_s}


async def _tick(store: Store, whole_book: bool) -> None:
    async with store.begin() as tx:
        await milestones.run(tx, RULES, NOW, whole_book=whole_book)

"""Rows of the floors table that no other benchmark has: rows put at once, and one row by its key."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from benchmarks.book import NOW, Book, build
from benchmarks.databases import Site, bare
from benchmarks.figures import Figure
from benchmarks.timing import median, stopwatch, timed
from storage.store import Store

MOST_ROWS, MOST_READS = 100_000, 2_000
INSERT_GOAL = {"sqlite": 4.0, "postgresql": 5.0}
HELD_GOAL, OWN_GOAL = 25.0, 200.0


def measure(site: Site, size: int, runs: int) -> list[Figure]:
    """A tenth of `size` rows are put, and a five-hundredth read one by one."""
    with site.fresh() as url:
        book = asyncio.run(build(url, max(size // 10, 600)))
        figures = [_put(site, url, min(MOST_ROWS, max(size // 10, 100)), runs)]
        return figures + _read(site, url, book, min(MOST_READS, max(size // 500, 20)), runs)


def _put(site: Site, url: str, count: int, runs: int) -> Figure:
    """Customers, through the repository that imports use."""
    seconds, floors = [], []
    for run in range(runs):
        first = 10_000_000 * (run + 1)
        seconds.append(asyncio.run(_ours(url, first, count)))
        floors.append(_bare(url, first, count))
    return Figure(
        "floors", site.dialect, f"put {count:,} customers", count / median(seconds), "rows/s",
        goal=INSERT_GOAL[site.dialect], floor=count / median(floors),
        floor_is="the same rows by executemany" if site.dialect == "sqlite" else "the same by COPY",
    )  # fmt: skip


async def _ours(url: str, first: int, count: int) -> float:
    store = Store.open(url)
    rows: list[dict[str, Any]] = [
        {"id": number, "name": f"New {number}", "team": "team 1"}
        for number in range(first, first + count)
    ]
    try:

        async def put() -> None:
            async with store.begin() as tx:
                await tx.allow_long_statements()
                await tx.accounts.add_many(rows, [], now=NOW)

        return await timed(put)
    finally:
        await store.close()


def _bare(url: str, first: int, count: int) -> float:
    """The rows that were put, taken out and put again by the driver alone."""
    with bare(url) as connection:
        found = connection.run("SELECT * FROM accounts WHERE id >= ?", [first]).fetchall()
        assert len(found) == count
        connection.run("DELETE FROM accounts WHERE id >= ?", [first])
        if not connection.sqlite:
            from psycopg.types.json import Jsonb

            found = [tuple(Jsonb(v) if isinstance(v, dict | list) else v for v in r) for r in found]
        with stopwatch() as watch:
            connection.run("BEGIN")
            if connection.sqlite:
                marks = ", ".join("?" * len(found[0]))
                connection.run_many(f"INSERT INTO accounts VALUES ({marks})", found)
            else:
                connection.copy("accounts", found)
            connection.run("COMMIT")
        connection.run("DELETE FROM accounts WHERE id >= ?", [first])
    return watch.seconds


def _read(site: Site, url: str, book: Book, reads: int, runs: int) -> list[Figure]:
    random = Random(13)
    wanted = [random.randint(1, book.accounts) for _ in range(reads)]
    raw, held, own = [], [], []
    for _ in range(runs):
        raw.append(_raw(url, wanted))
        in_one, each = asyncio.run(_through_store(url, wanted))
        held.append(in_one)
        own.append(each)
    floor = reads / median(raw)
    return [
        Figure(
            "floors", site.dialect, f"one row by its key, {what}", reads / median(seconds),
            "rows/s", goal=goal, floor=floor, floor_is="the driver alone, connected",
        )
        for what, seconds, goal in (
            ("in one transaction", held, HELD_GOAL),
            ("in a transaction each", own, OWN_GOAL),
        )
    ]  # fmt: skip


def _raw(url: str, wanted: list[int]) -> float:
    with bare(url) as connection, stopwatch() as watch:
        connection.run("BEGIN")
        for number in wanted:
            assert connection.run("SELECT * FROM accounts WHERE id = ?", [number]).fetchone()
    return watch.seconds


async def _through_store(url: str, wanted: list[int]) -> tuple[float, float]:
    store = Store.open(url)

    async def in_one() -> None:
        async with store.read() as tx:
            for number in wanted:
                assert await tx.accounts.get(number)

    async def each() -> None:
        for number in wanted:
            async with store.read() as tx:
                assert await tx.accounts.get(number)

    try:
        await in_one()  # what is compiled once is compiled now
        return await timed(in_one), await timed(each)
    finally:
        await store.close()

"""Importing a large sheet: the whole path, and what is written against bare executemany."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.book import NOW, RULES
from benchmarks.databases import Bare, Site, bare
from benchmarks.figures import Figure
from benchmarks.own_process import measured
from benchmarks.sheets import CONTRACTS_PER_CUSTOMER, write_sheets
from benchmarks.timing import Lag, median, stopwatch, watch_lag
from handlers.importing.bringing import FileToBring, bring
from handlers.importing.intake import read_file
from handlers.importing.plan import Author, apply
from storage.store import Store

MOST_ROWS = 100_000
WRITTEN = (
    "people",
    "accounts",
    "account_keys",
    "contacts",
    "contracts",
    "renewals",
    "health_due",
    "audit",
)
"""Every table that an import of contracts writes to, parents first."""

_AUTHOR = Author(None, "operator", "import")


def measure(site: Site, size: int, directory: Path, runs: int) -> list[Figure]:
    """A tenth of `size` rows (but at most `MOST_ROWS`), as CSV and as xlsx, into fresh databases."""
    rows = min(MOST_ROWS, max(size // 10, 20))
    sheets = write_sheets(directory, rows)
    return [
        *(_whole_path(site, rows, kind, path, runs) for kind, path in sheets.items()),
        _writing(site, rows, sheets["csv"], runs),
    ]


def _whole_path(site: Site, rows: int, kind: str, path: Path, runs: int) -> Figure:
    taken = []
    for _ in range(runs):
        with site.fresh() as url:
            taken.append(measured("benchmarks.importing:bring_in", url=url, path=str(path)))
    middle = {name: median([run[name] for run in taken]) for name in taken[0]}
    return Figure(
        "import",
        site.dialect,
        f"{rows:,} rows of {kind}, whole path",
        rows / middle["seconds"],
        "rows/s",
        goal=8_000,
        note=f"{rows // CONTRACTS_PER_CUSTOMER:,} customers, {middle['seconds']:.1f} s, "
        f"loop lag {middle['lag_s'] * 1000:.0f} ms, peak {middle['peak_mb']:.0f} MB",
    )


def _writing(site: Site, rows: int, path: Path, runs: int) -> Figure:
    seconds, floors = [], []
    for _ in range(runs):
        with site.fresh() as url:
            run = measured("benchmarks.importing:write_in", url=url, path=str(path))
            seconds.append(run["seconds"])
            floors.append(insert_again(url))
    return Figure(
        "import",
        site.dialect,
        f"{rows:,} rows, the transaction that plans and writes",
        median(seconds),
        "s",
        goal=4,
        floor=median(floors),
        floor_is="every row written, with audit and search keys, by bare executemany",
    )


async def bring_in(url: str, path: str) -> dict[str, Any]:
    """Import one file as the command line does."""
    store = Store.open(url)
    lag = Lag()
    watching = asyncio.create_task(watch_lag(lag))
    try:
        start = time.perf_counter()
        file = FileToBring(Path(path).name, Path(path))
        brought = await bring(store, [file], RULES, NOW, author=_AUTHOR, write=True)
        seconds = time.perf_counter() - start
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await store.close()
    assert brought.plan.new
    assert not brought.plan.refused
    return {"seconds": seconds, "lag_s": lag.worst_s}


async def write_in(url: str, path: str) -> dict[str, Any]:
    """Only the transaction of an import."""
    parsed = read_file(Path(path), Path(path).name)
    store = Store.open(url)
    try:
        start = time.perf_counter()
        async with store.begin() as tx:
            await apply(tx, parsed, RULES, NOW, author=_AUTHOR)
        seconds = time.perf_counter() - start
    finally:
        await store.close()
    return {"seconds": seconds}


def insert_again(url: str) -> float:
    """Seconds to put everything an import wrote into the emptied tables again, in one go."""
    with bare(url) as connection:
        rows = {table: _rows(connection, table) for table in WRITTEN}
        with connection.unguarded("audit"):
            for table in reversed(WRITTEN):
                connection.run(f"DELETE FROM {table}")
        if not connection.sqlite:
            connection.run("VACUUM FULL")
        with stopwatch() as watch:
            connection.run("BEGIN")
            for table, found in rows.items():
                if found:
                    marks = ", ".join("?" * len(found[0]))
                    connection.run_many(f"INSERT INTO {table} VALUES ({marks})", found)
            connection.run("COMMIT")
    return watch.seconds


def _rows(connection: Bare, table: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = connection.run(f"SELECT * FROM {table}").fetchall()
    if connection.sqlite:
        return rows
    from psycopg.types.json import Jsonb

    return [tuple(Jsonb(v) if isinstance(v, dict | list) else v for v in row) for row in rows]

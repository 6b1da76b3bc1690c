"""Scoring a whole book from its tables: the first run, a night with one customer in a hundred
changed, and one customer's card. `python -m benchmarks.health_book [--size N]`.

Every customer has a running term and twelve signals that the model reads, one observation each.
The floor reads the same rows and writes the same columns with the bare driver, in chunks of the
same size.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.databases import Bare, Site, SqliteSite, bare
from benchmarks.figures import Figure, table
from benchmarks.own_process import measured
from benchmarks.timing import median, percentile, stopwatch, timed
from handlers.health import health_of
from handlers.jobs import health
from handlers.models.writing import text_of
from handlers.rules import Rules
from scoring.health.default import DEFAULT_MODEL
from storage.store import Store

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
TODAY = NOW.date()
RULES = Rules()
SMALL_PART = 100
CARDS = 300

MODEL = replace(
    DEFAULT_MODEL,
    name="benchmark",
    signals=tuple(
        replace(one, name=f"s{n:02}", measure="", reads=f"s{n:02}", half_life_days=60.0)
        for n, one in enumerate(DEFAULT_MODEL.signals)
    ),
)

_READ = (
    "SELECT account_id, signal, observed_on, value FROM signals WHERE account_id BETWEEN ? AND ?",
    "SELECT account_id, id, starts_on, ends_on, countdown_on, seats, status, known_on, arr, priority "
    "FROM contracts WHERE account_id BETWEEN ? AND ?",
    "SELECT id, segment FROM accounts WHERE id BETWEEN ? AND ?",
)
_WRITTEN = ("health_scores", "health_history", "risk_warnings", "deliveries")


async def build(url: str, size: int) -> None:
    """Fill an empty database; the values step through the range between the anchors."""
    store = Store.open(url)
    try:
        async with store.begin() as tx:
            await tx.marks.next_rev()
            await tx.health_models.put_in_force(MODEL.name, text_of(MODEL), by="benchmark", at=NOW)
            await tx.fact_sources.heard("signals", "benchmark", TODAY, since=TODAY)
    finally:
        await store.close()
    with bare(url) as connection:
        connection.run("BEGIN")
        _fill(connection, size)
        connection.run("COMMIT")
        connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.run("ANALYZE")


def _fill(connection: Bare, size: int) -> None:
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    connection.run(
        f"{numbers} INSERT INTO accounts (id, name, name_key, segment, aliases, custom, created_at) "
        "SELECT i, 'Customer ' || i, 'customer' || i, CASE WHEN i % 4 = 0 THEN 'core' "
        "ELSE 'standard' END, '[]', '{}', '2026-01-01 00:00:00.000000' FROM n",
        [size],
    )
    connection.run(
        f"{numbers} INSERT INTO contracts (id, account_id, contract_no, number_key, starts_on, ends_on, "
        "arr, currency, seats, segment, auto_renew, countdown_on, countdown_no, due_month, known_on, "
        "clock_rev, status, priority, custom, revision, created_at) "
        "SELECT i, i, 'HT-' || i, 'ht-' || i, '2026-01-01', date(?, '+' || (i % 500) || ' days'), "
        "1000000000 + i * 10000, 'CNY', 50, 'standard', 0, date(?, '+' || (i % 500) || ' days'), 1, "
        "0, '2026-01-01', 1, 'active', 0, '{}', 0, '2026-01-01 00:00:00.000000' FROM n",
        [size, TODAY.isoformat(), TODAY.isoformat()],
    )
    names = ", ".join(
        f"('{one.reads}', {one.bad}, {one.good}, {place})"
        for place, one in enumerate(MODEL.signals)
    )
    connection.run(
        f"{numbers}, s (name, bad, good, place) AS (VALUES {names}) "
        "INSERT INTO signals (account_id, signal, observed_on, value) "
        "SELECT n.i, s.name, date(?, '-' || ((n.i + s.place) % 40) || ' days'), "
        "s.bad + (s.good - s.bad) * max((n.i * 7919 + s.place * 104729) % 1000, "
        "(n.i * 104723 + s.place * 7907) % 1000) / 1000.0 "
        "FROM n CROSS JOIN s",
        [size, TODAY.isoformat()],
    )


async def score(url: str, days: int = 0) -> dict[str, Any]:
    """One run of the job, in a process of its own."""
    store = Store.open(url)
    try:
        with stopwatch() as watch:
            did = await health.run(store, RULES, NOW + timedelta(days=days))
    finally:
        await store.close()
    return {"seconds": watch.seconds, "scored": did.scored, "warnings": did.warnings}


async def cards(url: str, size: int) -> dict[str, Any]:
    """Seconds of many customers' health, one after the other."""
    store = Store.open(url)
    try:
        seconds = [
            await timed(partial(_card, store, n * 7919 % size + 1)) for n in range(CARDS + 20)
        ]
    finally:
        await store.close()
    return {"p50": median(seconds[20:]), "p99": percentile(seconds[20:], 0.99)}


async def _card(store: Store, account_id: int) -> None:
    async with store.read() as tx:
        await health_of(tx, RULES, account_id, TODAY)


def floor(url: str, written: str, size: int) -> float:
    """Bare reading of the same rows, and bare writing of what the run wrote into `written`."""
    with bare(written) as source:
        rows = {name: source.run(f"SELECT * FROM {name}").fetchall() for name in _WRITTEN}
        order = source.run("SELECT priority, id FROM contracts").fetchall()
    with bare(url) as connection, stopwatch() as watch:
        for low in range(1, size + 1, health.CHUNK):
            high = low + health.CHUNK - 1
            connection.run("BEGIN IMMEDIATE")
            for statement in _READ:
                connection.run(statement, [low, high]).fetchall()
            for name in ("health_scores", "health_history"):
                _insert(connection, name, rows[name][low - 1 : high])
            connection.run_many(
                "UPDATE contracts SET priority = ? WHERE id = ?", order[low - 1 : high]
            )
            connection.run("COMMIT")
        connection.run("BEGIN IMMEDIATE")
        for name in ("risk_warnings", "deliveries"):
            _insert(connection, name, rows[name])
        connection.run("COMMIT")
    return watch.seconds


def _insert(connection: Bare, name: str, rows: list[Any]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.run_many(f"INSERT INTO {name} VALUES ({marks})", rows)


def measure(site: Site, size: int, say: Callable[[str], None] = lambda _line: None) -> list[Figure]:
    """The figures of a book of `size` customers."""
    what = f"{size:,} customers x 12 signals"
    with site.fresh() as url:
        asyncio.run(build(url, size))
        say("built")
        with site.copy(url) as work:
            first = measured("benchmarks.health_book:score", url=work)
            say(f"scored: {first}")
            with site.copy(url) as again:
                floor_s = floor(again, work, size)
            say(f"floor: {floor_s:.1f} s")
            with bare(work) as connection:
                changed = (
                    "INSERT INTO health_due SELECT id, 1 FROM accounts WHERE id * 7919 % 100 = 0"
                )
                connection.run(changed)
            night = measured("benchmarks.health_book:score", url=work)
            say(f"night: {night}")
            large = measured("benchmarks.health_book:cards", url=work, size=size)
    small_size = max(size // SMALL_PART, 1)
    with site.fresh() as url:
        asyncio.run(build(url, small_size))
        asyncio.run(score(url))
        small = measured("benchmarks.health_book:cards", url=url, size=small_size)
    return [
        Figure("health, whole book", site.dialect, what, first["seconds"], "s",
               goal=2.5, floor=floor_s, floor_is="the same rows read and written bare",
               note=f"{first['warnings']:,} warnings"),
        Figure("health, whole book", site.dialect, "peak memory", first["peak_mb"], "MB", goal=800),
        Figure("health, one in a hundred", site.dialect, f"{night['scored']:,} changed",
               night["seconds"], "s", goal=0.05, floor=first["seconds"], floor_is="the whole book"),
        Figure("health of one, p99", site.dialect, what, large["p99"], "s", goal=2,
               floor=small["p99"], floor_is=f"{small_size:,} customers",
               note=f"medians {large['p50'] * 1000:.1f} and {small['p50'] * 1000:.1f} ms"),
    ]  # fmt: skip


def main() -> None:
    """Measure on SQLite alone, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000)
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as directory:
        figures = measure(
            SqliteSite(Path(directory)), size, lambda line: print(line, file=sys.stderr, flush=True)
        )
    print(table(figures))


if __name__ == "__main__":
    main()

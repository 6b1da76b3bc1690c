"""Scoring a whole book from its tables: the first run, a night with one customer in a hundred
changed, a day on which every other customer got worse, and one customer's card.
`python -m benchmarks --only "health book" [--size N] [--database sqlite]`.

Every customer has a running term and twelve signals that the model reads, one observation each.
The floor reads the same rows and writes the same columns with the bare driver, in chunks of the
same size.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from benchmarks.book import numbers
from benchmarks.databases import Bare, Site, bare
from benchmarks.figures import Figure
from benchmarks.own_process import measured
from benchmarks.timing import Lag, median, percentile, stopwatch, timed, watch_lag
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
PEOPLE = 200

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
_STORED = {"health_scores": "account_id", "health_history": 'account_id, "on"'}
_TOLD = ("risk_warnings", "deliveries")


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
        if connection.sqlite:
            connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.run("ANALYZE")


def _fill(connection: Bare, size: int) -> None:
    """Rows in the database's own words: dates and JSON are text on SQLite, booleans numbers."""
    known, today = numbers(connection, size), f"'{TODAY.isoformat()}'"
    if connection.sqlite:
        empty, nothing, false, true = "'[]'", "'{}'", "0", "1"
        at, day = "'2026-01-01 00:00:00.000000'", "'2026-01-01'"
        ends_on = f"date({today}, '+' || (i % 500) || ' days')"
        ago = f"date({today}, '-' || ((n.i + s.place) % 40) || ' days')"
        most = "max"
    else:
        empty, nothing = "CAST('[]' AS JSONB)", "CAST('{}' AS JSONB)"
        false, true = "false", "true"
        at, day = "CAST('2026-01-01 00:00+00' AS TIMESTAMPTZ)", "CAST('2026-01-01' AS DATE)"
        ends_on = f"CAST({today} AS DATE) + CAST(i % 500 AS INT)"
        ago = f"CAST({today} AS DATE) - CAST((n.i + s.place) % 40 AS INT)"
        most = "greatest"
    connection.run(
        f"{numbers(connection, PEOPLE)} "
        "INSERT INTO people (id, name, name_key, role, wecom_id, linked, created_at) "
        f"SELECT i, 'Rep ' || i, 'rep' || i, 'rep', 'rep' || i, {true}, {at} FROM n"
    )
    connection.run(
        f"{known} "
        "INSERT INTO accounts (id, name, name_key, segment, aliases, custom, created_at) "
        "SELECT i, 'Customer ' || i, 'customer' || i, CASE WHEN i % 4 = 0 THEN 'core' "
        f"ELSE 'standard' END, {empty}, {nothing}, {at} FROM n"
    )
    connection.run(
        f"{known} "
        "INSERT INTO contracts (id, account_id, contract_no, number_key, starts_on, ends_on, "
        "arr, currency, seats, owner_id, segment, auto_renew, countdown_on, countdown_no, "
        "due_month, known_on, clock_rev, status, priority, custom, revision, created_at) "
        f"SELECT i, i, 'HT-' || i, 'ht-' || i, {day}, {ends_on}, 1000000000 + i * 10000, 'CNY', "
        f"50, 1 + i % {PEOPLE}, 'standard', {false}, {ends_on}, 1, 0, {day}, 1, 'active', 0, "
        f"{nothing}, 0, {at} FROM n"
    )
    names = ", ".join(
        f"('{one.reads}', {one.bad}, {one.good}, {place})"
        for place, one in enumerate(MODEL.signals)
    )
    connection.run(
        f"{known}, s (name, bad, good, place) AS (VALUES {names}) "
        "INSERT INTO signals (account_id, signal, observed_on, value) "
        f"SELECT n.i, s.name, {ago}, s.bad + (s.good - s.bad) * "
        f"{most}((n.i * 7919 + s.place * 104729) % 1000, "
        "(n.i * 104723 + s.place * 7907) % 1000) / 1000.0 FROM n CROSS JOIN s"
    )


def worsen(url: str) -> None:
    """Every other customer falls to where all is bad, and everybody is due."""
    with bare(url) as connection:
        for one in MODEL.signals:
            connection.run(
                f"UPDATE signals SET value = {one.bad} "
                f"WHERE signal = '{one.reads}' AND account_id % 2 = 0"
            )
        connection.run("INSERT INTO health_due SELECT id, 1 FROM accounts")
        connection.run("ANALYZE")


async def score(url: str, days: int = 0) -> dict[str, Any]:
    """One run of the job, in a process of its own; how long the event loop was held up, and how
    long somebody waited at the most who wrote a fact meanwhile."""
    store = Store.open(url)
    other = Store.open(url)
    lag, wait = Lag(), Lag()
    # What is imported on first use is no work of the run.
    import scoring.health.assess  # noqa: F401

    watchers = [
        asyncio.create_task(watch_lag(lag)),
        asyncio.create_task(_write_now_and_then(other if "sqlite" not in url else store, wait)),
    ]
    try:
        with stopwatch() as watch:
            did = await health.run(store, RULES, NOW + timedelta(days=days))
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await store.close()
        await other.close()
    return {
        "seconds": watch.seconds,
        "scored": did.scored,
        "warnings": did.warnings,
        "lag_s": lag.worst_s,
        "wait_s": wait.worst_s,
    }


async def _write_now_and_then(store: Store, wait: Lag) -> None:
    """A fact of a customer in the middle of what is scored, ten times a second."""
    while True:
        await asyncio.sleep(0.1)
        with stopwatch() as watch:
            async with store.begin() as tx:
                rows = await tx.connection.exec_driver_sql("SELECT min(account_id) FROM health_due")
                account_id = rows.scalar()
                if account_id is not None:
                    await tx.health.mark_due([account_id + 1])
        wait.worst_s = max(wait.worst_s, watch.seconds)


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
    with bare(url) as connection:
        last = {
            name: connection.scalar(f"SELECT coalesce(max(id), 0) FROM {name}") for name in _TOLD
        }
    with bare(written) as source:
        rows = {name: source.run(f"SELECT * FROM {name}").fetchall() for name in _STORED}
        told = {
            name: source.run(f"SELECT * FROM {name} WHERE id > ?", [last[name]]).fetchall()
            for name in _TOLD
        }
        order = source.run("SELECT priority, id FROM contracts").fetchall()
        upserts = {name: _upsert(source, name, key) for name, key in _STORED.items()}
    with bare(url) as connection, stopwatch() as watch:
        for low in range(1, size + 1, health.CHUNK):
            high = low + health.CHUNK - 1
            connection.run("BEGIN IMMEDIATE")
            for statement in _READ:
                connection.run(statement, [low, high]).fetchall()
            for name in _STORED:
                connection.run_many(upserts[name], rows[name][low - 1 : high])
            connection.run_many(
                "UPDATE contracts SET priority = ? WHERE id = ?", order[low - 1 : high]
            )
            connection.run("COMMIT")
        connection.run("BEGIN IMMEDIATE")
        for name in _TOLD:
            if told[name]:
                marks = ", ".join("?" * len(told[name][0]))
                connection.run_many(f"INSERT INTO {name} VALUES ({marks})", told[name])
        connection.run("COMMIT")
    return watch.seconds


def _upsert(source: Bare, name: str, key: str) -> str:
    columns = [f'"{row[1]}"' for row in source.run(f"PRAGMA table_info({name})").fetchall()]
    news = ", ".join(f"{column} = excluded.{column}" for column in columns)
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {name} VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {news}"


def measure(site: Site, size: int) -> list[Figure]:
    """The figures of a book of `size` customers; a floor only where SQLite's driver is one."""
    what = f"{size:,} customers x 12 signals"
    sqlite = site.dialect == "sqlite"
    floor_is = "the same rows read and written bare"
    figures = []
    with site.fresh() as url:
        asyncio.run(build(url, size))
        with site.copy(url) as work:
            first = measured("benchmarks.health_book:score", url=work)
            floors = _floor_of(site, url, work, size) if sqlite else None
            figures += _figures(site, what, first, floors, floor_is)
            with bare(work) as connection:
                changed = (
                    "INSERT INTO health_due SELECT id, 1 FROM accounts WHERE id * 7919 % 100 = 0"
                )
                connection.run(changed)
            night = measured("benchmarks.health_book:score", url=work)
            large = measured("benchmarks.health_book:cards", url=work, size=size)
            worsen(work)
            with site.copy(work) as again:
                worse = measured("benchmarks.health_book:score", url=again)
                floors = _floor_of(site, work, again, size) if sqlite else None
            many = f"{what}, every other one worse"
            figures += _figures(site, many, worse, floors, floor_is)
    small_size = max(size // SMALL_PART, 1)
    with site.fresh() as url:
        asyncio.run(build(url, small_size))
        asyncio.run(score(url))
        small = measured("benchmarks.health_book:cards", url=url, size=small_size)
    return [
        *figures,
        Figure("health, one in a hundred", site.dialect, f"{night['scored']:,} changed",
               night["seconds"], "s", goal=0.05, floor=first["seconds"], floor_is="the whole book"),
        Figure("health of one, p99", site.dialect, what, large["p99"], "s", goal=2,
               floor=small["p99"], floor_is=f"{small_size:,} customers",
               note=f"medians {large['p50'] * 1000:.1f} and {small['p50'] * 1000:.1f} ms"),
    ]  # fmt: skip


def _floor_of(site: Site, url: str, written: str, size: int) -> float:
    with site.copy(url) as again:
        return floor(again, written, size)


def _figures(
    site: Site, what: str, did: dict[str, float], floor_s: float | None, floor_is: str
) -> list[Figure]:
    return [
        Figure("health, whole book", site.dialect, what, did["seconds"], "s",
               goal=None if floor_s is None else 2.5, floor=floor_s,
               floor_is="" if floor_s is None else floor_is,
               note=f"{did['warnings']:,} warnings; somebody who wrote meanwhile waited "
               f"{did['wait_s'] * 1000:.0f} ms at the most"),
        Figure("health, whole book", site.dialect, "peak memory", did["peak_mb"], "MB", goal=800),
        Figure("health, whole book", site.dialect, "event-loop lag", did["lag_s"], "s", goal=0.1),
    ]  # fmt: skip

"""A process killed in the middle of scoring: nothing is lost, nothing is told or written twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from handlers.jobs import health
from handlers.jobs.health import HealthTick, Point
from scoring.model import Role, Segment
from storage.store import Store
from tests.databases import SqliteFiles
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    days_ago,
    everything,
    observe,
    term,
    ticket,
    use_weekly,
)

CUSTOMERS = 10
DAYS = 8
LATER = NOW + timedelta(days=DAYS)

WRITTEN = {
    "health_scores": ("account_id", "as_of", "score", "band", "band_since", "rules", "due_on"),
    "health_history": ("account_id", "on", "score", "band"),
    "risk_warnings": ("key", "account_id", "kind", "score", "band"),
    "deliveries": ("kind", "platform", "place", "contract_id", "state"),
    "opportunities": ("account_id", "kind", "stage"),
    "health_due": ("account_id",),
    "contracts": ("id", "priority"),
}


async def a_book_that_got_worse(store: Store) -> None:
    """Scored once; a week later every other customer is in trouble, and the others grow."""
    async with store.begin() as tx:
        await tx.marks.next_rev()
        ids = await add_accounts(tx, *([Segment.CORE] * CUSTOMERS))
        await tx.people.add({"name": "Li Lei", "role": Role.REP, "wecom_id": "lilei"}, now=NOW)
        await tx.contracts.add_many([term(n, n, owner_id=1) for n in ids])
        await connect(tx, "signals", "tickets", "payments", "events")
        for n in ids:
            await use_weekly(tx, n, 85)
    await health.run(store, RULES, NOW)
    async with store.begin() as tx:
        for n in ids:
            if n % 2:
                for number in range(8):
                    await ticket(tx, n, number, opened=-2, closed=None)
                await observe(tx, n, "active_users", {-ago: 4.0 for ago in range(1, DAYS)})
            else:
                attended = {"account_id": n, "event": "talk", "held_on": days_ago(-3)}
                await tx.facts.add("events", [{**attended, "response": "attended"}])
                answer = {"account_id": n, "kind": "csat", "answered_on": days_ago(-3)}
                await tx.facts.add("surveys", [{**answer, "respondent": "A", "score": 5.0}])


async def written(store: Store) -> dict[str, list[tuple[str, ...]]]:
    """What the job writes, without ids and instants, in one form for both databases."""
    found = {}
    for table, columns in WRITTEN.items():
        rows = await everything(store, table)
        found[table] = sorted(tuple(_plain(row[name]) for name in columns) for row in rows)
    return found


def _plain(value: Any) -> str:
    return f"{value:.9f}" if isinstance(value, float) else str(value)


@contextmanager
def scoring(database_url: str, point: str, passed: int) -> Iterator[subprocess.Popen[bytes]]:
    """A scoring process, which dies at that point."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.score_process", database_url, point, str(passed), "8"],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


async def end_of(database_url: str, point: str, passed: int) -> int:
    """How a scoring process ended."""
    with scoring(database_url, point, passed) as process:
        return await asyncio.to_thread(process.wait, 60)


@pytest.mark.parametrize(
    ("point", "passed", "kept"),
    [
        (Point.MARKED, 0, 0),
        (Point.TAKEN, 1, 4),
        (Point.STORED, 0, 0),
        (Point.WARNED, 1, 4),
        (Point.COMMITTED, 1, 8),
    ],
)
async def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(
    store: Store,
    database_url: str,
    sqlite_files: SqliteFiles,
    point: Point,
    passed: int,
    kept: int,
) -> None:
    with sqlite_files.fresh() as url:
        undisturbed = Store.open(url)
        await a_book_that_got_worse(undisturbed)
        did = await health.run(undisturbed, RULES, LATER)
        expected = await written(undisturbed)
        await undisturbed.close()
    assert did.scored == CUSTOMERS
    assert did.warnings == did.expansions == CUSTOMERS / 2
    assert len(expected["deliveries"]) >= CUSTOMERS

    await a_book_that_got_worse(store)
    assert await end_of(database_url, point, passed) == -signal.SIGKILL
    today = TODAY + timedelta(days=DAYS)
    scores = await everything(store, "health_scores")
    assert sum(str(row["as_of"]) == today.isoformat() for row in scores) == kept
    async with store.read() as tx:
        assert await tx.health.due_n(today) == CUSTOMERS - kept

    assert await end_of(database_url, "-", 0) == 0
    assert await written(store) == expected
    assert await health.run(store, RULES, LATER) == HealthTick()
    assert await written(store) == expected

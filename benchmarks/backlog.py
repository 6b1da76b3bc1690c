"""A backlog of alerts as a tick leaves it, each to be told by a message of its own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from benchmarks.book import NOW, RULES, Book, build
from benchmarks.databases import Bare, bare
from handlers.jobs import milestones
from storage.store import Store

DUE_SHARE = 0.1
"""At least so many of a book's contracts have an alert on its first day."""


def lay_backlog(url: str, alerts: int, place: str, places: int) -> int:
    """So many alerts of the day, alone, for `place` with a number in it; how many there are.

    Fewer where the book has fewer; nothing else waits.
    """
    asyncio.run(ticked(url, max(int(alerts / DUE_SHARE), 600)))
    with bare(url) as connection:
        connection.run("BEGIN")
        connection.run(
            # Neither deleted nor withdrawn: the audit would miss them, and put them again.
            "UPDATE deliveries SET state = 'sent', sent_at = ? WHERE kind <> 'milestone' "
            "OR id NOT IN (SELECT min(id) FROM deliveries GROUP BY contract_id ORDER BY 1 LIMIT ?)",
            [long_ago(connection), alerts],
        )
        before, _, after = place.partition("{}")
        connection.run(
            "UPDATE deliveries SET alone = true, due_at = ?, platform = 'wecom', "
            f"place = '{before}' || (id % {places}) || '{after}' WHERE state = 'waiting'",
            [at(connection)],
        )
        connection.run("COMMIT")
        if not connection.sqlite:
            connection.run("VACUUM ANALYZE")
        return int(connection.scalar("SELECT count(*) FROM deliveries WHERE state = 'waiting'"))


def states(url: str) -> dict[str, int]:
    """How many rows for robots are in which state; others may wait for tomorrow."""
    with bare(url) as connection:
        rows = connection.run(
            "SELECT state, count(*) FROM deliveries WHERE place LIKE 'robot:%' GROUP BY state"
        ).fetchall()
        return dict(rows)


def at(connection: Bare) -> object:
    """The morning of the book, as the driver takes it."""
    return "2026-11-23 01:07:00.000000" if connection.sqlite else NOW


def long_ago(connection: Bare) -> object:
    """A month before, as the driver takes it."""
    return "2026-10-23 01:07:00.000000" if connection.sqlite else NOW - timedelta(days=31)


async def ticked(url: str, size: int) -> Book:
    """A book after its first tick; everybody is in WeCom, under their number."""
    book = await build(url, size)
    store = Store.open(url)
    try:
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql("UPDATE people SET wecom_id = 'w' || id")
            await milestones.run(tx, RULES, NOW)
    finally:
        await store.close()
    return book

"""Lease and acknowledge rows of the outbox in batches of a hundred: bare SQL, and the product's."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime

from benchmarks.book import NOW
from benchmarks.databases import Bare, bare
from benchmarks.timing import stopwatch, timed
from scoring.model import DeliveryState
from storage.dispatches import Attempt, PlaceName
from storage.outbox import Notification
from storage.store import Store

BATCH = 100
STEADY = datetime(1970, 1, 2, tzinfo=UTC)
LEASE_S = 60.0

_LEASE = """
    UPDATE deliveries SET state = 'leased', lease_owner = ?, attempt_key = ?, leased_until = ?
    WHERE id IN (
        SELECT id FROM deliveries
        WHERE state = 'waiting' AND platform = 'slack' AND place = ? AND due_at <= ?
        ORDER BY id LIMIT ?{lock})
    RETURNING id, key, kind, facts
    """
_ACKNOWLEDGE = """
    UPDATE deliveries SET state = 'sent', sent_at = ?, receipt = ?, lease_owner = NULL,
        attempt_key = NULL, leased_until = NULL
    WHERE attempt_key = ? AND lease_owner = ? AND state = 'leased'
    """


def place(number: int) -> str:
    """One of the channels."""
    return f"#c{number}"


async def put_backlog(store: Store, places: int) -> None:
    """A hundred rows for each of some channels."""
    rows = [
        Notification(f"A-{n}", "milestone", "slack", place(n % places), NOW)
        for n in range(places * BATCH)
    ]
    async with store.begin() as tx:
        await tx.allow_long_statements()
        await tx.outbox.put(rows, now=NOW)


def wait_again(url: str) -> None:
    """Everything waits as it did at first."""
    with bare(url) as connection:
        connection.run("UPDATE deliveries SET state = 'waiting', sent_at = NULL, receipt = NULL")
        connection.run("PRAGMA wal_checkpoint(TRUNCATE)" if connection.sqlite else "VACUUM ANALYZE")


def raw_s(url: str, places: int) -> float:
    """Seconds to take and end everything, a batch by a transaction to take and one to end it."""
    with bare(url) as connection:
        lock = "" if connection.sqlite else " FOR UPDATE SKIP LOCKED"
        lease = _LEASE.format(lock=lock)
        now, until = _instant(connection, NOW), _instant(connection, STEADY)
        with stopwatch() as watch:
            for number in range(places):
                key = secrets.token_hex(8)
                connection.run("BEGIN")
                taken = connection.run(
                    lease, ["w", key, until, place(number), now, BATCH]
                ).fetchall()
                connection.run("COMMIT")
                connection.run("BEGIN")
                connection.run(_ACKNOWLEDGE, [now, "ts", key, "w"])
                connection.run("COMMIT")
                assert len(taken) == BATCH
        return watch.seconds


async def ours_s(store: Store, places: int, workers: int = 1) -> float:
    """The same through the repositories of delivery, shared by some workers."""
    numbers = iter(range(places))

    async def work(owner: str) -> None:
        for number in numbers:
            attempt = Attempt(owner, secrets.token_hex(8))
            async with store.begin() as tx:
                lease = await tx.dispatches.lease(
                    PlaceName("slack", place(number)), attempt, now=NOW, steady=STEADY,
                    lease_s=LEASE_S, limit=BATCH,
                )  # fmt: skip
            assert lease is not None
            assert len(lease.rows) == BATCH
            async with store.begin() as tx:
                sent = await tx.dispatches.conclude(
                    attempt, lease.ids, DeliveryState.SENT, sent_at=NOW, receipt="ts", error=None
                )
            assert sent == BATCH

    return await timed(lambda: asyncio.gather(*(work(f"w{n}") for n in range(workers))))


def _instant(connection: Bare, instant: datetime) -> object:
    if not connection.sqlite:
        return instant
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

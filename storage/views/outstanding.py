"""What of the outbox is not done, in numbers that cost the same however much was ever sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Instant
from storage.connections import HELD_MOST_S
from storage.pacing import live_pause
from storage.tables import connections, deliveries, pauses

# Literal, not bound: each of these reads one partial index and no row that was sent.
_WAITING = deliveries.c.state == literal_column("'waiting'")
_LEASED = deliveries.c.state == literal_column("'leased'")
_AMBIGUOUS = deliveries.c.state == literal_column("'ambiguous'")
_ENDED_BADLY: ColumnElement[bool] = literal_column("state IN ('failed', 'review')")


FORGOTTEN_AFTER = timedelta(days=7)
"""A connection that nobody held or tried for so long was taken out of the configuration."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one platform; `due` of it could go out by now, the oldest since then."""

    platform: str
    waiting: int
    due: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Everything that has no end, or a bad one.

    `expired` of the leased rows are held by nobody any more. `paused` are places by platform,
    `connections` those that only one replica may hold, by name: whether one does.
    """

    queues: tuple[Queue, ...]
    leased: int
    expired: int
    ambiguous: int
    failed: int
    review: int
    paused: dict[str, int]
    connections: dict[str, bool]


async def outstanding(
    connection: AsyncConnection, *, now: datetime, steady: datetime
) -> Outstanding:
    """Count it: `now` is what due dates go by, `steady` what leases and pauses do."""
    due = deliveries.c.due_at <= now
    oldest = func.min(case((due, deliveries.c.due_at)), type_=Instant())
    waiting = (
        select(deliveries.c.platform, func.count(), func.count(case((due, 1))), oldest)
        .where(_WAITING)
        .group_by(deliveries.c.platform)
    )
    queues = tuple(Queue(*row) for row in await connection.execute(waiting))
    over = func.count(case((deliveries.c.leased_until <= steady, 1)))
    leased, expired = (
        await connection.execute(select(func.count(), over).select_from(deliveries).where(_LEASED))
    ).one()
    ambiguous = await connection.scalar(
        select(func.count()).select_from(deliveries).where(_AMBIGUOUS)
    )
    bad = await _counts(
        connection,
        select(deliveries.c.state, func.count()).where(_ENDED_BADLY).group_by(deliveries.c.state),
    )
    paused = await _counts(
        connection,
        select(pauses.c.platform, func.count())
        .where(live_pause(steady))
        .group_by(pauses.c.platform),
    )
    held = await connection.execute(
        select(connections.c.name, connections.c.owner, connections.c.until).where(
            connections.c.changed_at >= now - FORGOTTEN_AFTER
        )
    )
    return Outstanding(
        queues=queues,
        leased=leased,
        expired=expired,
        ambiguous=ambiguous or 0,
        failed=bad.get("failed", 0),
        review=bad.get("review", 0),
        paused=paused,
        connections={
            row.name: row.owner is not None
            and row.until is not None
            and 0 < (row.until - steady).total_seconds() <= HELD_MOST_S
            for row in held
        },
    )


async def _counts(connection: AsyncConnection, query: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in await connection.execute(query)}

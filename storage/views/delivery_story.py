"""One delivery with all that hangs on it: customer, recipient, pause, posts, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.delivery_story import Decision, DeliveryStory, PostTold
from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.columns import Instant
from storage.pacing import live_pause
from storage.posts import Posts
from storage.tables import audit, pauses
from storage.views.problems import TERM_OF_ROW, rows_within

_INSTANTS = ("due_at", "created_at", "failures_since", "sent_at", "suspect_since")
_MOST_DECISIONS = 10


async def delivery_story(
    connection: AsyncConnection, delivery_id: int, *, reach: Reach, steady: datetime
) -> DeliveryStory | None:
    """What became of a delivery; None when there is none, or it is out of reach.

    `steady` is the time by which pauses end.
    """
    condition, values = rows_within(reach)
    query = (
        text(
            f"""
            SELECT d.id, d.key, d.kind, d.platform, d.place, d.state, d.batch, d.origin,
                   d.attempts, d.error, d.due_at, d.created_at, d.failures_since, d.sent_at,
                   d.suspect_since, p.name AS who, a.name AS account
            FROM deliveries d {TERM_OF_ROW}
            LEFT JOIN accounts a ON a.id = c.account_id
            LEFT JOIN people p ON p.id = d.person_id
            WHERE d.id = :id AND {condition}
            """  # noqa: S608 - fragments of our own
        )
        .bindparams(bindparam("id"))
        .columns(**{name: Instant() for name in _INSTANTS})
    )
    row = (await connection.execute(query, {"id": delivery_id, **values})).one_or_none()
    return None if row is None else await _told(connection, row, steady)


async def _told(connection: AsyncConnection, row: Row[Any], steady: datetime) -> DeliveryStory:
    posts = await Posts(connection).of_batch(row.batch) if row.batch else []
    state = DeliveryState(row.state)
    waits = state is DeliveryState.WAITING
    return DeliveryStory(
        id=row.id,
        key=row.key,
        kind=row.kind,
        platform=row.platform,
        place=row.place,
        who=row.who,
        account=row.account,
        state=state,
        put_at=row.created_at,
        due_at=row.due_at,
        origin=row.origin,
        attempts=row.attempts,
        failing_since=row.failures_since,
        sent_at=row.sent_at,
        error=row.error,
        suspect_since=row.suspect_since,
        rests=await _rests(connection, row.platform, row.place, steady) if waits else None,
        posts=tuple(
            PostTold(post.message_id, post.posted_at, post.part, post.parts, post.revision)
            for post in posts
        ),
        decisions=await _decisions(connection, row.id),
    )


async def _rests(
    connection: AsyncConnection, platform: str, place: str, steady: datetime
) -> str | None:
    """Why the place or the platform is paused now; its strikes stay when a pause has run out."""
    query = (
        select(pauses.c.reason)
        .where(
            pauses.c.platform == platform,
            pauses.c.place.in_((place, "")),
            live_pause(steady),
        )
        .order_by(pauses.c.place.desc())
        .limit(1)
    )
    reason: str | None = await connection.scalar(query)
    return reason


async def _decisions(connection: AsyncConnection, delivery_id: int) -> tuple[Decision, ...]:
    query = (
        select(audit.c.action, audit.c.actor, audit.c.at)
        .where(audit.c.subject == "delivery", audit.c.subject_id == delivery_id)
        .order_by(audit.c.id)
        .limit(_MOST_DECISIONS)
    )
    rows = await connection.execute(query)
    return tuple(
        Decision(row.action.removeprefix("delivery."), row.actor or "", row.at) for row in rows
    )

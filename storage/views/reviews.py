"""Deliveries in review, for whoever decides about all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.permissions import Reach
from storage.views.problems import TERM_OF_ROW, rows_within


@dataclass(frozen=True, slots=True)
class InReview:
    """One of them, and where it was to be told."""

    id: int
    platform: str
    place: str


async def in_review(connection: AsyncConnection, *, reach: Reach, limit: int) -> list[InReview]:
    """The oldest in review of what is within reach; nobody else decides about them meanwhile."""
    condition, values = rows_within(reach)
    held = "FOR UPDATE OF d" if connection.dialect.name == "postgresql" else ""
    rows = await connection.execute(
        text(
            f"""
            SELECT d.id, d.platform, d.place
            FROM deliveries d {TERM_OF_ROW}
            LEFT JOIN accounts a ON a.id = c.account_id
            WHERE d.state IN ('failed', 'review') AND d.state = 'review'
              AND {condition}
            ORDER BY d.id LIMIT :limit {held}
            """  # noqa: S608 - a fragment of our own
        ),
        {"limit": limit, **values},
    )
    return [InReview(row.id, row.platform, row.place) for row in rows]

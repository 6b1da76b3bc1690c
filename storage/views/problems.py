"""Deliveries that somebody has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.columns import Instant
from storage.views.reached import within


@dataclass(frozen=True, slots=True)
class DeliveryProblem:
    """A delivery that failed, needs review, or waits past its time."""

    state: DeliveryState
    kind: str
    platform: str
    place: str
    account: str | None
    due_at: datetime
    error: str | None


async def delivery_problems(
    connection: AsyncConnection, *, reach: Reach, overdue_at: datetime, limit: int
) -> list[DeliveryProblem]:
    """The latest problems of customers within reach, and of what is about no customer."""
    condition, values = within(reach, contract="c", account="a")
    rows = await connection.execute(
        text(
            f"""
            SELECT d.state, d.kind, d.platform, d.place, a.name, d.due_at, d.error
            FROM deliveries d LEFT JOIN contracts c ON c.id = d.contract_id
            LEFT JOIN accounts a ON a.id = c.account_id
            WHERE (d.state IN ('failed', 'review')
                   OR (d.state IN ('waiting', 'leased', 'ambiguous') AND d.due_at <= :overdue_at))
              AND (d.contract_id IS NULL OR {condition})
            ORDER BY d.id DESC LIMIT :limit
            """  # noqa: S608 - a fragment of our own
        )
        .bindparams(bindparam("overdue_at", type_=Instant()))
        .columns(due_at=Instant()),
        {"overdue_at": overdue_at, "limit": limit, **values},
    )
    return [_problem(row) for row in rows]


def _problem(row: Any) -> DeliveryProblem:
    return DeliveryProblem(
        DeliveryState(row.state), row.kind, row.platform, row.place, row.name, row.due_at, row.error
    )

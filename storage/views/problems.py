"""Deliveries that somebody has to look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.columns import Instant
from storage.views.reached import within


@dataclass(frozen=True, slots=True)
class DeliveryProblem:
    """A delivery that failed, needs review, or waits past its time."""

    id: int
    state: DeliveryState
    kind: str
    platform: str
    place: str
    account: str | None
    due_at: datetime
    error: str | None

    @property
    def code(self) -> str:
        """How chat lines name it."""
        return f"D-{self.id}"


TERM_OF_ROW = """
    LEFT JOIN opportunities o ON o.id = d.opportunity_id AND d.contract_id IS NULL
    LEFT JOIN contracts c ON c.id = COALESCE(d.contract_id, o.contract_id)
"""
"""Joins the term `c` that a delivery `d` is about: an expansion's rows name none of their own
(`Delivery.about`)."""


def rows_within(reach: Reach) -> tuple[str, dict[str, Any]]:
    """A condition on rows joined so, with their account `a`, and its parameters.

    What is about no customer (a notice to somebody) is nobody's but theirs who read every team.
    """
    condition, values = within(reach, contract="c", account="a")
    return (condition if reach.every_team else f"c.id IS NOT NULL AND {condition}"), values


# Each asks one partial index, and no row that was sent.
_TROUBLED = """
    SELECT id FROM deliveries WHERE state IN ('failed', 'review')
    UNION ALL SELECT id FROM deliveries WHERE state = 'waiting' AND due_at <= :overdue_at
    UNION ALL SELECT id FROM deliveries WHERE state = 'leased' AND due_at <= :overdue_at
    UNION ALL SELECT id FROM deliveries WHERE state = 'ambiguous' AND due_at <= :overdue_at
"""


async def delivery_problems(
    connection: AsyncConnection,
    *,
    reach: Reach,
    overdue_at: datetime,
    limit: int,
    only: int | None = None,
) -> list[DeliveryProblem]:
    """The latest problems of what is within reach.

    `only` asks for the one of that id.
    """
    condition, values = rows_within(reach)
    rows = await connection.execute(
        text(
            f"""
            SELECT d.id, d.state, d.kind, d.platform, d.place, a.name, d.due_at, d.error
            FROM deliveries d {TERM_OF_ROW}
            LEFT JOIN accounts a ON a.id = c.account_id
            WHERE d.id IN ({_TROUBLED}) AND {condition}
              {"" if only is None else "AND d.id = :only"}
            ORDER BY d.id DESC LIMIT :limit
            """  # noqa: S608 - a fragment of our own
        )
        .bindparams(bindparam("overdue_at", type_=Instant()))
        .columns(due_at=Instant()),
        {"overdue_at": overdue_at, "limit": limit, **values}
        | ({} if only is None else {"only": only}),
    )
    return [_problem(row) for row in rows]


def _problem(row: Any) -> DeliveryProblem:
    return DeliveryProblem(
        row.id,
        DeliveryState(row.state),
        row.kind,
        row.platform,
        row.place,
        row.name,
        row.due_at,
        row.error,
    )


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A delivery that did not arrive and that no lead was told of. `who` was to hear it.

    `limit_on` is the day it may not wait past. Notices are about no contract.
    """

    id: int
    contract_id: int | None
    opportunity_id: int | None
    team: str | None
    who: str
    platform: str
    place: str
    limit_on: date | None


async def undelivered(
    connection: AsyncConnection, *, note: str, notes: Collection[str], limit: int
) -> list[Undelivered]:
    """Bad ends without a note, the oldest first; keys of notes begin `{note}:{id}:`.

    `notes` are the beginnings of all notes: nothing is told of one that failed itself.
    """
    condition = "d.state IN ('failed', 'review')"
    return await _without_note(connection, condition, "d.id", note, notes, limit=limit)


async def held_up(
    connection: AsyncConnection,
    *,
    note: str,
    notes: Collection[str],
    error: str,
    limit_on: date,
    last_on: date,
    due_before: datetime,
    limit: int,
) -> list[Undelivered]:
    """What waits and may not: for that error, or on its last day, tried or not.

    What was tried or cannot be is told of from `limit_on`, a notice at once, because it has no day.
    Those without a note, the oldest first; keys of notes begin `{note}:{id}:`.
    """
    return await _without_note(
        connection,
        f"d.id IN ({_HELD_UP} UNION {_ON_THEIR_LAST_DAY})",
        "d.due_at, d.id",
        note,
        notes,
        limit=limit,
        due_before=due_before,
        error=error,
        limit_on=limit_on,
        last_on=last_on,
    )


# Each asks one index: all that waits is far too much to be read at every tick.
_HELD_UP = (
    "SELECT id FROM deliveries WHERE state = 'waiting' AND error IS NOT NULL "
    "AND due_at <= :due_before "
    "AND (error = :error OR limit_on <= :limit_on OR contract_id IS NULL)"
)
_ON_THEIR_LAST_DAY = (
    "SELECT id FROM deliveries WHERE state = 'waiting' AND due_at <= :due_before "
    "AND limit_on <= :last_on"
)

_TYPES: dict[str, TypeEngine[Any]] = {
    "due_before": Instant(),
    "limit_on": Date(),
    "last_on": Date(),
}


async def _without_note(
    connection: AsyncConnection,
    condition: str,
    order: str,
    note: str,
    notes: Collection[str],
    **values: object,
) -> list[Undelivered]:
    others = " ".join(f"AND d.key NOT LIKE '{one}:%'" for one in notes)
    query = text(
        f"""
        SELECT d.id, d.contract_id, d.opportunity_id, COALESCE(c.team, a.team) AS team,
               COALESCE(p.name, d.place) AS who, d.platform, d.place, d.limit_on
        FROM deliveries d {TERM_OF_ROW}
        LEFT JOIN accounts a ON a.id = c.account_id
        LEFT JOIN people p ON p.id = d.person_id
        WHERE {condition} AND d.kind NOT IN ('repaint', 'history') {others}
          AND NOT EXISTS (
            SELECT 1 FROM deliveries n WHERE n.contract_id = d.contract_id
              AND n.key LIKE '{note}:' || d.id || ':%')
          AND (d.contract_id IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM deliveries n WHERE n.contract_id IS NULL
              AND n.key LIKE '{note}:' || d.id || ':%'))
        ORDER BY {order} LIMIT :limit
        """  # noqa: S608 - words of our own
    )
    typed = [bindparam(name, type_=kind) for name, kind in _TYPES.items() if name in values]
    rows = await connection.execute(query.bindparams(*typed).columns(limit_on=Date()), values)
    return [
        Undelivered(
            row.id,
            row.contract_id,
            row.opportunity_id,
            row.team,
            row.who,
            row.platform,
            row.place,
            row.limit_on,
        )
        for row in rows
    ]

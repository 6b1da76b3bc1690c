"""Looks at the outbox from outside: does everything that was due have its rows, every row its end?

Deliberately apart from the statements that write the outbox: a mistake there must not hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    TextClause,
    bindparam,
    exists,
    literal_column,
    select,
    text,
    union_all,
)

from scoring.model import DeliveryState
from storage.columns import Instant
from storage.outbox import Delivery, delivery_of
from storage.repository import Repository
from storage.tables import deliveries, people, posts

_LIMIT = 1_000
"""No audit tells more of one kind: whoever reads it has to act on the first ones anyway."""

# Literal and one by one: each reads a partial index, and no row that was sent.
_OPEN = tuple(
    deliveries.c.state == literal_column(f"'{state}'")
    for state in ("waiting", "leased", "ambiguous")
)
_ENDED_BADLY: ColumnElement[bool] = literal_column("state IN ('failed', 'review')")

# `current`: no later milestone of the term was told.
_CURRENT = """
    NOT EXISTS (
        SELECT 1 FROM ledger n
        WHERE n.contract_id = l.contract_id AND n.countdown_no = l.countdown_no
          AND n.state = 'due' AND n.on_date > l.on_date)
"""
ROWS = """
    SELECT 1 FROM deliveries d
    WHERE d.contract_id = l.contract_id
      AND d.key LIKE 'milestone:' || l.contract_id || ':' || l.countdown_no || ':'
                     || l.anchor || ':' || l.offset_days || ':%'
"""
# What the ledger says was told, of terms that still run and whose renewal is undecided, without
# any row of the outbox; of current ones, without any that was not withdrawn.
_UNTOLD = f"""
    FROM ledger l
    JOIN contracts c ON c.id = l.contract_id AND c.countdown_no = l.countdown_no
    WHERE l.state = 'due' AND l.fired_at >= :since AND c.status = 'active'
      AND NOT EXISTS (
        SELECT 1 FROM opportunities o
        WHERE o.contract_id = l.contract_id AND o.countdown_no = l.countdown_no
          AND o.kind = 'renewal' AND o.stage IN ('won', 'lost'))
      AND NOT EXISTS ({ROWS} AND d.state <> 'superseded')
      AND (NOT EXISTS ({ROWS}) OR {_CURRENT})
"""  # noqa: S608 - fragments of our own
ALERT = "'milestone:' || l.contract_id || ':' || l.countdown_no || ':' || l.anchor || ':' || l.offset_days"
_UNREAD = f"{ALERT} NOT IN (SELECT alert FROM told_alerts)"  # noqa: S608
POSTED = """
    EXISTS (
        SELECT 1 FROM posts p
        WHERE p.contract_id = l.contract_id AND p.kind = 'milestone' AND p.posted_at >= l.fired_at)
"""


@dataclass(frozen=True, slots=True)
class Untold:
    """A due milestone without any row. `posted`: a message about it hangs somewhere all the same;
    `current`: it is the newest of its term, so that telling it now is still right. `alert` is what the
    keys of its rows begin with."""

    contract_no: str
    anchor: str
    offset_days: int
    on: date
    current: bool
    posted: bool
    alert: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An alert that was put for `audience` places and has rows for fewer."""

    contract_no: str
    alert: str
    audience: int
    rows: int


def untold_of(row: Row[Any]) -> Untold:
    """From a row of the columns of the same names."""
    return Untold(
        row.contract_no,
        row.anchor,
        row.offset_days,
        row.on_date if isinstance(row.on_date, date) else date.fromisoformat(row.on_date),
        bool(row.current),
        bool(row.posted),
        row.alert,
    )


class Auditing(Repository):
    """Questions whose answer should be empty."""

    async def untold(self, *, since: datetime) -> list[Untold]:
        """Due milestones that nobody has a row for."""
        rows = await self._connection.execute(
            _since(
                f"SELECT c.contract_no, l.anchor, l.offset_days, l.on_date, {_CURRENT} AS current, "
                f"{POSTED} AS posted, {ALERT} AS alert {_UNTOLD} ORDER BY c.contract_no, l.offset_days "
                f"LIMIT {_LIMIT}"
            ),
            {"since": since},
        )
        return [untold_of(row) for row in rows]

    async def take_up_untold(self, *, since: datetime) -> None:
        """Hand those that should still be told to `Countdown.announce`.

        Not those of `told_alerts` (`Vanishing.gather`): somebody may have read them.
        """
        await self._connection.execute(text("DROP TABLE IF EXISTS tick_new"))
        await self._connection.execute(
            _since(
                "CREATE TEMPORARY TABLE tick_new AS SELECT l.contract_id, l.countdown_no, "
                f"l.anchor, l.offset_days, l.on_date, l.state {_UNTOLD} "
                f"AND {_CURRENT} AND NOT {POSTED} AND {_UNREAD}"
            ),
            {"since": since},
        )

    async def tell_after_all(self) -> int:
        """Let the withdrawn rows of what was taken up wait again; returns how many."""
        result = await self._connection.execute(
            text(
                "UPDATE deliveries SET state = 'waiting', batch = NULL, error = NULL "
                "WHERE state = 'superseded' AND kind = 'milestone' "
                "AND contract_id IN (SELECT contract_id FROM tick_new) "
                "AND EXISTS (SELECT 1 FROM tick_new n WHERE n.contract_id = deliveries.contract_id "
                "AND deliveries.key LIKE 'milestone:' || n.contract_id || ':' || n.countdown_no "
                "|| ':' || n.anchor || ':' || n.offset_days || ':%')"
            )
        )
        return int(getattr(result, "rowcount", 0))

    async def missing(self, *, since: datetime) -> list[Missing]:
        """Alerts that have fewer rows than they were put for."""
        rows = await self._connection.execute(
            _since(
                f"""
                SELECT c.contract_no, a.alert, a.audience, a.places FROM (
                    SELECT max(contract_id) AS contract_id,
                           max(opportunity_id) AS opportunity_id,
                           max(audience) AS audience, count(*) AS places,
                           substr(key, 1, length(key) - length(platform) - length(place) - 2)
                               AS alert
                    FROM deliveries WHERE audience IS NOT NULL AND created_at >= :since
                    GROUP BY 5
                    HAVING count(*) < max(audience)) a
                LEFT JOIN opportunities o ON o.id = a.opportunity_id
                JOIN contracts c ON c.id = COALESCE(a.contract_id, o.contract_id)
                ORDER BY c.contract_no, a.alert LIMIT {_LIMIT}
                """  # noqa: S608 - a number of our own
            ),
            {"since": since},
        )
        return [Missing(row.contract_no, row.alert, row.audience, row.places) for row in rows]

    async def unregistered(self, *, since: datetime) -> list[Delivery]:
        """Deliveries that were sent and whose post is not in the registry any more.

        Posts to people who left are forgotten on purpose.
        """
        return await self._rows(
            deliveries.c.state == DeliveryState.SENT,
            deliveries.c.sent_at >= since,
            deliveries.c.batch.is_not(None),
            deliveries.c.receipt.is_not(None),
            ~exists().where(posts.c.batch == deliveries.c.batch),
            ~exists().where(people.c.id == deliveries.c.person_id, people.c.left_on.is_not(None)),
        )

    async def overdue(self, *, before: datetime) -> list[Delivery]:
        """Rows without an end that should have been sent before then."""
        late = deliveries.c.due_at < before
        ids = union_all(*(select(deliveries.c.id).where(is_open, late) for is_open in _OPEN))
        return await self._rows(deliveries.c.id.in_(ids))

    async def ended_badly(self, *, since: datetime) -> list[Delivery]:
        """Rows that failed, or that a person has to look at."""
        return await self._rows(_ENDED_BADLY, deliveries.c.created_at >= since)

    async def sweep_parcels(self) -> None:
        """Drop messages on their way whose rows have all come to an end."""
        await self._connection.execute(
            text(
                "DELETE FROM parcels WHERE NOT EXISTS (SELECT 1 FROM deliveries d "
                "WHERE d.batch = parcels.key AND d.state NOT IN "
                "('sent', 'failed', 'superseded', 'review'))"
            )
        )

    async def _rows(self, *conditions: Any) -> list[Delivery]:
        query = select(deliveries).where(*conditions).order_by(deliveries.c.id).limit(_LIMIT)
        return [delivery_of(row) for row in await self._connection.execute(query)]


def _since(sql: str) -> TextClause:
    return text(sql).bindparams(bindparam("since", type_=Instant()))

"""Rows whose outcome nobody knows: when their lease ran out, and when it is time to look.

Deadlines are in steady time. One further away than we ever set one is from another time line
(SQLite's steady clock starts anew with the machine) and counts as passed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from scoring.model import DeliveryState
from storage.dispatches import Attempt, Lease, PlaceName
from storage.outbox import delivery_of
from storage.repository import Repository
from storage.tables import deliveries

LEASE_MOST_S = 600
"""No lease is longer."""

SETTLE_MOST_S = 3_600
"""No ambiguous row waits longer for the next look."""

# Literal, not bound: a bound state would lose the partial indexes (reliability.md, Databases).
_LEASED = deliveries.c.state == literal_column("'leased'")
_AMBIGUOUS = deliveries.c.state == literal_column("'ambiguous'")


class Settling(Repository):
    """Ambiguous rows, from the lease that ran out to the look that decides."""

    async def expire(self, *, steady: datetime, settle_s: float) -> int:
        """Leases that ran out become ambiguous: their worker may have sent before it died.

        Rows without a message were leased but never made: nothing went out, nothing to wait for.
        """
        result = await self._connection.execute(
            update(deliveries)
            .where(_LEASED, _passed(deliveries.c.leased_until, steady, LEASE_MOST_S))
            .values(
                state=DeliveryState.AMBIGUOUS,
                settle_until=case(
                    (deliveries.c.batch.is_(None), steady),
                    else_=steady + timedelta(seconds=settle_s),
                ),
                error="delivery.error.expired",
            )
        )
        return result.rowcount

    async def leave(self, owner: str, *, steady: datetime, settle_s: float) -> tuple[int, int]:
        """Let go of what a worker holds that stops now; returns how many wait again, are in doubt.

        What no message was made of may be sent by others at once; of the rest they need not wait
        for the end of a lease that nobody will use.
        """
        held = _LEASED & (deliveries.c.lease_owner == owner)
        nobody = {"lease_owner": None, "attempt_key": None, "leased_until": None}
        untouched = await self._connection.execute(
            update(deliveries)
            .where(held, deliveries.c.batch.is_(None))
            .values(state=DeliveryState.WAITING, settle_until=None, **nobody)
        )
        doubted = await self._connection.execute(
            update(deliveries)
            .where(held)
            .values(
                state=DeliveryState.AMBIGUOUS,
                settle_until=steady + timedelta(seconds=settle_s),
                error="delivery.error.expired",
                **nobody,
            )
        )
        return untouched.rowcount, doubted.rowcount

    async def settled(
        self, *, steady: datetime, limit: int, without: Collection[PlaceName] = ()
    ) -> list[tuple[PlaceName, str | None]]:
        """Batches of ambiguous rows whose time to look has come; None: rows without a message."""
        others = tuple_(deliveries.c.platform, deliveries.c.place).not_in(
            [(place.platform, place.place) for place in without]
        )
        query: Select[Any] = (
            select(deliveries.c.platform, deliveries.c.place, deliveries.c.batch)
            .where(_AMBIGUOUS, _passed(deliveries.c.settle_until, steady, SETTLE_MOST_S), others)
            .group_by(deliveries.c.platform, deliveries.c.place, deliveries.c.batch)
            .order_by(func.min(deliveries.c.settle_until))
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [(PlaceName(row.platform, row.place), row.batch) for row in rows]

    async def take(
        self,
        place: PlaceName,
        batch: str | None,
        attempt: Attempt,
        *,
        steady: datetime,
        lease_s: float,
    ) -> Lease | None:
        """Take a settled batch for a look; it stays ambiguous, so that a crash costs nothing."""
        picked = (
            select(deliveries.c.id)
            .where(
                _AMBIGUOUS,
                deliveries.c.platform == place.platform,
                deliveries.c.place == place.place,
                deliveries.c.batch.is_(None) if batch is None else deliveries.c.batch == batch,
                _passed(deliveries.c.settle_until, steady, SETTLE_MOST_S),
            )
            .with_for_update(skip_locked=True)
            .cte("picked")
        )
        rows = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(select(picked.c.id)), _AMBIGUOUS)
            .values(
                lease_owner=attempt.owner,
                attempt_key=attempt.key,
                settle_until=steady + timedelta(seconds=lease_s),
            )
            .returning(*deliveries.c)
        )
        taken = tuple(sorted((delivery_of(row) for row in rows), key=lambda row: row.id))
        return Lease(attempt, place, taken) if taken else None

    async def put_off(self, place: PlaceName, batch: str | None, *, until: datetime) -> None:
        """Look at a batch later, without reading it: that is what went wrong."""
        await self._connection.execute(
            update(deliveries)
            .where(
                _AMBIGUOUS,
                deliveries.c.platform == place.platform,
                deliveries.c.place == place.place,
                deliveries.c.batch.is_(None) if batch is None else deliveries.c.batch == batch,
            )
            .values(settle_until=until)
        )


def _passed(column: Any, steady: datetime, most_s: float) -> ColumnElement[bool]:
    return or_(column <= steady, column > steady + timedelta(seconds=most_s))

"""Rows that a lost book may have told: marked after a restore, looked for, believed again.

`suspect_since` is when the restored copy was taken. A row that carries it is never sent: whoever
leases it either finds it where it was to be told, or clears the mark, or asks a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update

from scoring.model import DeliveryState
from storage.dispatches import REPAINT
from storage.repository import Repository
from storage.tables import deliveries

_ON_ITS_WAY = (DeliveryState.LEASED, DeliveryState.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many rows are doubted, in how many places."""

    rows: int
    places: int


class Doubting(Repository):
    """The mark of doubt."""

    async def begin(self, *, backup_at: datetime, now: datetime, settle: timedelta) -> Doubted:
        """Doubt every row without an end that is due by now; none is looked for before `settle`.

        Whatever was on its way when the copy was taken waits again, with its message. Edits may
        be repeated, so they are not doubted.
        """
        waits = deliveries.c.state == DeliveryState.WAITING
        await self._connection.execute(
            update(deliveries)
            .where(
                or_(
                    and_(waits, deliveries.c.due_at <= now),
                    deliveries.c.state.in_(_ON_ITS_WAY),
                ),
                deliveries.c.kind != REPAINT,
                deliveries.c.suspect_since.is_(None),
            )
            .values(
                state=DeliveryState.WAITING,
                due_at=now + settle,
                suspect_since=backup_at,
                lease_owner=None,
                leased_until=None,
                settle_until=None,
                attempt_key=None,
                error=None,
            )
        )
        doubted = select(deliveries.c.platform, deliveries.c.place).where(
            waits, deliveries.c.suspect_since.is_not(None)
        )
        rows = select(func.count()).select_from(doubted.subquery())
        places = select(func.count()).select_from(doubted.distinct().subquery())
        return Doubted(
            rows=await self._connection.scalar(rows) or 0,
            places=await self._connection.scalar(places) or 0,
        )

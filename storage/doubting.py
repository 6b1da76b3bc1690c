"""Rows that a lost book may have told: marked after a restore, looked for, believed again.

`suspect_since` is when the restored copy was taken. A row that carries it is never sent: whoever
leases it either finds it where it was to be told, or clears the mark, or asks a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, update

from scoring.model import DeliveryState
from storage.leasing import REPAINT
from storage.outbox import Delivery
from storage.repository import Repository
from storage.tables import deliveries, ledger, opportunities, posts, risk_warnings

_EXPANSION = "expansion"
_WARNING = "warning"
_ESCALATION = "escalation"

_ON_ITS_WAY = (DeliveryState.LEASED, DeliveryState.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many rows are doubted, in how many places."""

    rows: int
    places: int


class Doubting(Repository):
    """The mark of doubt."""

    async def begin(self, *, backup_at: datetime, now: datetime, settle: timedelta) -> Doubted:
        """Doubt every row without an end that may have been told; none is looked for before `settle`.

        That is what is due by now, and whatever was put since the copy was taken: the lost book put
        it earlier than this one, maybe in working hours that are over now. Whatever was on its way
        when the copy was taken waits again, with its message. Edits may be repeated, so they are
        not doubted.
        """
        waits = deliveries.c.state == DeliveryState.WAITING
        settled_at = now + settle
        await self._connection.execute(
            update(deliveries)
            .where(
                or_(
                    and_(
                        waits,
                        or_(deliveries.c.due_at <= now, deliveries.c.created_at > backup_at),
                    ),
                    deliveries.c.state.in_(_ON_ITS_WAY),
                ),
                deliveries.c.kind != REPAINT,
                deliveries.c.suspect_since.is_(None),
            )
            .values(
                state=DeliveryState.WAITING,
                # What turns out not to be there is told in its hours, not when it was looked for.
                due_at=case(
                    (deliveries.c.due_at > settled_at, deliveries.c.due_at), else_=settled_at
                ),
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

    async def names(self, rows: Sequence[Delivery]) -> dict[int, str]:
        """What each row tells, by its id, as every book that came from the same backup calls it.

        Its key, but for what two books may number or date differently: expansions are opened anew
        after a restore under other ids, warnings on another day. What is graver is another warning.
        Escalations are called by the milestone that announced the renewal.
        """
        accounts = await self._accounts(
            {row.opportunity_id or 0 for row in rows if row.kind == _EXPANSION}
        )
        bands = await self._bands({_warning(row) for row in rows if row.kind == _WARNING})
        milestones = await self._milestones([row.id for row in rows if row.kind == _ESCALATION])
        names: dict[int, str] = {}
        for row in rows:
            names[row.id] = row.key
            if row.key.startswith(f"{_EXPANSION}:"):
                kind, number, where = row.key.split(":", 2)
                names[row.id] = f"{kind}:of:{accounts.get(int(number))}:{where}"
            elif row.key.startswith(f"{_WARNING}:"):
                kind, account, _day, reasons = row.key.split(":", 3)
                names[row.id] = f"{kind}:{account}:{bands.get(_warning(row))}:{reasons}"
            elif row.key.startswith(f"{_ESCALATION}:") and row.id in milestones:
                kind, _number, _day, where = row.key.split(":", 3)
                names[row.id] = f"{kind}:of:{milestones[row.id]}:{where}"
        return names

    async def registered(self, keys: Collection[str]) -> set[str]:
        """Which of these posts this book knows of, by what they were sent under."""
        query = select(posts.c.attempt_key).where(posts.c.attempt_key.in_(sorted(keys)))
        return set(await self._connection.scalars(query))

    async def _accounts(self, numbers: Collection[int]) -> dict[int, int]:
        query = select(opportunities.c.id, opportunities.c.account_id).where(
            opportunities.c.id.in_(sorted(numbers))
        )
        return {row.id: row.account_id for row in await self._connection.execute(query)}

    async def _bands(self, numbers: Collection[int]) -> dict[int, str | None]:
        query = select(risk_warnings.c.id, risk_warnings.c.band).where(
            risk_warnings.c.id.in_(sorted(numbers))
        )
        return {row.id: row.band for row in await self._connection.execute(query)}

    async def _milestones(self, ids: Sequence[int]) -> dict[int, str]:
        """Of each row the newest milestone of its renewal that was told when the row was put."""
        if not ids:
            return {}
        of = ledger.c
        query = (
            select(deliveries.c.id, of.contract_id, of.countdown_no, of.anchor, of.offset_days)
            .join(opportunities, opportunities.c.id == deliveries.c.opportunity_id)
            .join(
                ledger,
                and_(
                    of.contract_id == opportunities.c.contract_id,
                    of.countdown_no == opportunities.c.countdown_no,
                ),
            )
            .where(
                deliveries.c.id.in_(ids),
                of.state == "due",
                of.fired_at <= deliveries.c.created_at,
            )
            .order_by(of.on_date, of.fired_at)
        )
        rows = await self._connection.execute(query)
        return {row[0]: ":".join(map(str, row[1:])) for row in rows}


def _warning(row: Delivery) -> int:
    return int(row.facts.get("warning", 0))

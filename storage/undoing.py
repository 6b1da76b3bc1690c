"""Taking a change back by its audit: only where nobody changed the same fields since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Table, delete, exists, select, update

from scoring.model import ContractStatus
from storage.carrying import bring_back_expansions, follow_countdown
from storage.columns import Amount, Instant
from storage.contracts import changed
from storage.health_marks import mark_due
from storage.repository import Repository
from storage.tables import (
    contracts,
    deliveries,
    ledger,
    opportunities,
    outcomes,
    renewals,
    touches,
)

_TABLES: Mapping[str, Table] = {
    "contract": contracts,
    "opportunity": opportunities,
    "touch": touches,
}
_COUNTERS = {"contract": contracts.c.revision, "opportunity": opportunities.c.version}


class Undoing(Repository):
    """Compare-and-set of whole sets of fields, as the audit's documents name them.

    The row is locked while it is compared, so nothing comes between.
    """

    async def swap(
        self,
        subject: str,
        subject_id: int,
        *,
        expect: Mapping[str, Any],
        values: Mapping[str, Any],
        clock_rev: int | None = None,
    ) -> bool:
        """Set `values` where all of `expect` still hold; false where one does not.

        Fields that are no columns are notes of the audit and left out. A contract's countdown
        follows from its fields; `clock_rev` tells the clock that it changed.
        """
        table = _TABLES[subject]
        row = (
            await self._connection.execute(
                select(table).where(table.c.id == subject_id).with_for_update()
            )
        ).one_or_none()
        if row is None:
            return False
        now = row._mapping
        for name, value in expect.items():
            if name in table.c and now[name] != _value(table.c[name], value):
                return False
        new = {
            name: _value(table.c[name], value) for name, value in values.items() if name in table.c
        }
        if subject == "contract":
            new |= changed(dict(now), new)
            new["clock_rev"] = clock_rev
        counter = _COUNTERS.get(subject)
        if counter is not None:
            new[counter.name] = counter + 1
        await self._connection.execute(update(table).where(table.c.id == subject_id).values(**new))
        if subject == "contract" and "countdown_no" in new:
            await follow_countdown(self._connection, subject_id)
        if subject == "touch":
            await mark_due(self._connection, [row.account_id])
        return True

    async def withdraw_successor(self, contract_id: int, *, on: date, clock_rev: int) -> None:
        """Take a successor term out again: removed when nothing hangs on it, else cancelled."""
        await bring_back_expansions(self._connection, contract_id)
        await self._connection.execute(
            delete(renewals).where(renewals.c.successor_id == contract_id)
        )
        hangs = [
            exists().where(table.c.contract_id == contract_id)
            for table in (ledger, opportunities, deliveries, touches, outcomes)
        ]
        account_id = await self._connection.scalar(
            delete(contracts)
            .where(contracts.c.id == contract_id, *(~one for one in hangs))
            .returning(contracts.c.account_id)
        )
        if account_id is not None:
            # A term that is gone cannot tell the clock that it changed.
            await mark_due(self._connection, [account_id])
        else:
            await self._connection.execute(
                update(contracts)
                .where(contracts.c.id == contract_id)
                .values(
                    status=ContractStatus.CANCELLED,
                    cancelled_on=on,
                    clock_rev=clock_rev,
                    revision=contracts.c.revision + 1,
                )
            )

    async def forget_outcome(self, contract_id: int) -> None:
        """Remove an outcome that was decided in chat."""
        await self._connection.execute(
            delete(outcomes).where(outcomes.c.contract_id == contract_id, outcomes.c.from_chat)
        )


def _value(column: Column[Any], written: Any) -> Any:
    """What the audit's plain document says, as the column holds it."""
    if not isinstance(written, str):
        return written
    kind = column.type
    if isinstance(kind, Amount):
        return Decimal(written)
    if isinstance(kind, Date):
        return date.fromisoformat(written)
    if isinstance(kind, Instant):
        return datetime.fromisoformat(written)
    return written

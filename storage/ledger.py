"""Reading the ledger: what was told when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storage.people import name_key
from storage.repository import Repository
from storage.tables import accounts, contracts, ledger


class Ledger(Repository):
    """Milestones told and superseded; written by `Countdown` alone."""

    async def rows(self, account: str | None = None) -> list[dict[str, Any]]:
        """Entries by contract and day, of one customer or of all."""
        query = (
            select(
                contracts.c.contract_no,
                ledger.c.anchor,
                ledger.c.offset_days.label("offset"),
                ledger.c.on_date.label("on"),
                ledger.c.state,
                ledger.c.fired_on,
            )
            .join(contracts, contracts.c.id == ledger.c.contract_id)
            .order_by(contracts.c.contract_no, ledger.c.on_date, ledger.c.offset_days.desc())
        )
        if account is not None:
            query = query.join(accounts, accounts.c.id == contracts.c.account_id).where(
                accounts.c.name_key == name_key(account)
            )
        return [dict(row._mapping) for row in await self._connection.execute(query)]

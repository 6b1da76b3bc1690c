"""Our own impressions of customers: one a customer and day, and taking the last one back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, select

from storage.repository import Repository, upsert
from storage.tables import accounts, signals
from storage.views.newest_signals import MOOD


@dataclass(frozen=True, slots=True)
class KeptMood:
    """An impression as it is kept; `source` is who told it."""

    value: float
    note: str | None = None
    source: str | None = None

    def document(self) -> dict[str, Any]:
        """What the audit remembers."""
        return asdict(self)


class Moods(Repository):
    """The signal `sentiment`, written from chat."""

    async def put(self, account_id: int, on: date, mood: KeptMood) -> KeptMood | None:
        """Keep it as that day's impression; what it replaces, if anything."""
        before = await self._locked(account_id, on)
        await self._connection.execute(
            upsert(
                self._connection,
                signals,
                ("account_id", "signal", "observed_on"),
                ("value", "note", "source"),
            ),
            {"account_id": account_id, "signal": MOOD, "observed_on": on, **mood.document()},
        )
        return before

    async def take_back(
        self, account_id: int, on: date, *, expect: KeptMood, before: KeptMood | None
    ) -> bool:
        """Put back what was there `before`; false when somebody said something else since."""
        if await self._locked(account_id, on) != expect:
            return False
        if before is None:
            await self._connection.execute(delete(signals).where(_of_day(account_id, on)))
        else:
            await self.put(account_id, on, before)
        return True

    async def _locked(self, account_id: int, on: date) -> KeptMood | None:
        """That day's impression; the customer is locked, so that nobody else tells one meanwhile."""
        lock = select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()
        await self._connection.execute(lock)
        query = select(signals.c.value, signals.c.note, signals.c.source)
        row = (await self._connection.execute(query.where(_of_day(account_id, on)))).one_or_none()
        return None if row is None else KeptMood(row.value, row.note, row.source)


def _of_day(account_id: int, on: date) -> Any:
    return and_(
        signals.c.account_id == account_id,
        signals.c.signal == MOOD,
        signals.c.observed_on == on,
    )

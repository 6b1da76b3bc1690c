"""Which team or customer a channel or group belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from storage.repository import Repository, upsert
from storage.tables import bindings


@dataclass(frozen=True, slots=True)
class Binding:
    """A place and what it is about: a team, a customer, or both."""

    platform: str
    place: str
    team: str | None
    account_id: int | None


class Bindings(Repository):
    """Places bound from chat; those of the configuration come on top (handlers/audience.py)."""

    async def of_place(self, platform: str, place: str) -> Binding | None:
        """What a place is bound to."""
        query = select(bindings).where(bindings.c.platform == platform, bindings.c.place == place)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Binding(row.platform, row.place, row.team, row.account_id)

    async def everywhere(self) -> list[Binding]:
        """All bound places."""
        rows = await self._connection.execute(
            select(bindings).order_by(bindings.c.platform, bindings.c.place)
        )
        return [Binding(row.platform, row.place, row.team, row.account_id) for row in rows]

    async def bind(self, binding: Binding, *, by_id: int | None, at: datetime) -> None:
        """Bind a place, replacing what it was bound to."""
        columns = ["team", "account_id", "bound_by_id", "at"]
        statement = upsert(self._connection, bindings, ["platform", "place"], columns)
        await self._connection.execute(
            statement.values(
                platform=binding.platform,
                place=binding.place,
                team=binding.team,
                account_id=binding.account_id,
                bound_by_id=by_id,
                at=at,
            )
        )

    async def unbind(self, platform: str, place: str) -> bool:
        """Forget a place; false when it was not bound."""
        result = await self._connection.execute(
            delete(bindings).where(bindings.c.platform == platform, bindings.c.place == place)
        )
        return bool(result.rowcount)

"""Settings that people change from chat, as small documents by key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.repository import Repository, upsert
from storage.tables import settings

_VALUE = select(settings.c.value).where(settings.c.key == bindparam("key"))


class Settings(Repository):
    """Key and value."""

    async def get(self, key: str) -> Any:
        """The value, None when it was never set."""
        return await self._connection.scalar(_VALUE, {"key": key})

    async def put(self, key: str, value: Any, *, at: datetime) -> None:
        """Set a value."""
        statement = upsert(self._connection, settings, ["key"], ["value", "at"])
        await self._connection.execute(statement.values(key=key, value=value, at=at))

    async def take(self, key: str) -> Any:
        """Remove a value and return it; of several who take it at once one gets it."""
        return await self._connection.scalar(
            delete(settings).where(settings.c.key == key).returning(settings.c.value)
        )

    async def forget(self, key: str) -> None:
        """Remove a value."""
        await self._connection.execute(delete(settings).where(settings.c.key == key))

    async def under(self, prefix: str) -> dict[str, Any]:
        """All keys that begin so, with their values."""
        rows = await self._connection.execute(
            select(settings.c.key, settings.c.value).where(
                settings.c.key.startswith(prefix, autoescape=True)
            )
        )
        return {row.key: row.value for row in rows}

    async def forget_before(self, prefix: str, instant: datetime) -> None:
        """Remove the values under keys that begin so and were set before an instant."""
        await self._connection.execute(
            delete(settings).where(
                settings.c.key.startswith(prefix, autoescape=True), settings.c.at < instant
            )
        )

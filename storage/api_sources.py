"""Who may bring facts by HTTP: a token each, of which only the digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import api_sources


@dataclass(frozen=True, slots=True)
class ApiSource:
    """A source by name; `kinds` are the tables it may bring."""

    name: str
    kinds: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiSources(Repository):
    """The sources that were ever let in."""

    async def add(self, name: str, digest: str, kinds: Sequence[str], *, at: datetime) -> bool:
        """Let a source in; a revoked one of the name comes back. False when it has a token."""
        added = await self._connection.execute(
            insert_ignoring(self._connection, api_sources)
            .values(name=name, token_digest=digest, kinds=list(kinds), created_at=at)
            .returning(api_sources.c.name)
        )
        if added.first() is not None:
            return True
        again = await self._connection.execute(
            update(api_sources)
            .where(api_sources.c.name == name, api_sources.c.revoked_at.is_not(None))
            .values(
                token_digest=digest, kinds=list(kinds), created_at=at, used_at=None, revoked_at=None
            )
        )
        return again.rowcount == 1

    async def by_digest(self, digest: str) -> ApiSource | None:
        """The source whose token has this digest, unless it was revoked."""
        row = (
            await self._connection.execute(
                select(api_sources).where(
                    api_sources.c.token_digest == digest, api_sources.c.revoked_at.is_(None)
                )
            )
        ).one_or_none()
        return None if row is None else _source(row)

    async def every(self) -> list[ApiSource]:
        """All of them by name, revoked ones too."""
        rows = await self._connection.execute(select(api_sources).order_by(api_sources.c.name))
        return [_source(row) for row in rows]

    async def used(self, name: str, *, at: datetime) -> bool:
        """Note that the source brought something; false when it was revoked meanwhile."""
        result = await self._connection.execute(
            update(api_sources)
            .where(api_sources.c.name == name, api_sources.c.revoked_at.is_(None))
            .values(used_at=at)
        )
        return result.rowcount == 1

    async def revoke(self, name: str, *, at: datetime) -> bool:
        """Let a source in no longer; false when there is none with a token."""
        result = await self._connection.execute(
            update(api_sources)
            .where(api_sources.c.name == name, api_sources.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return result.rowcount == 1


def _source(row: Row[Any]) -> ApiSource:
    return ApiSource(row.name, tuple(row.kinds), row.created_at, row.used_at, row.revoked_at)

"""Health models, word for word, with who put them in force and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, insert, select, text, update

from storage.repository import Repository, new_id
from storage.tables import health_models


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model that is or was in force; `document` is its file as it was activated."""

    id: int
    name: str
    document: str
    digest: str
    activated_at: datetime
    activated_by: str
    retired_at: datetime | None = None


_NEWEST_FIRST = select(health_models).order_by(health_models.c.id.desc())

_IN_FORCE = (
    select(health_models.c.id, health_models.c.document)
    .where(health_models.c.retired_at.is_(None))
    .order_by(health_models.c.id.desc())
    .limit(1)
)


class HealthModels(Repository):
    """Every version there was; the newest that is not retired is in force."""

    async def in_force(self) -> tuple[int, str] | None:
        """The key and the document of the model in force; None before the first was stored."""
        row = (await self._connection.execute(_IN_FORCE)).one_or_none()
        return None if row is None else (row.id, row.document)

    async def of(self, model_id: int) -> StoredModel | None:
        """A version by its key."""
        query = select(health_models).where(health_models.c.id == model_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _stored(row)

    async def every(self, limit: int = 100) -> list[StoredModel]:
        """The versions, the newest first."""
        return [_stored(row) for row in await self._connection.execute(_NEWEST_FIRST.limit(limit))]

    async def wait_for_turn(self) -> None:
        """Let nobody else put a model in force until the end of this transaction."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(
                text("LOCK TABLE health_models IN SHARE ROW EXCLUSIVE MODE")
            )

    async def put_in_force(self, name: str, document: str, *, by: str, at: datetime) -> int:
        """Store a model and retire the one before it; returns its key."""
        await self.wait_for_turn()
        await self._connection.execute(
            update(health_models).where(health_models.c.retired_at.is_(None)).values(retired_at=at)
        )
        result = await self._connection.execute(
            insert(health_models).values(
                name=name,
                document=document,
                digest=digest_of(document),
                activated_at=at,
                activated_by=by,
            )
        )
        return new_id(result)


def digest_of(document: str) -> str:
    """What tells two documents apart in a list."""
    return sha256(document.encode()).hexdigest()


def _stored(row: Row[tuple[object, ...]]) -> StoredModel:
    return StoredModel(
        row.id,
        row.name,
        row.document,
        row.digest,
        row.activated_at,
        row.activated_by,
        row.retired_at,
    )

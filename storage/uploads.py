"""Files that lie at a platform for some days, so that none is sent there twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from storage.repository import Repository, upsert
from storage.tables import uploads


class Uploads(Repository):
    """The platform's id of a file, by the way it went (its ids are good there alone)."""

    async def find(self, way: str, digest: str, *, now: datetime) -> str | None:
        """The id of a file with this content, None when it was never sent or is gone there."""
        query = select(uploads.c.media_id).where(
            uploads.c.way == way, uploads.c.digest == digest, uploads.c.expires_at > now
        )
        return await self._connection.scalar(query)

    async def keep(
        self, way: str, digest: str, media_id: str, *, expires_at: datetime, now: datetime
    ) -> None:
        """Remember a file, and forget those that are gone."""
        await self._connection.execute(delete(uploads).where(uploads.c.expires_at <= now))
        statement = upsert(self._connection, uploads, ["way", "digest"], ["media_id", "expires_at"])
        await self._connection.execute(
            statement.values(way=way, digest=digest, media_id=media_id, expires_at=expires_at)
        )

    async def forget(self, way: str, media_id: str) -> None:
        """Forget a file whose id the platform does not know any more."""
        await self._connection.execute(
            delete(uploads).where(uploads.c.way == way, uploads.c.media_id == media_id)
        )

"""Answers that a platform comes back to ask for, kept where every replica finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import streams


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer as far as it has come. `card` goes along with the finished words."""

    id: str
    place: str
    sender: str
    content: str
    card: dict[str, Any] | None
    finished: bool
    at: datetime


class Streams(Repository):
    """Answers under way, by the id they were begun with."""

    async def begin(
        self, stream_id: str, *, place: str, sender: str, content: str, at: datetime
    ) -> bool:
        """Keep what the person reads until the answer is there; false when it was begun before."""
        result = await self._connection.execute(
            insert_ignoring(self._connection, streams)
            .values(
                id=stream_id,
                place=place,
                sender=sender,
                content=content,
                card=None,
                finished=False,
                at=at,
            )
            .returning(streams.c.id)
        )
        return result.first() is not None

    async def get(self, stream_id: str) -> Stream | None:
        """An answer under way or finished."""
        query = select(streams).where(streams.c.id == stream_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Stream(
            id=row.id,
            place=row.place,
            sender=row.sender,
            content=row.content,
            card=None if row.card is None else dict(row.card),
            finished=row.finished,
            at=row.at,
        )

    async def finish(self, stream_id: str, content: str, card: dict[str, Any] | None) -> bool:
        """Give it its end; false when it has one, or is not there any more."""
        result = await self._connection.execute(
            update(streams)
            .where(streams.c.id == stream_id, streams.c.finished.is_(False))
            .values(content=content, card=card, finished=True)
        )
        return result.rowcount == 1

    async def forget_before(self, instant: datetime) -> None:
        """Drop what nobody asks for any more."""
        await self._connection.execute(delete(streams).where(streams.c.at < instant))

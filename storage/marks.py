"""How far the clock's jobs have come, and the numbers that order changes for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import clock_marks

REVISION = "revision"
"""The row that hands out `clock_rev`; holding it orders writers, so the numbers commit in order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The last local day a job ran for, and the highest `clock_rev` it has seen."""

    on: date | None
    rev: int
    at: datetime | None


class Marks(Repository):
    """One row a job."""

    async def next_rev(self) -> int:
        """A number higher than any before, for changes that concern the clock.

        Until the transaction ends, others who ask for one wait: ask before changing anything else.
        """
        following = (
            update(clock_marks)
            .where(clock_marks.c.name == REVISION)
            .values(rev=clock_marks.c.rev + 1)
            .returning(clock_marks.c.rev)
        )
        rev = await self._connection.scalar(following)
        if rev is None:  # the first change of a book
            await self._connection.execute(
                insert_ignoring(self._connection, clock_marks).values(name=REVISION, rev=0)
            )
            rev = (await self._connection.execute(following)).scalar_one()
        return int(rev)

    async def current_rev(self) -> int:
        """The highest number handed out so far."""
        query = select(clock_marks.c.rev).where(clock_marks.c.name == REVISION)
        return (await self._connection.scalar(query)) or 0

    async def take(self, name: str) -> Mark:
        """The mark of a job, locked until the transaction ends: two replicas tick in turn."""
        await self._connection.execute(
            insert_ignoring(self._connection, clock_marks).values(name=name, rev=0)
        )
        query = select(clock_marks).where(clock_marks.c.name == name).with_for_update()
        row = (await self._connection.execute(query)).one()
        return Mark(row.on_date, row.rev, row.at)

    async def take_free(self, name: str) -> Mark | None:
        """The same without waiting: None while another replica holds it."""
        await self._connection.execute(
            insert_ignoring(self._connection, clock_marks).values(name=name, rev=0)
        )
        query = select(clock_marks).where(clock_marks.c.name == name)
        found = await self._connection.execute(query.with_for_update(skip_locked=True))
        row = found.one_or_none()
        return None if row is None else Mark(row.on_date, row.rev, row.at)

    async def look(self, name: str) -> Mark:
        """The mark of a job, without a lock."""
        query = select(clock_marks).where(clock_marks.c.name == name)
        row = (await self._connection.execute(query)).one_or_none()
        return Mark(None, 0, None) if row is None else Mark(row.on_date, row.rev, row.at)

    async def put(self, name: str, *, on: date, rev: int, at: datetime) -> None:
        """Move the mark of a job taken before."""
        await self._connection.execute(
            update(clock_marks).where(clock_marks.c.name == name).values(on_date=on, rev=rev, at=at)
        )

"""Events whose answer is a message of its own: each is answered once, by whichever replica."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, or_, select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import hearings

CLAIMED_MOST_S = 120.0
"""No claim holds longer; one that ends later is from before the machine was started again: void."""


class Claim(StrEnum):
    """Whose an event is: `OURS` to answer, `THEIRS` under way elsewhere, or `DONE`."""

    OURS = "ours"
    THEIRS = "theirs"
    DONE = "done"


class Hearings(Repository):
    """One row an event. `steady` is steady time, `at` the clock of the business."""

    async def claim(
        self,
        source: str,
        event_id: str,
        owner: str,
        *,
        lease_s: float,
        steady: datetime,
        at: datetime,
    ) -> Claim:
        """Take an event to answer it; one that was claimed and not answered in time is taken over.

        `owner` names this attempt: whoever claims twice under one name does not get it twice.
        """
        until = steady + timedelta(seconds=min(lease_s, CLAIMED_MOST_S))
        this = (hearings.c.source == source, hearings.c.event_id == event_id)
        first = await self._connection.execute(
            insert_ignoring(self._connection, hearings)
            .values(source=source, event_id=event_id, owner=owner, until=until, done=False, at=at)
            .returning(hearings.c.event_id)
        )
        if first.first() is not None:
            return Claim.OURS
        void_from = steady + timedelta(seconds=CLAIMED_MOST_S)
        over = or_(hearings.c.until <= steady, hearings.c.until > void_from)
        taken = await self._connection.execute(
            update(hearings)
            .where(*this, hearings.c.done.is_(False), over)
            .values(owner=owner, until=until)
        )
        if taken.rowcount == 1:
            return Claim.OURS
        done = await self._connection.scalar(select(hearings.c.done).where(*this))
        return Claim.DONE if done else Claim.THEIRS

    async def extend(
        self, source: str, event_id: str, owner: str, *, lease_s: float, steady: datetime
    ) -> bool:
        """Hold it for longer, while it is being answered; false when it is not `owner`'s any more."""
        until = steady + timedelta(seconds=min(lease_s, CLAIMED_MOST_S))
        result = await self._connection.execute(
            update(hearings)
            .where(
                hearings.c.source == source,
                hearings.c.event_id == event_id,
                hearings.c.owner == owner,
                hearings.c.done.is_(False),
            )
            .values(until=until)
        )
        return result.rowcount == 1

    async def finish(self, source: str, event_id: str, owner: str) -> bool:
        """It is answered; false when it was taken over meanwhile."""
        result = await self._connection.execute(
            update(hearings)
            .where(
                hearings.c.source == source,
                hearings.c.event_id == event_id,
                hearings.c.owner == owner,
            )
            .values(done=True)
        )
        return result.rowcount == 1

    async def forget(self, source: str, event_id: str, owner: str) -> None:
        """Its answer is lost: told again, it is answered anew."""
        await self._connection.execute(
            delete(hearings).where(
                hearings.c.source == source,
                hearings.c.event_id == event_id,
                hearings.c.owner == owner,
                hearings.c.done.is_(False),
            )
        )

    async def forget_before(self, instant: datetime) -> None:
        """Drop what Slack does not tell again any more."""
        await self._connection.execute(delete(hearings).where(hearings.c.at < instant))

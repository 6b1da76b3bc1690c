"""When a place may be posted to: pauses after limits and outages, and the pace of its posts.

Kept in the database, so that all replicas together respect them. All instants are steady time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select

from storage.repository import Repository, insert_ignoring, upsert
from storage.tables import paces, pauses

PAUSE_MOST_S = 3_600
"""No pause is longer; one further away is from another time line and counts as over."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `posts` within any `seconds`."""

    posts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent there until then. An empty `place` is the whole platform."""

    platform: str
    place: str
    until: datetime
    strikes: int
    reason: str


class Pacing(Repository):
    """Pauses and paces by place."""

    async def pauses(self, *, steady: datetime) -> list[Pause]:
        """What is paused now."""
        query = select(pauses).where(live_pause(steady))
        rows = await self._connection.execute(query.order_by(pauses.c.platform, pauses.c.place))
        return [Pause(row.platform, row.place, row.until, row.strikes, row.reason) for row in rows]

    async def strikes(self, platform: str, place: str) -> int:
        """How many faults in a row a place (or platform, with an empty place) has had."""
        query = select(pauses.c.strikes).where(
            pauses.c.platform == platform, pauses.c.place == place
        )
        return (await self._connection.scalar(query)) or 0

    async def pause(self, pause: Pause) -> None:
        """Stop sending to a place or platform; replaces the pause that is there."""
        statement = upsert(
            self._connection, pauses, ["platform", "place"], ["until", "strikes", "reason"]
        )
        await self._connection.execute(
            statement.values(
                platform=pause.platform,
                place=pause.place,
                until=pause.until,
                strikes=pause.strikes,
                reason=pause.reason,
            )
        )

    async def resume(self, platform: str, place: str) -> None:
        """A place works again: forget its pause and its strikes."""
        await self._connection.execute(
            delete(pauses).where(pauses.c.platform == platform, pauses.c.place == place)
        )

    async def reserve(
        self, platform: str, place: str, windows: Sequence[Window], *, steady: datetime
    ) -> float:
        """Take the right to post once now: 0, or the seconds until it will be free (not taken)."""
        if not windows:
            return 0.0
        here = and_(paces.c.platform == platform, paces.c.place == place)
        await self._connection.execute(
            insert_ignoring(self._connection, paces).values(
                platform=platform, place=place, posted=[]
            )
        )
        query = select(paces.c.posted).where(here).with_for_update()
        posted: list[float] = list((await self._connection.execute(query)).scalar_one())
        instant = steady.astimezone(UTC).timestamp()
        recent = [at for at in posted if instant - _longest(windows) < at <= instant]
        wait = max(_wait(recent, window, instant) for window in windows)
        if wait > 0:
            return wait
        kept = [*recent, instant][-max(window.posts for window in windows) :]
        await self._connection.execute(paces.update().where(here).values(posted=kept))
        return 0.0


def live_pause(steady: datetime) -> ColumnElement[bool]:
    """The condition that a row of `pauses` holds now."""
    return and_(pauses.c.until > steady, pauses.c.until <= steady + timedelta(seconds=PAUSE_MOST_S))


def _longest(windows: Sequence[Window]) -> float:
    return max(window.seconds for window in windows)


def _wait(posted: Sequence[float], window: Window, instant: float) -> float:
    if len(posted) < window.posts:
        return 0.0
    return max(0.0, posted[-window.posts] + window.seconds - instant)

"""When a place may be posted to: pauses after limits and outages, and the pace of its posts.

Kept in the database, so that all replicas together respect them. All instants are steady time.
Locks are taken in one order everywhere, so that two workers never wait for each other: the rows of
the outbox, then paces by scope, then pauses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update

from storage.repository import Repository, insert_ignoring, upsert
from storage.tables import paces, pauses
from storage.windows import WIDE, Pace, Spent, Window, micros

__all__ = ["PAUSE_MOST_S", "UNSPOKEN", "Pace", "Pacing", "Pause", "Window", "live_pause"]

UNSPOKEN = "delivery.error.unspoken"
"""The reason of a pause that ends when somebody speaks to the bot in that place."""

PAUSE_MOST_S = 3_600
"""No pause is longer; one further away is from another time line and counts as over."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent there until then. `place` may be a wide scope; empty is the whole platform."""

    platform: str
    place: str
    until: datetime
    strikes: int
    reason: str


def _live(after: Any, at_most: Any) -> ColumnElement[bool]:
    return and_(pauses.c.until > after, pauses.c.until <= at_most)


# Asked with every message, so put together once.
_RESTS = (
    select(pauses.c.place)
    .where(
        pauses.c.platform == bindparam("of_platform"),
        pauses.c.place.in_(bindparam("names", expanding=True)),
        _live(bindparam("after"), bindparam("at_most")),
    )
    .limit(1)
)

_RESUME = delete(pauses).where(
    pauses.c.platform == bindparam("of_platform"), pauses.c.place == bindparam("of_place")
)

_theirs = and_(
    paces.c.platform == bindparam("of_platform"),
    paces.c.place.in_(bindparam("names", expanding=True)),
)

# All of them or none: whoever locks some and then adds the others may wait for somebody who does
# the same the other way round.
_SPENT = (
    select(paces.c.place, paces.c.posted, paces.c.counted)
    .where(
        _theirs,
        select(func.count()).select_from(paces).where(_theirs).correlate(None).scalar_subquery()
        >= bindparam("known"),
    )
    .order_by(paces.c.place)
    .with_for_update()
)

_KEEP = (
    update(paces)
    .where(paces.c.platform == bindparam("of_platform"), paces.c.place == bindparam("of_place"))
    .values(posted=bindparam("to_posted"), counted=bindparam("to_counted"))
)


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

    async def rests(
        self, platform: str, place: str, scopes: Sequence[str], *, steady: datetime
    ) -> bool:
        """Whether nothing may be sent to a place now, for its own sake or that of its scopes."""
        asked = {
            "of_platform": platform,
            "names": [place, "", *scopes],
            "after": steady,
            "at_most": steady + timedelta(seconds=PAUSE_MOST_S),
        }
        return (await self._connection.execute(_RESTS, asked)).first() is not None

    async def full_scopes(self, *, steady: datetime) -> set[tuple[str, str]]:
        """The wide scopes, by platform, in which nobody may post now."""
        query = select(pauses.c.platform, pauses.c.place).where(
            pauses.c.place.startswith(WIDE, autoescape=True), live_pause(steady)
        )
        return {(row.platform, row.place) for row in await self._connection.execute(query)}

    async def pause(self, pause: Pause) -> None:
        """Stop sending to a place or platform; replaces the pause that is there."""
        await self._pause(pause, ["until", "strikes", "reason"], None)

    async def hold(self, pause: Pause, *, steady: datetime) -> None:
        """Stop sending to a place or scope at least until then; its strikes stay as they are."""
        ends_earlier = or_(pauses.c.until <= pause.until, ~live_pause(steady))
        await self._pause(pause, ["until", "reason"], ends_earlier)

    async def _pause(
        self, pause: Pause, changes: Sequence[str], where: ColumnElement[bool] | None
    ) -> None:
        keys = ["platform", "place"]
        statement = upsert(self._connection, pauses, keys, changes, where=where)
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
        await self._connection.execute(_RESUME, {"of_platform": platform, "of_place": place})

    async def lift(self, platform: str, reasons: Collection[str]) -> bool:
        """What kept things from being sent is mended: forget pauses whose reason begins so."""
        begins = [pauses.c.reason.startswith(reason, autoescape=True) for reason in reasons]
        result = await self._connection.execute(
            delete(pauses).where(pauses.c.platform == platform, or_(False, *begins))
        )
        return result.rowcount > 0

    async def unspoken(self, *, steady: datetime) -> list[Pause]:
        """Places where somebody has to speak to the bot first, before it may post there."""
        return [one for one in await self.pauses(steady=steady) if one.reason == UNSPOKEN]

    async def waits_for_a_word(self, platform: str, places: Collection[str]) -> bool:
        """Whether one of these places rests until somebody speaks there."""
        query = select(pauses.c.place).where(_until_a_word(platform, places)).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def wake(self, platform: str, places: Collection[str]) -> bool:
        """Somebody spoke there: forget the pauses that waited for it, and no others."""
        result = await self._connection.execute(
            delete(pauses).where(_until_a_word(platform, places))
        )
        return result.rowcount > 0

    async def reserve(
        self, platform: str, wanted: Sequence[Pace], *, steady: datetime
    ) -> dict[str, float]:
        """Take the right to post once now from all scopes or none: empty when it was taken.

        Else the scopes that are full, each with the seconds until the post will fit.
        """
        if not wanted:
            return {}
        spent = await self._locked(platform, wanted)
        now = micros(steady)
        waits = {pace.scope: spent[pace.scope].wait_s(pace, now) for pace in wanted}
        waits = {scope: wait_s for scope, wait_s in waits.items() if wait_s > 0}
        if not waits:
            await self._keep(
                platform, {pace.scope: spent[pace.scope].plus(pace, now) for pace in wanted}
            )
        elif any(spent[pace.scope].foreign(now) for pace in wanted):
            # Or it would be of this very moment whenever somebody asks, and never leave.
            await self._keep(
                platform, {pace.scope: spent[pace.scope].seen(pace, now) for pace in wanted}
            )
        return waits

    async def spend(self, platform: str, posted: Sequence[Pace], *, steady: datetime) -> None:
        """Count posts that were made in any case, such as answers; also past the limits."""
        if not posted:
            return
        spent = await self._locked(platform, posted)
        now = micros(steady)
        for pace in posted:
            spent[pace.scope] = spent[pace.scope].plus(pace, now)
        await self._keep(platform, spent)

    async def _locked(self, platform: str, wanted: Sequence[Pace]) -> dict[str, Spent]:
        """What each scope has spent; nobody else reads it until the end of the transaction."""
        scopes = sorted({pace.scope for pace in wanted})
        asked = {"of_platform": platform, "names": scopes, "known": len(scopes)}
        rows = (await self._connection.execute(_SPENT, asked)).all()
        if len(rows) < len(scopes):
            await self._connection.execute(
                insert_ignoring(self._connection, paces).values(
                    [{"platform": platform, "place": scope, "posted": []} for scope in scopes]
                )
            )
            rows = (await self._connection.execute(_SPENT, {**asked, "known": 0})).all()
        return {row.place: Spent.from_json(row.posted, row.counted) for row in rows}

    async def _keep(self, platform: str, spent: Mapping[str, Spent]) -> None:
        rows = []
        for scope, after in sorted(spent.items()):
            posted, counted = after.as_json()
            rows.append(
                {
                    "of_platform": platform,
                    "of_place": scope,
                    "to_posted": posted,
                    "to_counted": counted,
                }
            )
        await self._connection.execute(_KEEP, rows if len(rows) > 1 else rows[0])


def _until_a_word(platform: str, places: Collection[str]) -> ColumnElement[bool]:
    return and_(
        pauses.c.platform == platform,
        pauses.c.place.in_(sorted(places)),
        pauses.c.reason == UNSPOKEN,
    )


def live_pause(steady: datetime) -> ColumnElement[bool]:
    """The condition that a row of `pauses` holds now."""
    return _live(steady, steady + timedelta(seconds=PAUSE_MOST_S))

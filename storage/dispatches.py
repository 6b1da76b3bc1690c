"""Rows of the outbox on their way out: leases and outcomes.

Every change after the lease names the attempt it belongs to, so that a worker that was overtaken
changes nothing. Leases are told in steady time, due dates in the clock of the business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Update,
    exists,
    func,
    or_,
    select,
    update,
)

from scoring.model import DeliveryState
from storage.id_sets import id_values
from storage.leasing import (
    DUE,
    HEAD,
    REPAINT,
    TAKE_FRESH,
    TAKE_MESSAGE,
    TAKE_ROWS,
    WAITING,
    changing,
)
from storage.outbox import THREAD, Delivery, delivery_in_order
from storage.pacing import live_pause
from storage.repository import Repository
from storage.tables import deliveries, pauses

_number = attrgetter("id")

_LOOK_MOST = 1_000
"""Rows of a place among which those are found that one look decides about."""


@dataclass(frozen=True, slots=True, order=True)
class PlaceName:
    """Where something is delivered to, as the rows say it."""

    platform: str
    place: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who may change the rows of a batch: the worker and this one try of it."""

    owner: str
    key: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Rows of one place that one worker sends as one message."""

    attempt: Attempt
    place: PlaceName
    rows: tuple[Delivery, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The rows' keys."""
        return tuple(row.id for row in self.rows)

    @property
    def batch(self) -> str | None:
        """The key of the message these rows were made into before, None when not yet."""
        return self.rows[0].batch

    @property
    def suspect_since(self) -> datetime | None:
        """Since when another book may have told some of these rows; None: it did not."""
        return min((at for row in self.rows if (at := row.suspect_since)), default=None)

    @property
    def repaints(self) -> bool:
        """Whether these rows edit a post."""
        return self.rows[0].kind == REPAINT


class Dispatches(Repository):
    """The delivery loop's view of the outbox."""

    async def due_places(self, *, now: datetime, steady: datetime) -> list[PlaceName]:
        """Places with something due that are not paused, the longest waiting first."""
        query = (
            select(deliveries.c.platform, deliveries.c.place)
            .where(
                WAITING,
                deliveries.c.due_at <= now,
                ~exists().where(
                    pauses.c.platform == deliveries.c.platform,
                    pauses.c.place.in_((deliveries.c.place, "")),
                    live_pause(steady),
                ),
            )
            .group_by(deliveries.c.platform, deliveries.c.place)
            .order_by(func.min(deliveries.c.due_at), deliveries.c.platform, deliveries.c.place)
        )
        return [PlaceName(row.platform, row.place) for row in await self._connection.execute(query)]

    async def pressing(
        self, limit_on: date, *, patient: Collection[str], now: datetime
    ) -> set[PlaceName]:
        """Places with something due that may not wait past that day, or is not of a patient kind."""
        query = select(deliveries.c.platform, deliveries.c.place).where(
            WAITING,
            deliveries.c.due_at <= now,
            or_(deliveries.c.limit_on <= limit_on, deliveries.c.kind.not_in(patient)),
        )
        rows = await self._connection.execute(query.distinct())
        return {PlaceName(row.platform, row.place) for row in rows}

    async def lease(
        self,
        place: PlaceName,
        attempt: Attempt,
        *,
        now: datetime,
        steady: datetime,
        lease_s: float,
        limit: int,
    ) -> Lease | None:
        """Take what is due in a place as one batch; None when there is nothing or others have it.

        A message that is half sent goes first and by itself; edits are taken a post at a time, and
        what another book may have told is taken to be looked for, apart from everything else.
        """
        here = {"of_platform": place.platform, "of_place": place.place, "at_instant": now}
        taking = await self._next_batch(here)
        if taking is None:
            return None
        statement, which = taking
        rows = await self._connection.execute(
            statement,
            {
                **here,
                **which,
                "by_owner": attempt.owner,
                "by_attempt": attempt.key,
                "until_instant": steady + timedelta(seconds=lease_s),
                "most": limit,
            },
        )
        taken = tuple(sorted(map(delivery_in_order, rows.all()), key=_number))
        return Lease(attempt, place, taken) if taken else None

    async def _next_batch(self, here: Mapping[str, Any]) -> tuple[Update, dict[str, Any]] | None:
        head = (await self._connection.execute(HEAD, here)).one_or_none()
        if head is None:
            return None
        if head.suspect_since is not None:
            return TAKE_ROWS, {"of_ids": await self._doubted_with(head, here)}
        if head.batch is not None:
            return TAKE_MESSAGE, {"of_batch": head.batch}
        if head.kind == REPAINT:
            siblings = await self._connection.execute(
                select(deliveries.c.id, deliveries.c.facts).where(
                    DUE, deliveries.c.kind == REPAINT
                ),
                here,
            )
            same = [row.id for row in siblings if row.facts.get("post") == head.facts.get("post")]
            return TAKE_ROWS, {"of_ids": same}
        if head.alone:
            return TAKE_ROWS, {"of_ids": [head.id]}
        return TAKE_FRESH, {}

    async def _doubted_with(self, head: Any, here: Mapping[str, Any]) -> list[int]:
        """What one look can decide about: the rows of the same message, or below the same post."""
        batch = deliveries.c.batch.is_not_distinct_from(head.batch)
        rows = await self._connection.execute(
            select(deliveries.c.id, deliveries.c.facts)
            .where(DUE, batch, deliveries.c.suspect_since.is_not(None))
            .order_by(deliveries.c.id)
            .limit(_LOOK_MOST),
            here,
        )
        below = head.facts.get(THREAD)
        return [row.id for row in rows if row.facts.get(THREAD) == below] or [head.id]

    async def extend(self, attempt: Attempt, ids: Collection[int], *, until: datetime) -> int:
        """Keep what is held for longer; returns how many rows are still held."""
        return await self._change(attempt, ids, leased_only=True, leased_until=until)

    async def conclude(
        self, attempt: Attempt, ids: Collection[int], state: DeliveryState, **values: Any
    ) -> int:
        """End the attempt for some rows in `state`; returns how many changed.

        Fewer than asked for means that somebody else took them over after the lease ran out.
        """
        if state is not DeliveryState.AMBIGUOUS:
            values |= {"lease_owner": None, "attempt_key": None, "settle_until": None}
        return await self._change(attempt, ids, state=state, leased_until=None, **values)

    async def bind(
        self, attempt: Attempt, ids: Collection[int], batch: str, *, until: datetime
    ) -> int:
        """Name the message that tells these rows and hold them longer; returns how many are held."""
        return await self._change(attempt, ids, leased_only=True, batch=batch, leased_until=until)

    async def note(self, place: PlaceName, error: str, *, now: datetime) -> int:
        """Write why due rows of a place do not move; returns how many did not say so before."""
        result = await self._connection.execute(
            update(deliveries)
            .where(
                WAITING,
                deliveries.c.platform == place.platform,
                deliveries.c.place == place.place,
                deliveries.c.due_at <= now,
                deliveries.c.error.is_distinct_from(error),
            )
            .values(error=error)
        )
        return result.rowcount

    async def forget_note(self, platform: str, places: Collection[str], error: str) -> int:
        """Rows of some places do not wait for that reason any more; returns how many did."""
        result = await self._connection.execute(
            update(deliveries)
            .where(
                WAITING,
                deliveries.c.platform == platform,
                deliveries.c.place.in_(sorted(places)),
                deliveries.c.error == error,
            )
            .values(error=None)
        )
        return result.rowcount

    async def reopen(self, ids: Iterable[int], *, now: datetime) -> int:
        """Send rows that ended in review or failed after all, because a person said so."""
        result = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id.in_(list(ids)),
                deliveries.c.state.in_((DeliveryState.REVIEW, DeliveryState.FAILED)),
            )
            .values(
                state=DeliveryState.WAITING,
                due_at=now,
                attempts=0,
                failures_since=None,
                batch=None,
                error=None,
                # Whoever asks for it knows what hangs there.
                suspect_since=None,
            )
        )
        return result.rowcount

    async def vouch(self, ids: Iterable[int], *, now: datetime) -> int:
        """Close rows that ended in review or failed: a person answers for it that it is known."""
        result = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id.in_(list(ids)),
                deliveries.c.state.in_((DeliveryState.REVIEW, DeliveryState.FAILED)),
            )
            .values(state=DeliveryState.SENT, sent_at=now, error=None)
        )
        return result.rowcount

    async def database_clock(self) -> datetime:
        """PostgreSQL's own clock, which all replicas share."""
        now: datetime = (
            await self._connection.execute(select(func.clock_timestamp()))
        ).scalar_one()
        return now

    async def _change(
        self,
        attempt: Attempt,
        ids: Collection[int],
        *,
        leased_only: bool = False,
        **values: Any,
    ) -> int:
        statement = changing(
            frozenset(values), self._connection.dialect.name, leased_only=leased_only
        )
        given = {
            "ids": id_values(self._connection, ids),
            "by_owner": attempt.owner,
            "by_attempt": attempt.key,
            **{f"to_{name}": value for name, value in values.items()},
        }
        return (await self._connection.execute(statement, given)).rowcount

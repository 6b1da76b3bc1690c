"""What has to be said: one row per alert and recipient, its key says it once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, exists, false, func, literal_column, or_, select, update

from scoring.model import DeliveryState
from storage.repository import Repository, insert_ignoring, upsert
from storage.tables import contracts, deliveries, ledger, opportunities

THREAD = "thread"
"""The fact that names the post (by its id in the registry) below which something is told."""

DIGEST = "digest"
"""The fact that names the day whose morning digest tells an alert that was held back."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Something to be told to one place. `key` is what makes it happen once.

    `facts` hold what the card needs and the book cannot tell any more (who claimed it from whom);
    `limit_on` is the day it may not wait past. `alone` asks for a message of its own, which
    whatever is told below a post (THREAD) gets in any case.
    """

    key: str
    kind: str
    platform: str
    place: str
    due_at: datetime
    person_id: int | None = None
    contract_id: int | None = None
    opportunity_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    limit_on: date | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox as it stands."""

    id: int
    key: str
    kind: str
    platform: str
    place: str
    person_id: int | None
    contract_id: int | None
    opportunity_id: int | None
    facts: dict[str, Any]
    state: DeliveryState
    due_at: datetime
    limit_on: date | None
    attempts: int
    failures_since: datetime | None
    attempt_key: str | None
    batch: str | None
    sent_at: datetime | None
    receipt: str | None
    error: str | None
    created_at: datetime
    origin: str | None = None
    suspect_since: datetime | None = None

    @property
    def about(self) -> int:
        """What it tells of: a term by its id, an expansion of one by its own id below zero.

        An expansion's rows name no term, so that nothing that looks after a term's own alerts
        (ledger, proof, undo) takes them for one. 0 is neither.
        """
        return self.contract_id or -(self.opportunity_id or 0)


class Outbox(Repository):
    """Putting notifications in and reading them; sending is `storage.dispatches`."""

    async def put(self, notifications: Sequence[Notification], *, now: datetime) -> int:
        """Add what is not there yet; returns how many were new."""
        if not notifications:
            return 0
        statement = insert_ignoring(self._connection, deliveries)
        return await self._put(statement, notifications, now)

    async def put_again(self, notifications: Sequence[Notification], *, now: datetime) -> int:
        """Add what is not there yet, and let what was withdrawn wait again; returns how many."""
        if not notifications:  # as with nearly every message
            return 0
        changes = ("state", "due_at", "batch", "error", "origin")
        statement = upsert(
            self._connection,
            deliveries,
            ("key",),
            changes,
            where=deliveries.c.state == DeliveryState.SUPERSEDED,
        )
        return await self._put(statement, notifications, now)

    async def _put(
        self, statement: Any, notifications: Sequence[Notification], now: datetime
    ) -> int:
        put = 0
        for notification in notifications:
            result = await self._connection.execute(
                statement.values(
                    key=notification.key,
                    kind=notification.kind,
                    platform=notification.platform,
                    place=notification.place,
                    person_id=notification.person_id,
                    contract_id=notification.contract_id,
                    opportunity_id=notification.opportunity_id,
                    facts=notification.facts,
                    state=DeliveryState.WAITING,
                    due_at=notification.due_at,
                    limit_on=notification.limit_on,
                    alone=notification.alone or THREAD in notification.facts or None,
                    attempts=0,
                    created_at=now,
                ).returning(deliveries.c.id)
            )
            put += result.first() is not None
        return put

    async def still_waiting(self, ids: Collection[int]) -> set[int]:
        """Which of these rows still wait."""
        query = select(deliveries.c.id).where(
            deliveries.c.id.in_(sorted(ids)), deliveries.c.state == DeliveryState.WAITING
        )
        return set(await self._connection.scalars(query))

    async def rows(
        self, *, state: DeliveryState | None = None, limit: int | None = None
    ) -> list[Delivery]:
        """Deliveries in the order they were put."""
        query = select(deliveries).order_by(deliveries.c.id)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if limit is not None:
            query = query.limit(limit)
        return [delivery_of(row) for row in await self._connection.execute(query)]

    async def followups(
        self, platform: str, place: str, opportunity_id: int, *, since: datetime
    ) -> list[Delivery]:
        """What a place is or was told of a renewal by follow-ups put since then."""
        query = select(deliveries).where(
            deliveries.c.kind == "followup",
            deliveries.c.platform == platform,
            deliveries.c.place == place,
            deliveries.c.opportunity_id == opportunity_id,
            deliveries.c.created_at >= since,
            deliveries.c.state != DeliveryState.SUPERSEDED,
        )
        return [delivery_of(row) for row in await self._connection.execute(query)]

    async def counts(self) -> dict[DeliveryState, int]:
        """How many rows are in each state."""
        rows = await self._connection.execute(
            select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        )
        return {DeliveryState(row[0]): row[1] for row in rows}

    async def waiting_for(self, person_id: int, *, after: datetime) -> list[Delivery]:
        """What a person will be told after an instant."""
        query = select(deliveries).where(
            deliveries.c.person_id == person_id,
            deliveries.c.state == literal_column("'waiting'"),
            deliveries.c.due_at > after,
        )
        return [delivery_of(row) for row in await self._connection.execute(query)]

    async def waiting_about(self, opportunity_id: int, *, after: datetime) -> list[Delivery]:
        """What will be told of a renewal after an instant."""
        query = select(deliveries).where(
            deliveries.c.opportunity_id == opportunity_id,
            deliveries.c.state == literal_column("'waiting'"),
            deliveries.c.due_at > after,
        )
        return [delivery_of(row) for row in await self._connection.execute(query)]

    async def postpone(self, later: Mapping[int, datetime]) -> None:
        """Let rows that still wait do so until these instants."""
        for row_id, due_at in later.items():
            await self._connection.execute(
                update(deliveries)
                .where(deliveries.c.id == row_id, deliveries.c.state == DeliveryState.WAITING)
                .values(due_at=due_at)
            )

    async def readdress(self, person_id: int, *, old: str, new: str) -> None:
        """Send what waits for a person under the old address of a place to the new one."""
        await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.person_id == person_id,
                deliveries.c.place == old,
                deliveries.c.state == literal_column("'waiting'"),
            )
            .values(place=new)
        )

    async def tell_after_all(self, contract_id: int) -> int:
        """Let withdrawn alerts of a term wait again, because what withdrew them was taken back.

        Only what is still news: the newest milestone of the present countdown, and the last
        escalation. They are re-checked like all others before they are sent.
        """
        prefix = await self._newest_milestone(contract_id)
        escalation = and_(
            deliveries.c.kind == "escalation",
            exists().where(
                opportunities.c.id == deliveries.c.opportunity_id,
                opportunities.c.escalated_at <= deliveries.c.created_at,
            ),
        )
        milestone = deliveries.c.key.startswith(prefix, autoescape=True) if prefix else false()
        result = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.contract_id == contract_id,
                deliveries.c.state == DeliveryState.SUPERSEDED,
                or_(milestone, escalation),
            )
            .values(state=DeliveryState.WAITING, batch=None, error=None)
        )
        return result.rowcount

    async def _newest_milestone(self, contract_id: int) -> str | None:
        query = (
            select(ledger.c.countdown_no, ledger.c.anchor, ledger.c.offset_days)
            .join(
                contracts,
                and_(
                    contracts.c.id == ledger.c.contract_id,
                    contracts.c.countdown_no == ledger.c.countdown_no,
                ),
            )
            .where(ledger.c.contract_id == contract_id, ledger.c.state == "due")
            .order_by(ledger.c.on_date.desc(), ledger.c.fired_at.desc())
            .limit(1)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return row and f"milestone:{contract_id}:{row[0]}:{row[1]}:{row[2]}:"


DELIVERY_COLUMNS = tuple(deliveries.c[column.name] for column in fields(Delivery))
"""What a delivery is made of, in the order of its fields."""

_STATE = [column.name for column in DELIVERY_COLUMNS].index("state")


def delivery_in_order(row: Row[Any]) -> Delivery:
    """A delivery from a row of exactly `DELIVERY_COLUMNS`; a lease reads hundreds at once."""
    values = list(row)
    values[_STATE] = DeliveryState(values[_STATE])
    return Delivery(*values)


def delivery_of(row: Row[Any]) -> Delivery:
    """A delivery from a row that has all its columns."""
    return Delivery(
        id=row.id,
        key=row.key,
        kind=row.kind,
        platform=row.platform,
        place=row.place,
        person_id=row.person_id,
        contract_id=row.contract_id,
        opportunity_id=row.opportunity_id,
        facts=dict(row.facts),
        state=DeliveryState(row.state),
        due_at=row.due_at,
        limit_on=row.limit_on,
        attempts=row.attempts,
        failures_since=row.failures_since,
        attempt_key=row.attempt_key,
        batch=row.batch,
        sent_at=row.sent_at,
        receipt=row.receipt,
        error=row.error,
        created_at=row.created_at,
        origin=row.origin,
        suspect_since=row.suspect_since,
    )

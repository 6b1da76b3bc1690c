"""Which alerts a person or a place was told lately, the last message first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, select

from storage.outbox import Delivery, delivery_of
from storage.repository import Repository
from storage.tables import deliveries, posts

MOST_ROWS = 300
"""Alerts of one answer; nobody reads on beyond."""


class Heard(Repository):
    """Rows of the outbox that arrived."""

    async def by_person(
        self, person_id: int, kinds: Collection[str], *, since: datetime
    ) -> list[Delivery]:
        """What a person was told in private from then on."""
        return await self._rows(deliveries.c.person_id == person_id, kinds, since)

    async def in_place(
        self, platform: str, place: str, kinds: Collection[str], *, since: datetime
    ) -> list[Delivery]:
        """What a channel or group was told from then on."""
        messages = select(posts.c.batch).where(
            posts.c.platform == platform, posts.c.place == place, posts.c.posted_at >= since
        )
        return await self._rows(deliveries.c.batch.in_(messages), kinds, since)

    async def _rows(
        self, where: ColumnElement[bool], kinds: Collection[str], since: datetime
    ) -> list[Delivery]:
        query = (
            select(deliveries)
            .where(
                where,
                deliveries.c.state == literal_column("'sent'"),
                deliveries.c.sent_at >= since,
                deliveries.c.kind.in_(sorted(kinds)),
            )
            .order_by(deliveries.c.sent_at.desc(), deliveries.c.id)
            .limit(MOST_ROWS)
        )
        return [delivery_of(row) for row in await self._connection.execute(query)]

"""How often a person was interrupted on a day, for the budget that alerts share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, literal_column, select, text, union_all

from storage.dispatches import PlaceName
from storage.outbox import DIGEST
from storage.repository import Repository
from storage.tables import deliveries

_LOCKS = 0x6469
"""Sets the locks of budgets apart from other advisory locks of this database."""


@dataclass(frozen=True, slots=True)
class HeardToday:
    """A person's day so far: messages that alerted, and whether the morning's digest came."""

    messages: int
    digest: bool


class Interruptions(Repository):
    """How often persons were interrupted."""

    async def between(
        self,
        person_id: int,
        here: PlaceName,
        kinds: Collection[str],
        *,
        since: datetime,
        until: datetime,
        but: Collection[int] = (),
    ) -> HeardToday:
        """Messages with rows of these kinds that were sent then or may be on their way now.

        `here` is the person's own place; `but` are rows that do not count: those that ask. On
        PostgreSQL whoever asks about the same person waits until the end of the transaction, so
        that two workers do not spend the last one of a day together; on SQLite writers are one at
        a time anyway.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(
                text("SELECT pg_advisory_xact_lock(:locks, :person)"),
                {"locks": _LOCKS, "person": person_id},
            )
        theirs = and_(deliveries.c.person_id == person_id, deliveries.c.kind.in_(sorted(kinds)))
        # Once a message is made its rows name it; what waits with a name is half out already.
        begun = and_(theirs, deliveries.c.batch.is_not(None))
        waits_here = and_(deliveries.c.platform == here.platform, deliveries.c.place == here.place)
        today = and_(deliveries.c.sent_at >= since, deliveries.c.sent_at < until)
        # One part a state: each asks its own partial index.
        parts = (
            ("'sent'", and_(theirs, today)),
            ("'leased'", begun),
            ("'ambiguous'", begun),
            ("'waiting'", and_(begun, waits_here)),
        )
        query = union_all(
            *(
                select(deliveries.c.id, deliveries.c.batch, deliveries.c.facts).where(
                    deliveries.c.state == literal_column(state), condition
                )
                for state, condition in parts
            )
        )
        rows = [row for row in await self._connection.execute(query) if row.id not in but]
        # What came along with a digest did not interrupt by itself.
        digests = {row.batch for row in rows if DIGEST in row.facts}
        messages = {row.batch or str(row.id) for row in rows} - digests
        return HeardToday(len(messages), bool(digests))

"""How often a person was interrupted on a day, for the budget that alerts share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    type_coerce,
    union_all,
)

from storage.columns import Instant
from storage.dispatches import PlaceName
from storage.outbox import DIGEST
from storage.repository import Repository
from storage.tables import deliveries

_LOCKS = 0x6469
"""Sets the locks of budgets apart from other advisory locks of this database."""

_ALONE = text("SELECT pg_advisory_xact_lock(:locks, :person)")


_theirs = and_(
    deliveries.c.person_id == bindparam("of_person"),
    deliveries.c.kind.in_(bindparam("of_kinds", expanding=True)),
    deliveries.c.id.not_in(bindparam("but", expanding=True)),
)
# Once a message is made its rows name it; what waits with a name is half out already.
_begun = and_(_theirs, deliveries.c.batch.is_not(None))
_here = and_(
    deliveries.c.platform == bindparam("of_platform"), deliveries.c.place == bindparam("of_place")
)
_today = and_(
    deliveries.c.sent_at >= bindparam("since", type_=Instant()),
    deliveries.c.sent_at < bindparam("until", type_=Instant()),
)
_in_digest = type_coerce(deliveries.c.facts, JSON)[DIGEST].as_string().is_not(None)

# One part a state: each asks its own partial index.
_rows = union_all(
    *(
        select(
            deliveries.c.id,
            deliveries.c.batch,
            case((_in_digest, 1), else_=0).label("in_digest"),
        ).where(deliveries.c.state == literal_column(state), condition)
        for state, condition in (
            ("'sent'", and_(_theirs, _today)),
            ("'leased'", _begun),
            ("'ambiguous'", _begun),
            ("'waiting'", and_(_begun, _here)),
        )
    )
).subquery()
_messages = (
    select(
        func.max(_rows.c.in_digest).label("digest"),
        # What came along with a digest did not interrupt by itself.
        func.max(case((_rows.c.batch.is_not(None), _rows.c.in_digest), else_=0)).label("along"),
    )
    .group_by(_rows.c.batch, case((_rows.c.batch.is_(None), _rows.c.id)))
    .subquery()
)
_HEARD = select(
    func.count().filter(_messages.c.along == 0).label("messages"),
    func.max(_messages.c.digest).label("digests"),
).select_from(_messages)
"""How many messages, and whether one was a digest: counted by the database, whatever was told."""


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
                _ALONE,
                {"locks": _LOCKS, "person": person_id},
            )
        asked = {
            "of_person": person_id,
            "of_kinds": sorted(kinds),
            "of_platform": here.platform,
            "of_place": here.place,
            "since": since,
            "until": until,
            "but": sorted(but),
        }
        heard = (await self._connection.execute(_HEARD, asked)).one()
        return HeardToday(heard.messages, bool(heard.digests))

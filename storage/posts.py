"""The registry of what hangs where: edits, threads and reconciliation stand on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from storage.outbox import THREAD, Delivery, delivery_of
from storage.repository import Repository, insert_ignoring
from storage.tables import deliveries, posts

_EDITED_AT = "edited_at"


@dataclass(frozen=True, slots=True)
class NewPost:
    """One message as a platform took it. `attempt_key` is what it was sent under, once.

    A message that tells several deliveries has no contract of its own; `batch` finds them.
    `facts` hold `part` and `parts` (a long message is several posts), `locale`, and THREAD (the
    message id of the post it hangs below).
    """

    platform: str
    place: str
    message_id: str
    kind: str
    posted_at: datetime
    contract_id: int | None = None
    opportunity_id: int | None = None
    attempt_key: str | None = None
    batch: str | None = None
    response_code: str | None = None
    editable_until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """A message that hangs in a place. `revision` grows with every edit of ours."""

    id: int
    platform: str
    place: str
    message_id: str
    kind: str
    contract_id: int | None
    opportunity_id: int | None
    attempt_key: str | None
    batch: str | None
    facts: dict[str, Any]
    revision: int
    response_code: str | None
    editable_until: datetime | None
    posted_at: datetime

    @property
    def part(self) -> int:
        """Which part of a long message this is, from 0."""
        return int(self.facts.get("part", 0))

    @property
    def parts(self) -> int:
        """How many posts the message was split into."""
        return int(self.facts.get("parts", 1))

    @property
    def edited_at(self) -> datetime | None:
        """When it was given its present face; None while it is as it was posted."""
        at = self.facts.get(_EDITED_AT)
        return datetime.fromisoformat(at) if at else None


class Posts(Repository):
    """What was posted, found by what it is about or by where it hangs."""

    async def add(self, post: NewPost) -> bool:
        """Register a post that a platform took; false when it was registered before."""
        result = await self._connection.execute(
            insert_ignoring(self._connection, posts).returning(posts.c.id),
            {
                "platform": post.platform,
                "place": post.place,
                "message_id": post.message_id,
                "kind": post.kind,
                "contract_id": post.contract_id,
                "opportunity_id": post.opportunity_id,
                "attempt_key": post.attempt_key,
                "batch": post.batch,
                "facts": post.facts,
                "revision": 0,
                "response_code": post.response_code,
                "editable_until": post.editable_until,
                "posted_at": post.posted_at,
            },
        )
        return result.first() is not None

    async def get(self, post_id: int) -> Post | None:
        """One post."""
        row = (
            await self._connection.execute(select(posts).where(posts.c.id == post_id))
        ).one_or_none()
        return None if row is None else _post(row)

    async def at(self, platform: str, place: str, message_id: str) -> Post | None:
        """The post behind a message a platform speaks of."""
        query = select(posts).where(
            posts.c.platform == platform,
            posts.c.place == place,
            posts.c.message_id == message_id,
        )
        row = (await self._connection.execute(query.order_by(posts.c.id).limit(1))).one_or_none()
        return None if row is None else _post(row)

    async def of_opportunity(self, opportunity_id: int) -> list[Post]:
        """Posts that tell of an opportunity, alone or in a list, oldest first."""
        batches = select(deliveries.c.batch).where(
            deliveries.c.opportunity_id == opportunity_id, deliveries.c.batch.is_not(None)
        )
        query = select(posts).where(
            or_(posts.c.opportunity_id == opportunity_id, posts.c.batch.in_(batches))
        )
        rows = await self._connection.execute(query.order_by(posts.c.id))
        # What hangs below a post says what happened and is not shown anew.
        return [post for post in map(_post, rows) if THREAD not in post.facts]

    async def of_batch(self, batch: str) -> list[Post]:
        """The posts of one message, in its order."""
        query = select(posts).where(posts.c.batch == batch).order_by(posts.c.id)
        return [_post(row) for row in await self._connection.execute(query)]

    async def told_by(self, post: Post) -> list[Delivery]:
        """The deliveries that went out in the message of this post."""
        if post.batch is None:
            return []
        query = select(deliveries).where(deliveries.c.batch == post.batch)
        rows = await self._connection.execute(query.order_by(deliveries.c.id))
        return [delivery_of(row) for row in rows]

    async def edited(
        self,
        post_id: int,
        *,
        response_code: str | None,
        editable_until: datetime | None,
        at: datetime | None = None,
    ) -> None:
        """A post shows something else now, since `at`; codes that were spent are replaced."""
        shown: dict[str, Any] = {}
        if at is not None:
            facts = await self._connection.scalar(
                select(posts.c.facts).where(posts.c.id == post_id)
            )
            shown = {"facts": {**(facts or {}), _EDITED_AT: at.isoformat()}}
        await self._connection.execute(
            update(posts)
            .where(posts.c.id == post_id)
            .values(
                revision=posts.c.revision + 1,
                response_code=response_code,
                editable_until=editable_until,
                **shown,
            )
        )

    async def settled(self, post_id: int, *, at: datetime) -> None:
        """A post stays as it is from now on: its code is spent, or it is gone."""
        await self._connection.execute(
            update(posts).where(posts.c.id == post_id).values(response_code=None, editable_until=at)
        )

    async def forget(self, platform: str, places: Collection[str]) -> None:
        """Nobody reads there any more: nothing of it is edited, and no change is told there."""
        await self._connection.execute(
            delete(posts).where(posts.c.platform == platform, posts.c.place.in_(places))
        )


def _post(row: Row[Any]) -> Post:
    return Post(
        id=row.id,
        platform=row.platform,
        place=row.place,
        message_id=row.message_id,
        kind=row.kind,
        contract_id=row.contract_id,
        opportunity_id=row.opportunity_id,
        attempt_key=row.attempt_key,
        batch=row.batch,
        facts=dict(row.facts),
        revision=row.revision,
        response_code=row.response_code,
        editable_until=row.editable_until,
        posted_at=row.posted_at,
    )

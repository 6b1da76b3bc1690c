"""Next steps that somebody wrote down and that nothing has followed yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, exists, select

from scoring.model import TouchKind
from storage.repository import Repository
from storage.tables import accounts, touches

BEHIND_DAYS = 14
AHEAD_DAYS = 7
MOST = 8

_later = touches.alias("later")


@dataclass(frozen=True, slots=True)
class Promise:
    """A step to take at a customer on a day."""

    account_id: int
    account: str
    kind: TouchKind
    contact: str | None
    next_on: date


class Promises(Repository):
    """What people said they would do next."""

    async def of_person(self, person_id: int, today: date) -> list[Promise]:
        """Steps of a person that are due within a week or lately were, the oldest first."""
        query = (
            select(
                touches.c.account_id,
                accounts.c.name,
                touches.c.kind,
                touches.c.contact,
                touches.c.next_on,
            )
            .join(accounts, accounts.c.id == touches.c.account_id)
            .where(
                touches.c.person_id == person_id,
                touches.c.undone_at.is_(None),
                touches.c.next_on >= today - timedelta(days=BEHIND_DAYS),
                touches.c.next_on <= today + timedelta(days=AHEAD_DAYS),
                ~exists().where(
                    and_(
                        _later.c.account_id == touches.c.account_id,
                        _later.c.at > touches.c.at,
                        _later.c.undone_at.is_(None),
                    )
                ),
            )
            .order_by(touches.c.next_on, touches.c.id)
            .limit(MOST)
        )
        rows = await self._connection.execute(query)
        return [
            Promise(r.account_id, r.name, TouchKind(r.kind), r.contact, r.next_on) for r in rows
        ]

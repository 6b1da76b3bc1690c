"""Taking names and values out of sealed entries: the only change that the trail allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import null, select, update

from storage.audit_subjects import about
from storage.repository import Repository
from storage.tables import accounts, audit, contacts, people


@dataclass(frozen=True, slots=True)
class Trace:
    """An entry that may have to be erased. `about`: it is one by its author or subject alone."""

    id: int
    action: str
    actor: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    about: bool


class Erasing(Repository):
    """Who is meant, what there is of them, and how it goes."""

    async def person_words(self, person_id: int) -> list[str]:
        """What a person of the book is called, on every platform."""
        query = select(people.c.name, people.c.slack_id, people.c.wecom_id, people.c.email)
        return await self._words(query.where(people.c.id == person_id))

    async def contact_words(self, name: str) -> list[str]:
        """What the customers' contacts of that name are called and reached at."""
        query = select(contacts.c.name, contacts.c.email, contacts.c.phone)
        return await self._words(query.where(contacts.c.name == name))

    async def account_words(self, account_id: int) -> list[str]:
        """What a customer is called."""
        query = select(accounts.c.name, accounts.c.external_id).where(accounts.c.id == account_id)
        return await self._words(query)

    async def traces(
        self,
        *,
        after_id: int,
        limit: int,
        person_id: int | None = None,
        account_id: int | None = None,
    ) -> list[Trace]:
        """Sealed entries that still hold names and values, in order."""
        named = about(person_id=person_id, account_id=account_id).label("about")
        query = (
            select(
                audit.c.id,
                audit.c.action,
                audit.c.actor,
                audit.c.subject,
                audit.c.before,
                audit.c.after,
                named,
            )
            .where(audit.c.id > after_id, audit.c.salt.is_not(None))
            .order_by(audit.c.id)
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [
            Trace(
                row.id, row.action, row.actor, row.subject, row.before, row.after, bool(row.about)
            )
            for row in rows
        ]

    async def erase(self, ids: Sequence[int], *, at: datetime) -> list[int]:
        """Take names, values and salt out of those entries; gives those that still had them."""
        result = await self._connection.execute(
            update(audit)
            .where(audit.c.id.in_(ids), audit.c.salt.is_not(None))
            .values(actor="", before=null(), after=null(), salt=None, erased_at=at)
            .returning(audit.c.id)
        )
        return sorted(row.id for row in result)

    async def _words(self, query: Any) -> list[str]:
        rows = await self._connection.execute(query)
        return list(dict.fromkeys(word for row in rows for word in row if word))

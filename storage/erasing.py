"""Taking names and values out of sealed entries: the only change that the trail allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import null, select, update

from storage.audit_subjects import about
from storage.repository import Repository
from storage.tables import accounts, audit, contacts, people

_NAMING = frozenset({"name", "slack_id", "wecom_id", "email", "external_id", "aliases"})
"""Values of people's and customers' own entries that others may have been told of them by."""


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
        """What a customer is called, by other names too."""
        query = select(accounts.c.name, accounts.c.external_id).where(accounts.c.id == account_id)
        aliases = select(accounts.c.aliases).where(accounts.c.id == account_id)
        return [*await self._words(query), *(await self._connection.scalar(aliases) or ())]

    async def former_words(
        self, *, person_id: int | None = None, account_id: int | None = None
    ) -> list[str]:
        """What somebody was called before, as far as the trail itself still tells."""
        subject, subject_id = ("person", person_id) if person_id else ("account", account_id)
        told = await self._connection.execute(
            select(audit.c.before, audit.c.after).where(
                audit.c.subject == subject, audit.c.subject_id == subject_id
            )
        )
        words = [word for row in told for document in row for word in _names_in(document)]
        if person_id is not None:
            acted = select(audit.c.actor).where(audit.c.person_id == person_id).distinct()
            words += await self._words(acted)
        return list(dict.fromkeys(words))

    async def traces(
        self,
        *,
        after_id: int,
        limit: int,
        person_id: int | None = None,
        account_id: int | None = None,
        after_seal: int = 0,
    ) -> list[Trace]:
        """Sealed entries that still hold names and values, in order; of later seals alone."""
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
        if after_seal:
            query = query.where(audit.c.seal_no > after_seal)
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


def _names_in(document: Any) -> Iterator[str]:
    for key, value in (document or {}).items():
        if key in _NAMING:
            yield from (one for one in _listed(value) if isinstance(one, str))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else (value,)

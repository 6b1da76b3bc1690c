"""Who changed what, when, from what to what. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select, update

from storage.bulk import bulk_insert
from storage.repository import Repository
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one thing. `before` and `after` hold only the fields that changed."""

    action: str
    subject: str
    subject_id: int | None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change with its author."""

    id: int
    at: datetime
    person_id: int | None
    actor: str
    via: str
    change: Change
    undone: bool


class AuditTrail(Repository):
    """The book's memory of changes."""

    async def record(
        self,
        changes: Sequence[Change],
        *,
        person_id: int | None,
        actor: str,
        via: str,
        at: datetime,
    ) -> None:
        """Write changes in the transaction that makes them; `via` is a platform or a command."""
        await bulk_insert(
            self._connection,
            audit,
            [
                {
                    "at": at,
                    "person_id": person_id,
                    "actor": actor,
                    "via": via,
                    "action": change.action,
                    "subject": change.subject,
                    "subject_id": change.subject_id,
                    "before": _document(change.before),
                    "after": _document(change.after),
                    "undone": False,
                }
                for change in changes
            ],
        )

    async def last_of(self, person_id: int, *, since: datetime) -> AuditEntry | None:
        """The latest change somebody made that was not taken back."""
        query = (
            select(audit)
            .where(audit.c.person_id == person_id, audit.c.at >= since, ~audit.c.undone)
            .order_by(audit.c.id.desc())
            .limit(1)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def of_subject(
        self, subject: str, subject_id: int, *, limit: int = 20
    ) -> list[AuditEntry]:
        """The latest changes of one thing."""
        query = (
            select(audit)
            .where(audit.c.subject == subject, audit.c.subject_id == subject_id)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        return [_entry(row) for row in await self._connection.execute(query)]

    async def mark_undone(self, entry_id: int) -> bool:
        """Note that a change was taken back; false when it was before."""
        result = await self._connection.execute(
            update(audit).where(audit.c.id == entry_id, ~audit.c.undone).values(undone=True)
        )
        return bool(result.rowcount)


def _document(fields: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if fields is None else {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        person_id=row.person_id,
        actor=row.actor,
        via=row.via,
        change=Change(row.action, row.subject, row.subject_id, row.before, row.after),
        undone=row.undone,
    )

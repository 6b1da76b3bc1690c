"""Who changed what, when, from what to what. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from storage.audit_subjects import about
from storage.bulk import bulk_insert
from storage.repository import Repository
from storage.tables import audit

MOST_PARTS = 10
"""Changes that one command makes beside its main one."""


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
    erased: bool = False
    """Its names and values are gone."""
    seal_no: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; what is None does not matter."""

    actor: str | None = None
    person_id: int | None = None
    subject: str | None = None
    subject_id: int | None = None
    account_id: int | None = None
    since: datetime | None = None


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
            (
                {
                    "at": at,
                    "person_id": person_id,
                    "actor": actor,
                    "via": via,
                    "action": change.action,
                    "subject": change.subject,
                    "subject_id": change.subject_id,
                    "before": change.before,
                    "after": change.after,
                    "undone": False,
                }
                for change in changes
            ),
        )

    async def last_of(
        self, person_id: int | None, *, actions: Sequence[str], since: datetime
    ) -> AuditEntry | None:
        """The latest change of one of `actions` that somebody made and did not take back.

        None is the operator at the command line.
        """
        query = (
            select(audit)
            .where(
                audit.c.person_id.is_(None)
                if person_id is None
                else audit.c.person_id == person_id,
                audit.c.action.in_(actions),
                audit.c.at >= since,
                ~audit.c.undone,
            )
            .order_by(audit.c.id.desc())
            .limit(1)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def get(self, entry_id: int) -> AuditEntry | None:
        """One change."""
        row = (
            await self._connection.execute(select(audit).where(audit.c.id == entry_id))
        ).one_or_none()
        return None if row is None else _entry(row)

    async def parts_of(self, entry: AuditEntry) -> list[AuditEntry]:
        """What was changed along with an entry, the latest first.

        A command writes its own change last; its parts stand before it, named `won.contract`.
        """
        query = (
            select(audit)
            .where(
                audit.c.person_id.is_(None)
                if entry.person_id is None
                else audit.c.person_id == entry.person_id,
                audit.c.at == entry.at,
                audit.c.id < entry.id,
                audit.c.id >= entry.id - MOST_PARTS,
            )
            .order_by(audit.c.id.desc())
        )
        parts: list[AuditEntry] = []
        for row in await self._connection.execute(query):
            if not row.action.startswith(f"{entry.change.action}."):
                break
            parts.append(_entry(row))
        return parts

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

    async def read(self, wanted: Wanted, *, limit: int) -> list[AuditEntry]:
        """The latest entries of a kind, the latest first."""
        ways: list[ColumnElement[bool]] = []
        if wanted.actor is not None:
            by = audit.c.actor == wanted.actor
            known = wanted.person_id is not None
            ways.append(or_(by, audit.c.person_id == wanted.person_id) if known else by)
        if wanted.subject is not None:
            ways.append(audit.c.subject == wanted.subject)
        if wanted.subject_id is not None:
            ways.append(audit.c.subject_id == wanted.subject_id)
        if wanted.account_id is not None:
            ways.append(about(account_id=wanted.account_id))
        if wanted.since is not None:
            ways.append(audit.c.at >= wanted.since)
        query = select(audit).where(*ways).order_by(audit.c.id.desc()).limit(limit)
        return [_entry(row) for row in await self._connection.execute(query)]

    async def mark_undone(self, entry_id: int) -> bool:
        """Note that a change was taken back; false when it was before."""
        result = await self._connection.execute(
            update(audit).where(audit.c.id == entry_id, ~audit.c.undone).values(undone=True)
        )
        return bool(result.rowcount)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        person_id=row.person_id,
        actor=row.actor,
        via=row.via,
        change=Change(row.action, row.subject, row.subject_id, row.before, row.after),
        undone=row.undone,
        erased=row.erased_at is not None,
        seal_no=row.seal_no,
    )

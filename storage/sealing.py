"""Sealing the audit trail: entries get a salt, a digest and a place in the chain of seals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from storage.audit_chain import FIRST, Seal, SealedEntry, seal_hash
from storage.repository import Repository
from storage.tables import audit, audit_seals

BATCH = 1_000
"""Entries of one seal at most: the transaction stays short, and what is wrong is found nearby."""

_SALT_BYTES = 16
_AT_ONCE = 250
"""Entries hashed before others get their turn at the event loop."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What is not sealed yet; `since` is the instant of the first."""

    entries: int
    since: datetime | None


class Sealing(Repository):
    """The chain over the audit trail."""

    async def any_unsealed(self, *, after_id: int = 0) -> bool:
        """Whether there is something to seal behind that entry."""
        query = _unsealed().where(audit.c.id > after_id).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def seal(self, *, at: datetime, after_id: int = 0, most: int = BATCH) -> Seal | None:
        """Seal the oldest entries that are not yet; None when there are none.

        `after_id` leaves out what was just sealed: until it is vacuumed, PostgreSQL would look
        through it again each time. Two at once would write the same number: hold the job's mark.
        """
        query = _unsealed().where(audit.c.id > after_id).limit(most)
        rows = (await self._connection.execute(query)).all()
        if not rows:
            return None
        last = await self.last()
        no, previous = (1, FIRST) if last is None else (last.no + 1, last.hash)
        entries: list[SealedEntry] = []
        for done, row in enumerate(rows):
            if done % _AT_ONCE == 0:
                await asyncio.sleep(0)
            entries.append(_with_digest(_entry(row), token_hex(_SALT_BYTES), no))
        await self._bind(no, entries)
        made = Seal(
            no=no,
            first_id=entries[0].id,
            last_id=entries[-1].id,
            entries=len(entries),
            previous=previous,
            hash=seal_hash(no, previous, at, entries),
            at=at,
        )
        await self._connection.execute(
            insert(audit_seals).values({name: getattr(made, name) for name in _SEAL})
        )
        return made

    async def last(self) -> Seal | None:
        """The end of the chain."""
        query = select(audit_seals).order_by(audit_seals.c.no.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _seal(row)

    async def seals_after(self, no: int, *, limit: int) -> list[Seal]:
        """The following links of the chain, in order."""
        query = select(audit_seals).where(audit_seals.c.no > no).order_by(audit_seals.c.no)
        return [_seal(row) for row in await self._connection.execute(query.limit(limit))]

    async def entries_of(self, first_no: int, last_no: int) -> list[SealedEntry]:
        """The entries of some seals, by seal and id."""
        query = (
            select(*_COLUMNS)
            .where(audit.c.seal_no.between(first_no, last_no))
            .order_by(audit.c.seal_no, audit.c.id)
        )
        return [_entry(row) for row in await self._connection.execute(query)]

    async def entries_outside(self, *, after_no: int) -> int:
        """Entries that say they are in a seal behind the end of the chain."""
        query = select(func.count()).select_from(audit).where(audit.c.seal_no > after_no)
        return int(await self._connection.scalar(query) or 0)

    async def entries_before_the_first(self) -> list[tuple[int, int]]:
        """Seal and id of entries that say they are in a seal that cannot be: the first is 1."""
        query = select(audit.c.seal_no, audit.c.id).where(audit.c.seal_no < 1)
        rows = await self._connection.execute(query.order_by(audit.c.id).limit(BATCH))
        return [(row.seal_no, row.id) for row in rows]

    async def unsealed_of(self, action: str) -> list[SealedEntry]:
        """Entries of one action that are not sealed yet."""
        rows = await self._connection.execute(_unsealed().where(audit.c.action == action))
        return [_entry(row) for row in rows]

    async def tail(self) -> Tail:
        """How much is not sealed yet: read from the index of what is not, whatever it is long."""
        where = audit.c.seal_no.is_(None)
        entries = await self._connection.scalar(
            select(func.count()).select_from(audit).where(where)
        )
        first = select(audit.c.at).where(where).order_by(audit.c.id).limit(1)
        return Tail(int(entries or 0), await self._connection.scalar(first))

    async def _bind(self, no: int, entries: Sequence[SealedEntry]) -> None:
        if self._connection.dialect.name == "sqlite":
            await self._connection.exec_driver_sql(
                "UPDATE audit SET seal_no = ?, salt = ?, digest = ? WHERE id = ?",
                [(no, one.salt, one.digest, one.id) for one in entries],
            )
            return
        await self._connection.exec_driver_sql(
            "UPDATE audit SET seal_no = %s, salt = n.salt, digest = n.digest "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, salt, digest) "
            "WHERE audit.id = n.id",
            (
                no,
                [one.id for one in entries],
                [one.salt for one in entries],
                [one.digest for one in entries],
            ),
        )


_ENTRY = tuple(one.name for one in fields(SealedEntry))
_COLUMNS = tuple(audit.c[name] for name in _ENTRY)
_SEAL = tuple(one.name for one in fields(Seal))


def _unsealed() -> Select[Any]:
    return select(*_COLUMNS).where(audit.c.seal_no.is_(None)).order_by(audit.c.id)


def _entry(row: Sequence[Any]) -> SealedEntry:
    return SealedEntry(*row)


def _with_digest(entry: SealedEntry, salt: str, no: int) -> SealedEntry:
    return replace(entry, salt=salt, digest=entry.digest_with(salt), seal_no=no)


def _seal(row: Row[Any]) -> Seal:
    return Seal(*(getattr(row, name) for name in _SEAL))

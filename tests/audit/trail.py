"""A trail to seal and to spoil: some changes, and a way around the triggers as an attacker has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from handlers.audit_verifying import Flaw, Verdict, verify
from handlers.jobs import sealing
from storage.audit import Change
from storage.audit_chain import Seal
from storage.store import Store
from tests.sample_book import MONDAY


async def write(store: Store, *changes: Change, actor: str = "Ada Park", at: int = 0) -> None:
    """Changes by somebody, so many minutes after Monday morning."""
    async with store.begin() as tx:
        await tx.audit.record(
            changes,
            person_id=None,
            actor=actor,
            via="cli",
            at=MONDAY + timedelta(minutes=at),
        )


async def seal(store: Store, *, minute: int = 0) -> Sequence[Seal]:
    """Seal all there is."""
    return await sealing.run(store, MONDAY + timedelta(minutes=minute), for_s=None)


async def sealed_days(store: Store, days: int = 3, changes: int = 3) -> list[Seal]:
    """So many seals of so many entries each."""
    made: list[Seal] = []
    for day in range(days):
        rows = [
            Change("edit", "contract", 100 * day + n, {"arr": "1.5"}, {"arr": "2", "seats": n})
            for n in range(changes)
        ]
        await write(store, *rows, at=day)
        made += await seal(store, minute=day)
    return made


async def do(store: Store, sql: str, **values: Any) -> None:
    """One statement, as the product's own connection may do it."""
    async with store.begin() as tx:
        await tx.connection.execute(text(sql), values)


@asynccontextmanager
async def unguarded(store: Store) -> AsyncIterator[None]:
    """What somebody can do who owns the database: switch the triggers off, and on again."""
    async with store.begin() as tx:
        if store.dialect == "postgresql":
            for table in ("audit", "audit_seals"):
                await tx.connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            kept: list[str] = []
        else:
            rows = await tx.connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            )
            triggers = [(row.name, row.sql) for row in rows if row.name.startswith("audit")]
            for name, _ in triggers:
                await tx.connection.execute(text(f"DROP TRIGGER {name}"))
            kept = [sql for _, sql in triggers]
    yield
    async with store.begin() as tx:
        if store.dialect == "postgresql":
            for table in ("audit", "audit_seals"):
                await tx.connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        for sql in kept:
            await tx.connection.execute(text(sql))


async def spoil(store: Store, *statements: str) -> None:
    """Statements of somebody who owns the database."""
    async with unguarded(store):
        for statement in statements:
            await do(store, statement)


def flaws(found: Verdict) -> list[tuple[Flaw, int | None, int | None]]:
    """What is wrong, in which seal and entry."""
    return [(one.flaw, one.seal_no, one.entry_id) for one in found.flaws]


async def flaws_of(store: Store, *, head: str | None = None) -> list[Any]:
    """The same of the trail as it is."""
    return flaws(await verify(store, head=head))

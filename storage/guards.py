"""The triggers that the book's promises rest on (migration 0005): whether they are all there.

Whoever owns the database can drop them or switch them off, a restored dump may lack them, and
nothing else would say so until it is too late.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

AUDIT = {
    "sqlite": frozenset(
        {"audit_keeps", "audit_erases", "audit_stays", "audit_seals_keep", "audit_seals_stay"}
    ),
    "postgresql": frozenset(
        {
            "audit_keeps",
            "audit_erases",
            "audit_stays",
            "audit_is_not_emptied",
            "audit_seals_keep",
            "audit_seals_are_not_emptied",
        }
    ),
}
"""Nobody changes what is sealed; by database."""

DELETIONS = frozenset({"deliveries_vanish", "ledger_vanishes"})
"""What is deleted by hand from the outbox or the ledger is noted."""


async def missing_audit_guards(connection: AsyncConnection) -> list[str]:
    """Those of the audit trail that are gone or switched off."""
    return sorted(AUDIT[connection.dialect.name] - await _working(connection))


async def missing_guards(connection: AsyncConnection) -> list[str]:
    """All that are gone or switched off."""
    return sorted((AUDIT[connection.dialect.name] | DELETIONS) - await _working(connection))


async def _working(connection: AsyncConnection) -> set[str]:
    found = await connection.execute(
        text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
            "AND c.relnamespace = to_regnamespace(current_schema()::text)"
        )
    )
    return {row[0] for row in found}

"""Facts brought by file: rows known by a natural key, written only when they are new or differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, func, select, text, update

from storage.bulk import bulk_insert
from storage.contracts import IN_ONE_STATEMENT
from storage.health_marks import mark_due, mark_due_of_touches
from storage.repository import Repository
from storage.tables import metadata

Key = tuple[Any, ...]

KEYS: dict[str, tuple[str, ...]] = {
    "arr_steps": ("contract_id", "from_on"),
    "rates": ("currency", "on"),
    "contacts": ("account_id", "name"),
    "goals": ("account_id", "goal"),
    "signals": ("account_id", "signal", "observed_on"),
    "tickets": ("account_id", "ticket_no"),
    "payments": ("account_id", "invoice_no"),
    "surveys": ("account_id", "kind", "answered_on", "respondent"),
    "events": ("account_id", "event", "held_on"),
    "touches": ("natural_key",),
    "outcomes": ("contract_id",),
}
"""What tells one row of a table from another; the first column is what rows are fetched by."""

SCORED = frozenset({"contacts", "signals", "tickets", "payments", "surveys", "events", "touches"})
"""Tables whose rows change the health of their customer."""


class Facts(Repository):
    """Reading and writing whole sets of rows by natural key."""

    async def existing(
        self,
        table: str,
        firsts: Iterable[Any],
        columns: Sequence[str],
        *,
        within: Mapping[str, tuple[Any, Any] | frozenset[Any]] | None = None,
    ) -> dict[Key, dict[str, Any]]:
        """Rows whose first key column is one of `firsts`: key -> the columns asked for.

        `within` bounds further columns: to a span, both ends included, or to a set.
        """
        target = metadata.tables[table]
        keys = KEYS[table]
        wanted = sorted(set(firsts))
        spans = [
            target.c[name].in_(sorted(span))
            if isinstance(span, frozenset)
            else target.c[name].between(*span)
            for name, span in (within or {}).items()
        ]
        found: dict[Key, dict[str, Any]] = {}
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            rows = await self._connection.execute(
                select(*(target.c[name] for name in dict.fromkeys((*keys, *columns)))).where(
                    target.c[keys[0]].in_(wanted[start : start + IN_ONE_STATEMENT]), *spans
                )
            )
            for row in rows:
                values = dict(row._mapping)
                found[tuple(values[name] for name in keys)] = values
        return found

    async def add(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert new rows; all have the same columns."""
        await bulk_insert(self._connection, metadata.tables[table], rows)
        await self._mark(table, rows)

    async def change(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Set the columns of existing rows, found by key; all rows have the same columns."""
        if not rows:
            return
        target = metadata.tables[table]
        keys = KEYS[table]
        changes = [name for name in rows[0] if name not in keys]
        if not changes:
            return
        statement = (
            update(target)
            .where(and_(*(target.c[name] == bindparam(f"key_{name}") for name in keys)))
            .values({name: bindparam(f"new_{name}") for name in changes})
        )
        await self._connection.execute(
            statement,
            [
                {f"key_{name}": row[name] for name in keys}
                | {f"new_{name}": row[name] for name in changes}
                for row in rows
            ],
        )
        await self._mark(table, rows)

    async def _mark(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Have the customers of rows that were written scored again."""
        if table in SCORED and rows:
            if "account_id" in rows[0]:
                await mark_due(self._connection, {row["account_id"] for row in rows})
            else:
                await mark_due_of_touches(self._connection, [row["natural_key"] for row in rows])

    async def take_ids(self, table: str, count: int, *, above: int = 0) -> Sequence[int]:
        """`count` unused ids of a table for this transaction's inserts, ascending.

        `above` is the last one taken before in this transaction and not yet inserted.
        """
        target: Table = metadata.tables[table]
        if count == 0:
            return range(0)
        if self._connection.dialect.name == "postgresql":
            rows = await self._connection.execute(
                text(
                    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) "
                    "FROM generate_series(1, :count)"
                ),
                {"table": table, "count": count},
            )
            return [int(row[0]) for row in rows]
        last = (await self._connection.scalar(select(func.max(target.c.id)))) or 0
        first = max(last, above) + 1
        return range(first, first + count)

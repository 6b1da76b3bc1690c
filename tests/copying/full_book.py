"""A book with rows in every table, of values that the two databases keep differently."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    Integer,
    LargeBinary,
    Table,
    insert,
    update,
)

from storage.columns import Amount, Instant, Json
from storage.engine import open_engines
from storage.tables import metadata, people

ROWS = 3
AT = datetime(2026, 11, 23, 1, 7, 0, 120_000, tzinfo=UTC)

TEXTS = ("Acme\tand\nSons\\N", "客户 ’“”𠮷\r\n{}", "")
DOCUMENTS: tuple[Any, ...] = (
    {"b": 1, "a": [1.0, 0.1, 1e300, -0.0, None, True], "客": "户\t\\"},
    0.1,
    ["x", {}, [], {"z": {"y": 2, "x": 1}}],
)
FRACTIONS = (0.1 + 0.2, -0.0, 1e-300)
AMOUNTS = (Decimal("0.0001"), Decimal("-12.5"), Decimal("99999999999999.9999"))


async def fill(url: str) -> None:
    """Three rows in every table; NULL wherever the third may have it."""
    engines = open_engines(url)
    try:
        async with engines.writer.begin() as connection:
            for table in metadata.sorted_tables:
                if table.name != "schema_versions":
                    rows = [_row(table, n) for n in range(1, ROWS + 1)]
                    for row in rows:
                        await connection.execute(insert(table).values(row))
            await connection.execute(update(people).where(people.c.id == 1).values(manager_id=2))
    finally:
        await engines.dispose()


def _row(table: Table, n: int) -> dict[str, Any]:
    return {column.name: _value(column, n) for column in table.columns}


def _value(column: Column[Any], n: int) -> Any:
    kind = column.type
    if n == ROWS and column.nullable:
        return None
    if column.foreign_keys or (column.primary_key and isinstance(kind, Integer)):
        return None if column.name == "manager_id" else n
    if isinstance(kind, Instant):
        return AT + timedelta(days=n, microseconds=n)
    if isinstance(kind, Amount):
        return AMOUNTS[n - 1]
    if kind is Json:
        return DOCUMENTS[n - 1]
    if isinstance(kind, Date):
        return date(2024, 2, 29) + timedelta(days=n)
    if isinstance(kind, Boolean):
        return n == 1
    if isinstance(kind, Double):
        return FRACTIONS[n - 1]
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * n
    if isinstance(kind, Integer):
        return 2**31 - n
    return f"{n} {TEXTS[n - 1]}"

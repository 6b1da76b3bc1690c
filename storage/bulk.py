"""Many rows at once, as fast as the driver goes: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Date, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import AMOUNT_SCALE, Amount, Instant

_UNIT = Decimal(10) ** AMOUNT_SCALE


async def bulk_insert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    ignore_existing: bool = False,
) -> None:
    """Insert `rows`, which all have the same columns; with `ignore_existing` those that are new.

    The driver gets prepared tuples: the SQL toolkit's own per-row work costs two to four times
    the insert itself (reliability.md, floors).
    """
    if not rows:
        return
    names = list(rows[0])
    sqlite = connection.dialect.name == "sqlite"
    tuples = database_values(table, rows, sqlite=sqlite)
    columns = ", ".join(f'"{name}"' for name in names)
    if sqlite:
        verb = "INSERT OR IGNORE" if ignore_existing else "INSERT"
        marks = ", ".join("?" for _ in names)
        await connection.exec_driver_sql(
            f"{verb} INTO {table.name} ({columns}) VALUES ({marks})",
            tuples,
        )
        return
    await _copy(connection, table.name, columns, tuples, ignore_existing=ignore_existing)


async def _copy(
    connection: AsyncConnection,
    table: str,
    columns: str,
    tuples: Sequence[tuple[Any, ...]],
    *,
    ignore_existing: bool,
) -> None:
    import psycopg

    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if driver is None:
        raise RuntimeError("the connection was closed while rows were written")
    try:
        async with driver.cursor() as cursor:
            target = table
            if ignore_existing:
                target = f"incoming_{table}"
                await cursor.execute(
                    f"CREATE TEMP TABLE {target} (LIKE {table}) ON COMMIT DROP"
                    if not await _temp_exists(cursor, target)
                    else f"TRUNCATE {target}"
                )
            async with cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for values in tuples:
                    await copy.write_row(values)
            if ignore_existing:
                await cursor.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {target} "  # noqa: S608
                    "ON CONFLICT DO NOTHING"
                )
    except psycopg.OperationalError as fault:
        raise OperationalError(f"COPY {table}", None, fault) from fault
    except psycopg.Error as fault:
        # Past the toolkit, so its wrapping has to be done here for the store to understand it.
        raise DatabaseError(f"COPY {table}", None, fault) from fault


def database_values(
    table: Table, rows: Sequence[dict[str, Any]], *, sqlite: bool
) -> list[tuple[Any, ...]]:
    """`rows`, which all have the same columns, as the values that the driver takes."""
    names = list(rows[0])
    adapters = [_adapter(table.c[name], sqlite=sqlite) for name in names]
    return [
        tuple(
            value if adapt is None or value is None else adapt(value)
            for adapt, value in zip(adapters, map(row.__getitem__, names), strict=True)
        )
        for row in rows
    ]


async def _temp_exists(cursor: Any, name: str) -> bool:
    await cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (f"pg_temp.{name}",))
    return bool((await cursor.fetchone())[0])


def _adapter(column: Column[Any], *, sqlite: bool) -> Callable[[Any], Any] | None:
    kind = column.type
    if isinstance(kind, Amount):
        return _amount
    if isinstance(kind, JSON | postgresql.JSONB):
        return _document
    if sqlite and isinstance(kind, Instant):
        return _naive_text
    if sqlite and isinstance(kind, Date):
        return date.isoformat
    return None


def _amount(value: Decimal) -> int:
    return int((value * _UNIT).to_integral_value())


def _document(value: object) -> str:
    return "{}" if value == {} else json.dumps(value, ensure_ascii=False)


def _naive_text(value: datetime) -> str:
    # The form SQLAlchemy's DateTime writes and reads on SQLite.
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

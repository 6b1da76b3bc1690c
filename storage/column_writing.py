"""Many rows written at once past the SQL toolkit: new ones inserted, known ones replaced."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

Columns = Sequence[Iterable[Any]]
Rows = Iterable[tuple[Any, ...]]

ROWS_IN_A_BLOCK = 2000
"""What goes to PostgreSQL at a time: some hundred kilobytes."""


async def upsert_columns(
    connection: AsyncConnection, table: Table, names: Sequence[str], columns: Columns
) -> None:
    """Write `columns`, named so, over the rows with the same primary key.

    The values are what the driver takes: days as ISO text on SQLite, dates on PostgreSQL.
    """
    keys = [column.name for column in table.primary_key]
    quoted = ", ".join(f'"{name}"' for name in names)
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    over = ", ".join(f'"{key}"' for key in keys)
    conflict = f"ON CONFLICT ({over}) DO UPDATE SET {news}"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table.name} ({quoted}) VALUES ({marks}) {conflict}"  # noqa: S608
        await run_many(connection, sql, zip(*columns, strict=True))
    else:
        await _copy(connection, table.name, quoted, conflict, zip(*columns, strict=True))


async def run_many(connection: AsyncConnection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """One SQLite statement with `?` for many rows, in the connection's thread."""
    driver: Any = (await connection.get_raw_connection()).driver_connection

    def visit(raw: sqlite3.Connection) -> None:
        raw.executemany(sql, rows)

    try:
        await driver._execute(visit, driver._conn)
    except sqlite3.OperationalError as fault:
        raise OperationalError(sql, None, fault) from fault
    except sqlite3.Error as fault:
        raise DatabaseError(sql, None, fault) from fault


async def _copy(
    connection: AsyncConnection, table: str, columns: str, conflict: str, rows: Rows
) -> None:
    import psycopg

    driver: Any = (await connection.get_raw_connection()).driver_connection
    target = f"columns_of_{table}"
    try:
        async with driver.cursor() as cursor:
            await cursor.execute(f"DROP TABLE IF EXISTS {target}")
            await cursor.execute(f"CREATE TEMP TABLE {target} (LIKE {table}) ON COMMIT DROP")
            async with cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for block in await asyncio.to_thread(_blocks, rows):
                    await copy.write(block)
            await cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {target} {conflict}"  # noqa: S608
            )
    except psycopg.OperationalError as fault:
        raise OperationalError(f"COPY {table}", None, fault) from fault
    except psycopg.Error as fault:
        raise DatabaseError(f"COPY {table}", None, fault) from fault


def _blocks(rows: Rows) -> list[str]:
    """Rows in the text format of COPY, a few thousand to a block."""
    found = []
    lines = iter(rows)
    while part := list(islice(lines, ROWS_IN_A_BLOCK)):
        columns = [map(_field, column) for column in zip(*part, strict=True)]
        found.append("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")
    return found


def _field(value: Any) -> str:
    """One value as COPY reads it; floats in the shortest form that reads back the same."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).translate(_ESCAPED)


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

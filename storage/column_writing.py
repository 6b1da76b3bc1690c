"""Many rows written at once past the SQL toolkit: new ones inserted, known ones replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

Columns = Sequence[Iterable[Any]]


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
    connection: AsyncConnection,
    table: str,
    columns: str,
    conflict: str,
    rows: Iterable[tuple[Any, ...]],
) -> None:
    import psycopg

    driver: Any = (await connection.get_raw_connection()).driver_connection
    target = f"columns_of_{table}"
    try:
        async with driver.cursor() as cursor:
            await cursor.execute(f"DROP TABLE IF EXISTS {target}")
            await cursor.execute(f"CREATE TEMP TABLE {target} (LIKE {table}) ON COMMIT DROP")
            async with cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    await copy.write_row(row)
            await cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {target} {conflict}"  # noqa: S608
            )
    except psycopg.OperationalError as fault:
        raise OperationalError(f"COPY {table}", None, fault) from fault
    except psycopg.Error as fault:
        raise DatabaseError(f"COPY {table}", None, fault) from fault

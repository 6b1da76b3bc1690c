"""Many rows at once, as fast as the driver goes: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk_values import copy_text, database_values

BATCH = 2000
"""Rows prepared at a time; between batches whoever waits for the event loop gets their turn."""

Rows = Iterable[dict[str, Any]]


async def bulk_insert(
    connection: AsyncConnection, table: Table, rows: Rows, *, ignore_existing: bool = False
) -> None:
    """Insert `rows`, which all have the same columns; with `ignore_existing` those that are new.

    The driver gets finished values: the SQL toolkit's own per-row work costs two to four times
    the insert itself (reliability.md, floors).
    """
    iterator = iter(rows)
    batches = iter(lambda: list(islice(iterator, BATCH)), [])
    first = next(batches, None)
    if first is None:
        return
    columns = ", ".join(f'"{name}"' for name in first[0])
    batches = chain([first], batches)
    if connection.dialect.name != "sqlite":
        await _copy(connection, table, columns, batches, ignore_existing=ignore_existing)
        return
    verb = "INSERT OR IGNORE" if ignore_existing else "INSERT"
    marks = ", ".join("?" for _ in first[0])
    for batch in batches:
        await connection.exec_driver_sql(
            f"{verb} INTO {table.name} ({columns}) VALUES ({marks})",
            database_values(table, batch, sqlite=True),
        )


async def _copy(
    connection: AsyncConnection,
    table: Table,
    columns: str,
    batches: Iterable[list[dict[str, Any]]],
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
            target = table.name
            if ignore_existing:
                target = f"incoming_{table.name}"
                await cursor.execute(
                    f"CREATE TEMP TABLE {target} (LIKE {table.name}) ON COMMIT DROP"
                    if not await _temp_exists(cursor, target)
                    else f"TRUNCATE {target}"
                )
            async with cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for batch in batches:
                    await copy.write(copy_text(table, batch))
                    await asyncio.sleep(0)
            if ignore_existing:
                await cursor.execute(
                    f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {target} "  # noqa: S608
                    "ON CONFLICT DO NOTHING"
                )
    except psycopg.OperationalError as fault:
        raise OperationalError(f"COPY {table.name}", None, fault) from fault
    except psycopg.Error as fault:
        # Past the toolkit, so its wrapping has to be done here for the store to understand it.
        raise DatabaseError(f"COPY {table.name}", None, fault) from fault


async def _temp_exists(cursor: Any, name: str) -> bool:
    await cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (f"pg_temp.{name}",))
    return bool((await cursor.fetchone())[0])

"""Many rows at once past the SQL toolkit, turned into columns away from the event loop.

The toolkit's own work per row costs more than the database's (reliability.md, floors), and turning
half a million values into arrays would hold up whoever waits for an answer.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

Rows = Sequence[tuple[Any, ...]]

FETCHED_AT_ONCE = 2000
"""Rows that PostgreSQL's driver turns into values on the event loop before others have a turn: a
few milliseconds."""

_NAMED = re.compile(r":(\w+)")


async def read_columns(
    connection: AsyncConnection,
    sql: str,
    values: Mapping[str, Any],
    into: Callable[[Rows], T],
) -> T:
    """What `into` makes of the rows of a query with `:name` parameters; it runs in a thread."""
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    if driver is None:
        raise RuntimeError("the connection was closed while rows were read")
    if connection.dialect.name == "sqlite":
        return await _on_sqlite(driver, sql, values, into)
    return await _on_postgresql(driver, _NAMED.sub(r"%(\1)s", sql), values, into)


def columns_of(rows: Rows, width: int) -> list[list[Any]]:
    """The columns of rows, also when there are none; `zip(*rows)` makes an iterator a row."""
    return [list(map(itemgetter(at), rows)) for at in range(width)]


async def _on_sqlite(
    driver: Any, sql: str, values: Mapping[str, Any], into: Callable[[Rows], T]
) -> T:
    plain = {name: _plain(value) for name, value in values.items()}

    def visit(connection: sqlite3.Connection) -> T:
        return into(connection.execute(sql, plain).fetchall())

    try:
        made: T = await driver._execute(visit, driver._conn)
    except sqlite3.OperationalError as fault:
        raise OperationalError(sql, None, fault) from fault
    except sqlite3.Error as fault:
        raise DatabaseError(sql, None, fault) from fault
    return made


async def _on_postgresql(
    driver: Any, sql: str, values: Mapping[str, Any], into: Callable[[Rows], T]
) -> T:
    import psycopg

    try:
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(sql, values)
            rows: list[tuple[Any, ...]] = []
            while part := await cursor.fetchmany(FETCHED_AT_ONCE):
                rows += part
                # The rows are here already: without this nobody else would have a turn.
                await asyncio.sleep(0)
    except psycopg.OperationalError as fault:
        raise OperationalError(sql, None, fault) from fault
    except psycopg.Error as fault:
        raise DatabaseError(sql, None, fault) from fault
    return await asyncio.to_thread(into, rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

"""SQLite with one visit to the connection's thread per statement.

aiosqlite works on a connection in a thread of its own, and SQLAlchemy goes there four times for
one statement: for a cursor, to execute, to fetch, to close. The visits are what a small statement
costs (reliability.md, floors), so all of it is done in one.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Has all rows when it is executed. Streams have SQLAlchemy's own cursor, which has not."""

    __slots__ = ()

    def _make_new_cursor(self, connection: Any) -> Any:
        """None yet: one is made where it is used."""
        return None

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._visit(lambda cursor: cursor.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, parameters: Any) -> None:
        await self._visit(lambda cursor: cursor.executemany(operation, parameters))

    async def _visit(self, do: Callable[[sqlite3.Cursor], object]) -> None:
        async with self._adapt_connection._execute_mutex:
            connection: Any = self._connection
            try:
                self._cursor, self._rows = await connection._execute(_done, connection._conn, do)
            except BaseException:
                cast("_Connection", self._adapt_connection).broken_off = True
                raise

    async def _async_soft_close(self) -> None:
        """Closed already."""

    def close(self) -> None:
        self._rows.clear()


def _done(
    connection: sqlite3.Connection, do: Callable[[sqlite3.Cursor], object]
) -> tuple[sqlite3.Cursor, deque[Sequence[Any]]]:
    """The closed cursor, which still says what came of it, and the rows."""
    cursor = connection.cursor()
    try:
        do(cursor)
        return cursor, deque(cursor.fetchall() if cursor.description else ())
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    """`broken_off`: somebody did not wait for the end of a visit, or it failed."""

    __slots__ = ("broken_off",)

    _cursor_cls = _Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.broken_off = False

    def rollback(self) -> None:
        """Undo what was begun: the pool asks whenever it gets a connection back.

        Whether something is open can only be seen while nothing is under way in the thread.
        """
        driver = self._connection
        if self.broken_off or (driver._connection and driver.in_transaction):
            super().rollback()


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *args: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        given = {"async_creator_fn": _opened, **options}
        return _Connection(self, super().connect(*args, **given).driver_connection)


async def _opened(*args: Any, **options: Any) -> aiosqlite.Connection:
    """A connection; of one that cannot be opened the thread has ended too.

    aiosqlite leaves it to end by itself and to say so in the event loop, which a command that could
    not reach its book has closed by then: a traceback after the sentence.
    """
    connection = aiosqlite.connect(*args, **options)
    connection._thread.daemon = True  # as SQLAlchemy has it: no exit waits for it
    try:
        return await connection
    except sqlite3.Error:
        connection._thread.join()
        raise


def driver() -> AsyncAdapt_aiosqlite_dbapi:
    """The driver to hand to `create_async_engine`."""
    return _Driver(aiosqlite, sqlite3)

"""Hints between replicas on PostgreSQL: whoever puts something to be sent wakes the others.

NOTIFY reaches only who is connected at that moment, so nothing may depend on it: delivery looks by
itself every few seconds all the same (reliability.md, Delivery). SQLite has no such thing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

CHANNEL = "renewals_deliveries"
_PUT = "insert into deliveries"
_NEWS = "renewals_put"

LISTENER = "renewals wake-ups"
"""What PostgreSQL knows a replica's listening connection by."""

ALIVE_EVERY_S = 30.0
"""A listener that hears nothing asks so often whether its connection still stands."""

_AGAIN_FIRST_S = 1.0
_AGAIN_MOST_S = 30.0


def announce_puts(engine: AsyncEngine) -> None:
    """Let every transaction of this engine that put a delivery tell so when it is committed.

    In the transaction itself: the hint neither comes before the rows nor for what was rolled back.
    """
    event.listen(engine.sync_engine, "after_cursor_execute", _note)
    event.listen(engine.sync_engine, "rollback", _forget)
    event.listen(engine.sync_engine, "commit", _tell)


def _note(
    connection: Connection, cursor: Any, statement: str, _given: Any, _context: Any, _many: bool
) -> None:
    if cursor.rowcount > 0 and _PUT in statement.lower():
        connection.info[_NEWS] = True


def _forget(connection: Connection) -> None:
    # What is known of a connection that broke went with it, and cannot be asked for any more.
    if not connection.invalidated:
        connection.info.pop(_NEWS, None)


def _tell(connection: Connection) -> None:
    if connection.info.pop(_NEWS, False):
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


@asynccontextmanager
async def hearing_puts(url: URL, wake: Callable[[], None]) -> AsyncIterator[None]:
    """Call `wake` whenever any replica put something, until left; a lost connection is made again.

    It is also called after each new connection, because of what may have been missed.
    """
    task = asyncio.create_task(_hear(url, wake), name="wake-ups")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _hear(url: URL, wake: Callable[[], None]) -> None:
    wait_s = _AGAIN_FIRST_S
    while True:
        try:
            async with await _connected(url) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                wait_s = _AGAIN_FIRST_S
                wake()
                await _pass_on(connection, wake)
        except (psycopg.Error, OSError, TimeoutError) as fault:
            log.warning("no hints from other replicas for now: %s", type(fault).__name__)
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, _AGAIN_MOST_S)


async def _connected(url: URL) -> psycopg.AsyncConnection[Any]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(
        address, autocommit=True, connect_timeout=10, application_name=LISTENER
    )


async def _pass_on(connection: psycopg.AsyncConnection[Any], wake: Callable[[], None]) -> None:
    while True:
        async for _hint in connection.notifies(timeout=ALIVE_EVERY_S):
            wake()
        # What breaks between two networks is noticed by asking alone.
        async with asyncio.timeout(ALIVE_EVERY_S):
            await connection.execute("SELECT 1")

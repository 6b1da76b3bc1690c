"""Connections as reliability.md wants them, for SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from scoring.errors import ConfigError, StoreUnavailable
from storage.one_visit import driver

BUSY_TIMEOUT_S = 5.0
"""How long a writer waits for another process's write lock (reliability.md, Databases)."""

LONG_STATEMENT_TIMEOUT_S = 900
"""The same for work on the whole book: a first tick, a large import."""

STATEMENT_TIMEOUT_S = 30
"""No statement of a service may run longer on PostgreSQL (reliability.md, exhaustion)."""


CACHE_KIB = 2_048
"""What each connection keeps of a SQLite file; what it misses is in the machine's cache of files."""

LONG_CACHE_KIB = 65_536
"""The same for the writer during work on the whole book."""

LOCK_TIMEOUT_S = 5
"""How long a statement waits on PostgreSQL for somebody else's transaction."""

RESTED_S = 0.1
"""A connection to PostgreSQL that answered so lately is not asked first whether it still stands."""

_BACK_AT = "back_at"


@dataclass(frozen=True, slots=True)
class Engines:
    """The two doors to one database: writers queue in front of SQLite, readers see one moment."""

    writer: AsyncEngine
    reader: AsyncEngine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    async def dispose(self) -> None:
        """Close every connection."""
        await self.writer.dispose()
        if self.reader.pool is not self.writer.pool:
            await self.reader.dispose()


def parse_url(text: str) -> URL:
    """The database address with the driver this product uses; ConfigError for any other kind."""
    try:
        url = make_url(text)
    except ArgumentError as fault:
        raise ConfigError(
            [
                "database_url is not a database address; write sqlite+aiosqlite:///book.db "
                "or postgresql+psycopg://user@host/name"
            ]
        ) from fault
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ConfigError([f"database_url: {other} is not supported; use sqlite or postgresql"])


def sqlite_file(url: URL) -> Path | None:
    """Where a SQLite database lies; None for one of a server, or in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def open_engines(text: str) -> Engines:
    """Engines for an address; nothing is connected yet."""
    url = parse_url(text)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    from storage.wakeups import announce_puts  # the driver costs a start with SQLite its time

    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=8,
        max_overflow=4,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 10,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000} "
            f"-c lock_timeout={LOCK_TIMEOUT_S * 1000} -c timezone=UTC -c datestyle=ISO",
        },
    )
    announce_puts(engine)
    _ask_the_rested(engine)
    # One pool: the isolation is set on a connection when it is taken out. PostgreSQL's usual one
    # shows every statement another moment.
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(writer=engine, reader=reader)


def _ask_the_rested(engine: AsyncEngine) -> None:
    """Have a connection that was not used lately show that it still stands, or make a new one.

    To ask each time, as the pool would, is a tenth of what a message costs.
    """
    dialect = engine.sync_engine.dialect

    def put_back(_connection: DBAPIConnection | None, record: Any) -> None:
        record.info[_BACK_AT] = time.monotonic()

    def taken(connection: DBAPIConnection, record: Any, _holder: Any) -> None:
        back_at = record.info.get(_BACK_AT)
        if back_at is None or time.monotonic() - back_at < RESTED_S:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as fault:
            # What broke one has broken the others too.
            raise InvalidatePoolError from fault

    event.listen(engine.sync_engine, "checkin", put_back)
    event.listen(engine.sync_engine, "checkout", taken)


def _open_sqlite(url: URL) -> Engines:
    # One connection writes, so that writers of this process queue in the pool instead of polling
    # the file lock; other processes are waited for by busy_timeout.
    both = {"hide_parameters": True, "pool_timeout": 30, "module": driver()}
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **both)
    reader = create_async_engine(url, pool_size=4, max_overflow=2, **both)
    path = url.database or ""
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (reader, "BEGIN")):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _beginner(begin))
    event.listen(writer.sync_engine, "connect", _noter(path))
    event.listen(writer.sync_engine, "begin", _checker(path))
    return Engines(writer=writer, reader=reader)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions would start too late to take the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"cache_size = -{CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


_OPENED = "opened_file"


def _noter(path: str) -> Callable[[DBAPIConnection, Any], None]:
    def note(_connection: DBAPIConnection, record: Any) -> None:
        record.info[_OPENED] = _file_at(path)

    return note


def _checker(path: str) -> Callable[[Any], None]:
    """What is written into a file that was moved away or deleted is lost, and SQLite says nothing."""

    def check(connection: Any) -> None:
        if connection.connection.info.get(_OPENED) != _file_at(path):
            raise StoreUnavailable("gone")

    return check


def _file_at(path: str) -> tuple[int, int] | None:
    """Which file a path leads to; None for none, as for a database in memory."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beginner(statement: str) -> Callable[[Any], None]:
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(statement)

    return begin

"""Connections for copying: one consistent view to read from, one transaction to write in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

from scoring.errors import Refused, StoreUnavailable
from storage.engine import BUSY_TIMEOUT_S, sqlite_file


@contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """A database that is there, as it is at one moment however long the reading takes."""
    with _connected(url) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        yield connection
        connection.rollback()


@contextmanager
def writing(url: URL) -> Iterator[Connection]:
    """One transaction: committed at the end, or nothing of it was ever there."""
    with _connected(url, make=True) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        yield connection
        connection.commit()


def file_of(url: URL) -> Path | None:
    """The file that holds a book; None for a server. Refused for a book in memory."""
    file = sqlite_file(url)
    if file is None and url.get_backend_name() == "sqlite":
        raise Refused("copying.in_memory")
    return file


def sqlite_at(path: Path) -> URL:
    """The address of a SQLite file."""
    return URL.create("sqlite+aiosqlite", database=str(path))


@contextmanager
def faults_told() -> Iterator[None]:
    """Faults of the database below become StoreUnavailable with their reason."""
    import psycopg

    try:
        yield
    except sqlalchemy.exc.DatabaseError as fault:
        raise _told(fault.orig or fault) from fault
    except (sqlite3.Error, psycopg.Error) as fault:
        raise _told(fault) from fault


@contextmanager
def _connected(url: URL, *, make: bool = False) -> Iterator[Connection]:
    path = file_of(url)
    if path is not None and not make and not path.is_file():
        raise Refused("copying.no_book", file=path)
    options: dict[str, Any] = {}
    if path is None:
        options["connect_args"] = {"connect_timeout": 10}
    else:
        url = url.set(drivername="sqlite")
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, **options)
    try:
        with faults_told(), engine.connect() as connection:
            if path is not None:
                driver: Any = connection.connection.driver_connection
                driver.isolation_level = None
                driver.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
                driver.execute("PRAGMA cache_size = -65536")
            yield connection
    finally:
        engine.dispose()


_REASONS = (
    ("locked", "locked"),
    ("lock timeout", "locked"),
    ("not a database", "damaged"),
    ("malformed", "damaged"),
    ("readonly", "read_only"),
    ("read-only", "read_only"),
    ("full", "full"),
    ("no space left", "full"),
)


def _told(fault: BaseException) -> BaseException:
    import psycopg

    if getattr(fault, "sqlstate", None) == "42501":
        return Refused("copying.not_allowed", detail=str(fault).partition("\n")[0])
    text = str(fault).lower()
    known = next((why for word, why in _REASONS if word in text), None)
    if known is None and not isinstance(fault, sqlite3.OperationalError | psycopg.OperationalError):
        return fault  # a mistake of ours
    return StoreUnavailable(known or "gone")

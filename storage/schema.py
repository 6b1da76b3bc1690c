"""Bringing a database to this version's schema, one process at a time."""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from scoring.errors import ConfigError, StoreUnavailable
from storage.engine import BUSY_TIMEOUT_S, parse_url
from storage.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x72656E65
"""The advisory lock of schema changes on PostgreSQL ("rene")."""


class SchemaState(StrEnum):
    """What a database needs before this version can work with it."""

    READY = "ready"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"


async def upgrade(database_url: str) -> SchemaState:
    """Bring the schema up to date; returns what was found before. Safe to call from any number
    of processes at once: the first one works, the others wait and find it done."""
    return await asyncio.to_thread(_upgrade, parse_url(database_url))


def _upgrade(url: URL) -> SchemaState:
    engine = create_engine(_synchronous(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = _state(connection)
            if found is SchemaState.READY:
                return found
            if found is SchemaState.NEWER:
                raise ConfigError(
                    [
                        f"the database was written by a newer version (schema {_revision(connection)},"
                        f" this program knows {HEAD}): upgrade the program"
                    ]
                )
            _migrate(connection)
            return found
    except DatabaseError as fault:
        reason = _reason(str(fault.orig))
        if reason == "gone" and not isinstance(fault, OperationalError):
            raise
        raise StoreUnavailable(reason) from fault
    finally:
        engine.dispose()


def _reason(detail: str) -> str:
    lowered = detail.lower()
    if "locked" in lowered:
        return "locked"
    if "not a database" in lowered or "malformed" in lowered:
        return "damaged"
    if "readonly" in lowered:
        return "read_only"
    return "full" if "full" in lowered else "gone"


def _synchronous(url: URL) -> URL:
    return url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else url


def _state(connection: Connection) -> SchemaState:
    revision = _revision(connection)
    if revision is None:
        return SchemaState.EMPTY
    if revision == HEAD:
        return SchemaState.READY
    return SchemaState.OLDER if revision < HEAD else SchemaState.NEWER


def _revision(connection: Connection) -> str | None:
    try:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as fault:
        connection.rollback()
        if "alembic_version" not in str(fault.orig):
            raise
        return None
    connection.rollback()
    return None if found is None else str(found)


def _migrate(connection: Connection) -> None:
    # Imported here: most starts find nothing to do, and this costs a third of a second.
    from alembic import command

    config = alembic_config()
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.isolation_level = None
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        _use_wal(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _use_wal(connection: Connection) -> None:
    """Switch the file to write-ahead logging; the lock this needs is not waited for by SQLite."""
    deadline = time.monotonic() + 2 * BUSY_TIMEOUT_S
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as fault:
            connection.rollback()
            if "locked" not in str(fault.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            connection.rollback()
            return


def alembic_config() -> Config:
    """Alembic's configuration for the scripts shipped in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config

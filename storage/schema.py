"""Bringing a database to this version's schema, one process at a time.

While a service is upgraded old and new programs work on one database: the new one migrates at its
start, and the old ones go on, also after a restart, when the new schema says that they can
(`schema_versions`; docs/upgrading.md). Nothing is ever migrated down.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, PendingRollbackError
from sqlalchemy.pool import NullPool

from scoring.errors import ConfigError, StoreUnavailable
from storage.engine import BUSY_TIMEOUT_S, parse_url
from storage.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

LOCK_MOST_S = 1.0
"""How long a schema change holds others up while it waits for a table on PostgreSQL."""

AGAIN_S = 0.5
MIGRATE_WITHIN_S = 60.0
"""How long a schema change is tried again when somebody is in its way."""

_IN_THE_WAY = frozenset({"55P03", "40P01"})
"""PostgreSQL's SQLSTATE of a lock that was not had in time and of a deadlock."""

_TURN_S = 0.1

_LOCK = 0x72656E65
"""The advisory lock of schema changes on PostgreSQL ("rene")."""


class SchemaState(StrEnum):
    """What a database needs before this version can work with it."""

    READY = "ready"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"
    AHEAD = "ahead"
    """Newer, and made so that this version goes on working with it."""


_TO_MIGRATE = (SchemaState.EMPTY, SchemaState.OLDER)


async def upgrade(database_url: str) -> SchemaState:
    """Bring the schema up to date; returns what was found before. Safe to call from any number
    of processes at once: the first one works, the others wait and find it done.

    ConfigError when the schema is one that only newer programs can work with.
    """
    return await asyncio.to_thread(_upgrade, parse_url(database_url))


async def look(database_url: str) -> tuple[SchemaState, str | None]:
    """What a database needs, and its revision; changes nothing."""
    return await asyncio.to_thread(_look, parse_url(database_url))


def _look(url: URL) -> tuple[SchemaState, str | None]:
    with _connected(url) as connection:
        return _state(connection)


def _upgrade(url: URL) -> SchemaState:
    deadline = time.monotonic() + MIGRATE_WITHIN_S
    with _connected(url) as connection:
        found, revision = _state(connection)
        while True:
            if found is SchemaState.NEWER:
                raise ConfigError([_too_new(revision)])
            if found not in _TO_MIGRATE:
                if found is SchemaState.AHEAD:
                    log.info(
                        "the database has the newer schema %s, which works with ours", revision
                    )
                return found
            try:
                with _alone(connection):
                    # Somebody else may have been at it while the lock was waited for.
                    needed = _state(connection)[0]
                    if needed is SchemaState.OLDER and connection.dialect.name == "postgresql":
                        connection.rollback()
                        _migrate(connection, by_steps=True)
                    elif needed in _TO_MIGRATE:
                        _migrate(connection)
                    connection.commit()
            except OperationalError as fault:
                connection.rollback()
                if not _in_the_way(fault) or time.monotonic() > deadline:
                    raise
                log.info("a schema change waits for somebody's transaction and is tried again")
                time.sleep(AGAIN_S)
            now = _state(connection)
            if now[0] is SchemaState.NEWER:
                raise ConfigError([_too_new(now[1])])
            if now[0] in (SchemaState.READY, SchemaState.AHEAD):
                return found


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(_synchronous(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DatabaseError as fault:
        reason = _reason(str(fault.orig))
        if reason == "gone" and not isinstance(fault, OperationalError):
            raise
        raise StoreUnavailable(reason) from fault
    except PendingRollbackError as fault:
        # What becomes of a connection that was lost while an index was built outside of transactions.
        raise StoreUnavailable("gone") from fault
    finally:
        engine.dispose()


def _too_new(revision: str | None) -> str:
    return (
        f"the database was written by a newer version (schema {revision},"
        f" this program knows {HEAD}): upgrade the program"
    )


def _in_the_way(fault: OperationalError) -> bool:
    """Whether a lock was not had in time, or two got into each other's way."""
    state = getattr(fault.orig, "sqlstate", None)
    return state in _IN_THE_WAY or (state is None and "locked" in str(fault.orig).lower())


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


def _state(connection: Connection) -> tuple[SchemaState, str | None]:
    """The state and the revision; read in the transaction that is open, if any."""
    if not inspect(connection).has_table("alembic_version"):
        found: str | None = None
    else:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        return SchemaState.EMPTY, None
    if found == HEAD:
        return SchemaState.READY, found
    if found < HEAD:
        return SchemaState.OLDER, found
    return (SchemaState.AHEAD if _works_with_us(connection) else SchemaState.NEWER), found


def _works_with_us(connection: Connection) -> bool:
    """Whether every step beyond what we know says that programs of our version can go on."""
    if not inspect(connection).has_table("schema_versions"):
        return False
    asked = text("SELECT revision, works_with FROM schema_versions WHERE revision > :head")
    steps = connection.execute(asked, {"head": HEAD}).all()
    newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
    said = {step.revision for step in steps}
    return newest in said and all(step.works_with <= HEAD for step in steps)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """No other process changes the schema; on SQLite this is one transaction.

    On PostgreSQL a lock of the session, let go with the connection: the steps have transactions of
    their own, and an index that a killed program was building is out of the way before we begin.
    """
    connection.rollback()
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.isolation_level = None
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        _use_wal(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Whoever migrates may take minutes, and is waited for. A table that somebody reads is not:
        # while we queued for it, everybody after us would queue as well.
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"SET lock_timeout = {int(LOCK_MOST_S * 1000)}")
        connection.commit()
        _wait_for_turn(connection, "SELECT pg_try_advisory_lock(:lock)", connection.rollback)
    yield


def _migrate(connection: Connection, revision: str = "head", *, by_steps: bool = False) -> None:
    """`by_steps`: each script in a transaction of its own, and big indexes outside of any; what
    broke off goes on from the last script that was done."""
    # Imported here: most starts find nothing to do, and this costs a third of a second.
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    config.attributes["by_steps"] = by_steps
    command.upgrade(config, revision)


def lay(connection: Connection, revision: str = "head") -> None:
    """Lay the schema, as of a revision, within the caller's transaction on an empty database."""
    take_turn(connection)
    _migrate(connection, revision)


def is_known(revision: str) -> bool:
    """Whether a step of that name leads to this version's schema."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    return any(revision == script.revision for script in scripts.walk_revisions())


def take_turn(connection: Connection) -> None:
    """Let no other process change the schema until the transaction ends; SQLite has its own lock."""
    if connection.dialect.name != "sqlite":
        _wait_for_turn(connection, "SELECT pg_try_advisory_xact_lock(:lock)", lambda: None)


def _wait_for_turn(connection: Connection, ask: str, between: Callable[[], None]) -> None:
    """Ask until the lock is had: who waited within a statement would hold a view of the database,
    for which whoever builds an index under that lock waits in turn."""
    while not connection.scalar(text(ask), {"lock": _LOCK}):
        between()
        time.sleep(_TURN_S)
    between()


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

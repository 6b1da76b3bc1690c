"""Files that somebody hands us: read as rows, and nothing that lies in them or beside them is run.

A database file is a program as well: triggers, views, and a journal beside it that names files to
delete. So it is opened for reading alone, and its schema is only taken when it is what our own
migrations lay; of any other one, the rows are taken into a schema of ours.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool, StaticPool

from scoring.errors import Refused
from storage.copying.doors import faults_told
from storage.copying.layout import STAMP, Layout, layouts
from storage.copying.proof import Proof
from storage.copying.whole import copy_book
from storage.engine import BUSY_TIMEOUT_S
from storage.schema import lay

Made = frozenset[tuple[str, str, str, str]]
"""What a database is made of: kind, name, table, and the statement that made it."""

_OF_SQLITE = frozenset({"sqlite_sequence", "sqlite_stat1", "sqlite_stat4"})


@contextmanager
def looking_at(file: Path) -> Iterator[Connection]:
    """A file as it is at one moment, which is not written to; Refused with a journal beside it."""
    check_beside(file)
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: _opened(file))
    try:
        with faults_told(), engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def copy_of(file: Path, part: Path) -> None:
    """All that is in a file, its schema too, in a file of our own that nobody else changes."""
    check_beside(file)
    with faults_told():
        opened = _opened(file)
        try:
            opened.execute("VACUUM INTO ?", (str(part),))
        finally:
            opened.close()


def check_beside(file: Path) -> None:
    """Refused for a file with a rollback journal: SQLite deletes what such a journal names."""
    if os.path.lexists(f"{file}-journal"):
        raise Refused("copying.journal", file=file)


def made_of(connection: Connection) -> Made:
    """What a SQLite database is made of, but for its stamp and what SQLite adds by itself."""
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return frozenset(
        (str(kind), str(name), str(table), str(sql))
        for kind, name, table, sql in rows
        if not (kind == "table" and name in {STAMP, *_OF_SQLITE})
        and not (kind == "index" and sql is None)
    )


def laid(revision: str) -> Made:
    """What our migrations make, up to that revision."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            lay(connection, revision)
            return made_of(connection)
    finally:
        engine.dispose()


def is_table(connection: Connection, name: str) -> bool:
    """Whether there is a table of that name that holds its rows itself: no view, nothing virtual."""
    found = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ? "
        "AND sql LIKE 'CREATE TABLE%'",
        (name,),
    )
    return bool(found.scalar())


def take_rows(source: Connection, target: Connection, revision: str) -> Proof | None:
    """Copy the rows of our tables into a schema that is laid here; None when a table or a column
    of ours is missing, or one is there that is none of ours."""
    lay(target, revision)
    own = {one.table: one for one in layouts(target)}
    if not all(is_table(source, name) for name in own):
        return None
    for theirs in layouts(source, only=own):
        ours = own[theirs.table]
        if _names(theirs) != _names(ours):
            return None
    return copy_book(source, target)


def _names(layout: Layout) -> tuple[list[str], list[str]]:
    return [one.name for one in layout.columns], [one.name for one in layout.key]


def _opened(file: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    opened.execute("PRAGMA trusted_schema = OFF")
    opened.execute("PRAGMA cell_size_check = ON")
    opened.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
    opened.execute("PRAGMA cache_size = -65536")
    return opened

"""Databases to measure on: a directory of SQLite files, or a PostgreSQL server of our own."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.databases import PostgresDatabases, SqliteFiles, postgres_databases


class Site(Protocol):
    """Where databases of one kind are made."""

    dialect: str

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a database with the schema and no rows; removed afterwards."""
        ...

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """The address of a copy of a database nobody is connected to; removed afterwards."""
        ...


class SqliteSite:
    """Files in one directory."""

    dialect = "sqlite"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = SqliteFiles(directory)
        self._numbers = itertools.count(1)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A copy of the schema's file."""
        with self._files.fresh() as url:
            yield url

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """A copy of the file."""
        target = self._directory / f"copy{next(self._numbers)}.db"
        shutil.copyfile(make_url(url).database or "", target)
        try:
            yield f"sqlite+aiosqlite:///{target}"
        finally:
            for leftover in self._directory.glob(f"{target.name}*"):
                leftover.unlink()


class PostgresSite:
    """Databases on one server, copied by the server."""

    dialect = "postgresql"

    def __init__(self, databases: PostgresDatabases) -> None:
        self._databases = databases
        self._numbers = itertools.count(1)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A copy of the template."""
        with self._databases.fresh() as url:
            yield url

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """`CREATE DATABASE … TEMPLATE …`."""
        address = make_url(url)
        source = address.database or ""
        target = f"{source}_copy{next(self._numbers)}"
        admin = address.set(drivername="postgresql", database="postgres")
        dsn = admin.render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(target), sql.Identifier(source)
                )
            )
            try:
                yield address.set(database=target).render_as_string(hide_password=False)
            finally:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                        sql.Identifier(target)
                    )
                )


@contextmanager
def sites(kinds: Sequence[str], directory: Path) -> Iterator[list[Site]]:
    """A site of each kind asked for."""
    found: list[Site] = []
    if "sqlite" in kinds:
        found.append(SqliteSite(directory))
    if "postgresql" in kinds:
        with postgres_databases() as databases:
            yield [*found, PostgresSite(databases)]
    else:
        yield found


class Bare:
    """The database's own driver and nothing else: what the floors are measured with.

    Statements are written with `?`; on SQLite under the pragmas of storage/engine.py.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.sqlite = address.get_backend_name() == "sqlite"
        self._connection: Any
        if self.sqlite:
            self._connection = sqlite3.connect(address.database or "", isolation_level=None)
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                "cache_size = -65536",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(dsn, autocommit=True)

    def run(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """One statement; its cursor."""
        return self._connection.execute(self._marked(statement), values)

    def scalar(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row."""
        return self.run(statement, values).fetchone()[0]

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for many rows."""
        with closing(self._connection.cursor()) as cursor:
            cursor.executemany(self._marked(statement), rows)

    def copy(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of a whole table by PostgreSQL's COPY."""
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
        with closing(self._connection.cursor()) as cursor, cursor.copy(statement) as copied:
            for row in rows:
                copied.write_row(row)

    @contextmanager
    def unguarded(self, table: str) -> Iterator[None]:
        """A block in which the triggers of a table that only grows do not refuse deleting."""
        if not self.sqlite:
            self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            self.run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        triggers = self.run(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        ).fetchall()
        for name, _ in triggers:
            self.run(f"DROP TRIGGER {name}")
        yield
        for _, creation in triggers:
            self.run(creation)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _marked(self, statement: str) -> str:
        return statement if self.sqlite else statement.replace("%", "%%").replace("?", "%s")


@contextmanager
def bare(url: str) -> Iterator[Bare]:
    """A bare connection for a block."""
    connection = Bare(url)
    try:
        yield connection
    finally:
        connection.close()

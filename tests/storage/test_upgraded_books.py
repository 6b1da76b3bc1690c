"""A book from before health: everybody is scored, and what was brought counts as connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, make_url, text

from storage.schema import alembic_config, upgrade
from tests.databases import PostgresDatabases, SqliteFiles

T = TypeVar("T")

BOOK = (
    "INSERT INTO accounts (id, name, name_key, segment, aliases, custom, created_at) "
    "VALUES (7, 'Acme', 'acme', 'core', '[]', '{}', '2026-01-01 00:00:00')",
    "INSERT INTO tickets (account_id, ticket_no, opened_on) VALUES (7, 'T-1', '2026-02-01')",
    "INSERT INTO payments (account_id, invoice_no, due_on, amount, currency) "
    "VALUES (7, 'R-1', '2026-03-01', 1, 'CNY'), (7, 'R-2', '2999-03-01', 1, 'CNY')",
    "INSERT INTO touches (account_id, kind, at, source, natural_key) "
    "VALUES (7, 'call', '2026-04-01 08:00:00', 'chat', 'k')",
)


@pytest.fixture
def old_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.empty() as url:
        yield url


def _before_health(url: str) -> None:
    _run(url, lambda connection: _to(connection, "0003"))
    _run(url, lambda connection: [connection.execute(text(line)) for line in BOOK])


def _to(connection: Connection, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _run(url: str, work: Callable[[Connection], T]) -> T:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _look(connection: Connection) -> tuple[list[int], dict[str, tuple[str, str]]]:
    due = list(connection.execute(text("SELECT account_id FROM health_due")).scalars())
    sources = connection.execute(text("SELECT kind, first_on, heard_on FROM fact_sources"))
    return due, {row[0]: (str(row[1]), str(row[2])) for row in sources}


async def test_an_older_book_is_due_and_its_sources_are_known(old_url: str) -> None:
    await asyncio.to_thread(_before_health, old_url)
    await upgrade(old_url)
    due, sources = await asyncio.to_thread(_run, old_url, _look)
    assert due == [7]
    assert sorted(sources) == ["payments", "tickets", "touches"]
    assert sources["tickets"] == ("2026-02-01", "2026-02-01")
    assert sources["touches"] == ("2026-04-01", "2026-04-01")
    first_on, heard_on = sources["payments"]
    assert first_on == "2026-03-01"
    assert heard_on < "2999"

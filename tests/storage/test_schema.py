"""The schema: migrations and tables agree, one process upgrades, the others wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from scoring.errors import ConfigError
from storage.engine import open_engines
from storage.migrations import HEAD
from storage.schema import SchemaState, alembic_config, upgrade
from storage.tables import metadata
from tests.databases import PostgresDatabases, SqliteFiles


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.empty() as url:
        yield url


def test_the_head_named_in_code_is_the_newest_script() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


async def test_migrations_make_exactly_the_tables(empty_url: str) -> None:
    await upgrade(empty_url)
    assert await asyncio.to_thread(_differences, empty_url) == []


def _differences(url: str) -> list[Any]:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, metadata))
    finally:
        engine.dispose()


async def test_many_processes_may_upgrade_at_once(empty_url: str) -> None:
    found = await asyncio.gather(*(upgrade(empty_url) for _ in range(4)))
    assert sorted(found).count(SchemaState.READY) == 3 or SchemaState.EMPTY in found
    assert await upgrade(empty_url) is SchemaState.READY


async def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    await upgrade(empty_url)
    engines = open_engines(empty_url)
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engines.dispose()
    with pytest.raises(ConfigError, match="newer version"):
        await upgrade(empty_url)

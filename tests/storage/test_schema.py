"""The schema: migrations and tables agree, one process upgrades, the others wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, make_url, text

from scoring.errors import ConfigError, StoreUnavailable
from storage.migrations import HEAD
from storage.schema import LOCK_MOST_S, SchemaState, alembic_config, look, upgrade
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


def _plain(url: str) -> URL:
    address = make_url(url)
    sqlite = address.get_backend_name() == "sqlite"
    return address.set(drivername="sqlite") if sqlite else address


def _differences(url: str) -> list[Any]:
    engine = create_engine(_plain(url))
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


def _say(url: str, *statements: str | tuple[str, str]) -> None:
    """Run statements; a pair is a step of the schema and the programs it works with."""
    told = text(
        "INSERT INTO schema_versions (revision, works_with, at) "
        "VALUES (:revision, :works_with, CURRENT_TIMESTAMP)"
    )
    engine = create_engine(_plain(url))
    try:
        with engine.begin() as connection:
            for one in statements:
                if isinstance(one, str):
                    connection.execute(text(one))
                else:
                    connection.execute(told, {"revision": one[0], "works_with": one[1]})
    finally:
        engine.dispose()


NEWEST = "UPDATE alembic_version SET version_num = '9998'"
UNTOLD = (NEWEST,)
BREAKING = (NEWEST, ("9998", "9998"))
BREAKING_BEFORE = (NEWEST, ("9997", "9997"), ("9998", "9997"), ("9996", HEAD))
GOING_ON = (NEWEST, ("9997", "0001"), ("9998", HEAD))


@pytest.mark.parametrize("steps", [UNTOLD, BREAKING, BREAKING_BEFORE])
async def test_a_newer_schema_that_does_not_name_us_is_left_alone(
    empty_url: str, steps: tuple[str | tuple[str, str], ...]
) -> None:
    await upgrade(empty_url)
    await asyncio.to_thread(_say, empty_url, *steps)
    with pytest.raises(ConfigError, match=r"newer version.*9998.*upgrade the program"):
        await upgrade(empty_url)
    assert await look(empty_url) == (SchemaState.NEWER, "9998")


async def test_a_newer_schema_that_works_with_us_is_used_and_never_taken_back(
    empty_url: str,
) -> None:
    await upgrade(empty_url)
    await asyncio.to_thread(_say, empty_url, *GOING_ON)
    assert await upgrade(empty_url) is SchemaState.AHEAD
    assert await look(empty_url) == (SchemaState.AHEAD, "9998")


async def test_looking_changes_nothing(empty_url: str) -> None:
    assert await look(empty_url) == (SchemaState.EMPTY, None)
    assert await look(empty_url) == (SchemaState.EMPTY, None)
    await upgrade(empty_url)
    assert await look(empty_url) == (SchemaState.READY, HEAD)


def test_every_step_says_with_which_programs_it_works() -> None:
    """Those from 0005 on, with which this was introduced; the number is that of the script."""
    for script in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        if script.revision >= "0005":
            source = Path(script.path).read_text(encoding="utf-8")
            assert "INSERT INTO schema_versions" in source, script.path
            assert f"'{script.revision}'" in source, script.path


async def test_a_schema_change_waits_for_a_long_reader_without_holding_others_up(
    postgres: PostgresDatabases,
) -> None:
    with postgres.empty() as url:
        await asyncio.to_thread(_only_to, url, "0004")
        engine = create_engine(_plain(url))
        with engine.connect() as reader:
            reader.execute(text("SELECT count(*) FROM audit"))
            change = asyncio.create_task(upgrade(url))
            waits: list[float] = []
            for _ in range(2):
                await asyncio.to_thread(_until_somebody_waits, url)
                begun = time.monotonic()
                await asyncio.to_thread(_say, url, "SELECT count(*) FROM audit")
                waits.append(time.monotonic() - begun)
            assert not change.done()
        engine.dispose()
        assert await change is SchemaState.OLDER
        assert max(waits) < LOCK_MOST_S + 1
        assert await look(url) == (SchemaState.READY, HEAD)


def _until_somebody_waits(url: str) -> None:
    engine = create_engine(_plain(url))
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    deadline = time.monotonic() + 20
    try:
        with engine.connect() as connection:
            while not connection.scalar(waiting):
                connection.rollback()
                assert time.monotonic() < deadline, "nobody waits for the table"
    finally:
        engine.dispose()


def _only_to(url: str, revision: str) -> None:
    engine = create_engine(_plain(url))
    try:
        with engine.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


async def test_a_big_index_is_built_beside_writers_and_again_when_it_broke_off(
    postgres: PostgresDatabases,
) -> None:
    write = (
        "INSERT INTO audit (at, actor, via, action, subject, undone) "
        "VALUES (CURRENT_TIMESTAMP, 'a', 'chat', 'b', 'c', false)"
    )
    with postgres.empty() as url:
        await asyncio.to_thread(_only_to, url, "0004")
        engine = create_engine(_plain(url))
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as report:
            # Has nothing to do with the table: whoever builds an index waits for it all the same.
            report.execute(text("SELECT count(*) FROM people"))
            change = asyncio.create_task(upgrade(url))
            builder = await asyncio.to_thread(_until_somebody_builds, url)
            await asyncio.to_thread(_say, url, "SET lock_timeout = '100ms'", write)
            await asyncio.to_thread(_say, url, f"SELECT pg_terminate_backend({builder})")
            with pytest.raises(StoreUnavailable):
                await change
            assert await look(url) == (SchemaState.OLDER, "0005")
        engine.dispose()
        await asyncio.gather(*(upgrade(url) for _ in range(3)))
        assert await look(url) == (SchemaState.READY, HEAD)
        assert await asyncio.to_thread(_differences, url) == []
        await asyncio.to_thread(
            _say, url, "DO $$ BEGIN ASSERT (SELECT bool_and(indisvalid) FROM pg_index); END $$"
        )


def _until_somebody_builds(url: str) -> int:
    engine = create_engine(_plain(url))
    waiting = text(
        "SELECT pid FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%' "
        "AND datname = current_database()"
    )
    deadline = time.monotonic() + 20
    try:
        with engine.connect() as connection:
            while (pid := connection.scalar(waiting)) is None:
                connection.rollback()
                assert time.monotonic() < deadline, "nobody builds an index"
        return int(pid)
    finally:
        engine.dispose()

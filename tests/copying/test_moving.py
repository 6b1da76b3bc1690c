"""A book moved to another database is the same book, or the move did not happen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, inspect, make_url, select, text

from scoring.errors import Refused
from storage.copying.doors import reading
from storage.copying.layout import layouts
from storage.copying.moving import move_book
from storage.copying.proof import prove, said
from storage.engine import open_engines, parse_url
from storage.tables import metadata, people
from tests.copying.full_book import AT, ROWS, fill
from tests.storage.test_schema import _differences


def held(url: str) -> dict[str, Any]:
    with reading(parse_url(url)) as connection:
        return dict(prove(connection, layouts(connection)))


async def move(source: str, target: str) -> Any:
    return await move_book(source, target, AT, running=True)


async def test_every_table_arrives_in_the_other_database_and_comes_back(
    database_url: str, other_url: str, empty_url: str
) -> None:
    await fill(database_url)
    proof = await move(database_url, other_url)
    assert {name: one.rows for name, one in proof.items()} == {
        name: ROWS for name in metadata.tables if name != "schema_versions"
    }
    assert held(other_url) == held(database_url) == proof
    assert await move(other_url, empty_url) == proof
    assert held(empty_url) == proof


async def test_the_copy_has_the_whole_schema_and_its_triggers(
    database_url: str, other_url: str
) -> None:
    await fill(database_url)
    await move(database_url, other_url)
    assert await asyncio.to_thread(_differences, other_url) == []
    address = make_url(other_url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    engine = create_engine(address)
    references = {name: len(table.foreign_keys) for name, table in metadata.tables.items()}
    with engine.begin() as connection:
        found = inspect(connection)
        assert {name: len(found.get_foreign_keys(name)) for name in references} == references
        connection.execute(text("DELETE FROM deliveries WHERE id = 3"))
        assert connection.scalar(text("SELECT count(*) FROM vanished")) == ROWS + 1
    engine.dispose()


async def test_new_rows_are_numbered_after_those_that_were_copied(
    database_url: str, other_url: str
) -> None:
    await fill(database_url)
    await move(database_url, other_url)
    engines = open_engines(other_url)
    async with engines.writer.begin() as connection:
        row = {"name": "New", "name_key": "new", "role": "rep", "linked": True, "created_at": AT}
        await connection.execute(insert(people).values(row))
        ids = (await connection.execute(select(people.c.id).order_by(people.c.id))).scalars().all()
    await engines.dispose()
    assert ids == [1, 2, 3, 4]


async def test_a_database_that_holds_anything_is_not_written_to(
    database_url: str, other_url: str
) -> None:
    await fill(database_url)
    await move(database_url, other_url)
    before = held(other_url)
    with pytest.raises(Refused, match="target_holds_book"):
        await move(database_url, other_url)
    assert held(other_url) == before


async def test_an_empty_book_may_be_the_target(
    database_url: str, other_url: str, empty_url: str
) -> None:
    await move(database_url, other_url)
    await fill(database_url)
    assert await move(database_url, other_url) == held(database_url) == held(other_url)


async def test_a_value_that_postgresql_has_no_room_for_stops_the_whole_move(
    sqlite_files: Any, postgres: Any
) -> None:
    with sqlite_files.fresh() as source, postgres.empty() as target:
        await fill(source)
        engines = open_engines(source)
        async with engines.writer.begin() as connection:
            await connection.execute(people.update().values(team="a\x00b"))
        await engines.dispose()
        with pytest.raises(Refused, match="unfit"):
            await move(source, target)
        assert held(target) == {}


@pytest.mark.parametrize(
    ("wrong", "key"), [("itself", "same_database"), ("nothing", "no_book"), ("bare", "empty")]
)
async def test_what_cannot_be_moved_is_refused(
    sqlite_files: Any, postgres: Any, wrong: str, key: str
) -> None:
    with sqlite_files.fresh() as book, sqlite_files.empty() as none, postgres.empty() as bare:
        source = {"itself": book, "nothing": none, "bare": bare}[wrong]
        with pytest.raises(Refused, match=key):
            await move(source, book)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [1.50, 2]}', '{"b":[1.5,2.0],"a":1e0}'),
        ('"客"', '"\\u5ba2"'),
        ("-0.0", "0"),
        ("1e300", "1" + "0" * 300),
        ("null", " null "),
    ],
)
def test_documents_are_compared_by_what_they_say(one: str, other: str) -> None:
    assert said(one) == said(other)


@pytest.mark.parametrize(("one", "other"), [("1", '"1"'), ("null", None), ("[1,2]", "[2,1]")])
def test_documents_that_say_something_else_differ(one: str, other: str | None) -> None:
    assert said(one) != said(other)

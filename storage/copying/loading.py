"""Writing rows in the plain form into the tables of a database that holds none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from scoring.errors import Refused
from storage.copying.layout import Layout
from storage.copying.plain import Row, quoted


def load(connection: Connection, layout: Layout, batches: Iterable[list[Row]]) -> None:
    """Write all rows of a table; Refused when the database has no room for one of its values."""
    driver: Any = connection.connection.driver_connection
    into = f'"{layout.table}" ({quoted(layout.columns)})'
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(layout.columns))
        for batch in batches:
            driver.executemany(f"INSERT INTO {into} VALUES ({marks})", batch)  # noqa: S608 - our names
        return
    import psycopg

    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for batch in batches:
                for row in batch:
                    copy.write_row(row)
    except psycopg.DataError as fault:
        detail = str(fault).partition("\n")[0]
        raise Refused("copying.unfit", table=layout.table, detail=detail) from fault


@contextmanager
def without_indexes(connection: Connection, tables: Iterable[Layout]) -> Iterator[None]:
    """Drop indexes and references for the block and make the same again: each is then built, and
    every reference checked, once for all rows."""
    names = [layout.table for layout in tables]
    if connection.dialect.name == "sqlite":
        again = _drop_on_sqlite(connection, names)
    else:
        again = _drop_on_postgresql(connection, names)
    yield
    for statement in again:
        connection.exec_driver_sql(statement)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise Refused("copying.broken_reference", table=broken[0], parent=broken[2])


def number_on(connection: Connection, tables: Iterable[Layout]) -> None:
    """Let new rows get numbers after those that were copied."""
    if connection.dialect.name == "sqlite":
        return
    for layout in tables:
        if len(layout.key) != 1:
            continue
        key = layout.key[0].name
        named = {"table": f'"{layout.table}"', "key": key}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :key)"), named)
        if sequence is not None:
            connection.execute(
                text(
                    f'SELECT setval(:sequence, coalesce(max("{key}"), 1), max("{key}") IS NOT NULL) '  # noqa: S608
                    f'FROM "{layout.table}"'
                ),
                {"sequence": sequence},
            )


def _drop_on_sqlite(connection: Connection, tables: list[str]) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).all()
    ours = [row for row in rows if row.tbl_name in tables]
    for row in ours:
        connection.exec_driver_sql(f'DROP INDEX "{row.name}"')
    return [row.sql for row in ours]


def _drop_on_postgresql(connection: Connection, tables: list[str]) -> list[str]:
    indexes = connection.execute(
        text(
            "SELECT i.relname AS name, pg_get_indexdef(i.oid) AS made FROM pg_index x "
            "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
            "WHERE t.relname = ANY(:tables) AND t.relnamespace = current_schema()::regnamespace "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid)"
        ),
        {"tables": tables},
    ).all()
    references = connection.execute(
        text(
            "SELECT t.relname AS table, c.conname AS name, pg_get_constraintdef(c.oid) AS made "
            "FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype = 'f' "
            "AND t.relname = ANY(:tables) AND t.relnamespace = current_schema()::regnamespace"
        ),
        {"tables": tables},
    ).all()
    for row in references:
        connection.exec_driver_sql(f'ALTER TABLE "{row.table}" DROP CONSTRAINT "{row.name}"')
    for row in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{row.name}"')
    return [
        *(row.made for row in indexes),
        *(
            f'ALTER TABLE "{row.table}" ADD CONSTRAINT "{row.name}" {row.made}'
            for row in references
        ),
    ]

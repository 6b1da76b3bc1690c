"""A book put into a PostgreSQL database, in one transaction; what was there is kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, inspect, text

from scoring.errors import Refused
from storage.copying.activity import holds_rows
from storage.copying.doors import reading, writing
from storage.copying.layout import OF_THE_SCHEMA, layouts
from storage.copying.proof import Proof
from storage.copying.whole import copy_book
from storage.schema import lay, take_turn
from storage.tables import metadata

LOCK_S = 10
"""How long the tables of the former book are waited for."""


@dataclass(frozen=True, slots=True)
class Put:
    """What came of it; `aside` is the schema that now holds the former book, if there was one."""

    proof: Proof
    aside: str | None


def put_on_server(source: URL, target: URL, now: datetime, *, replace: bool) -> Put:
    """Copy a book into a database: all of it, or nothing.

    With `replace` the tables of a book that is there are moved to a schema of their own; else a
    book that is there is refused.
    """
    with reading(source) as taken, writing(target) as connection:
        take_turn(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_S * 1000}")
        there = _our_tables(connection)
        holds = holds_rows(connection, layouts(connection, only=there))
        if holds and not replace:
            raise Refused("copying.target_holds_book")
        aside = _move_aside(connection, there, now) if there else None
        lay(connection)
        proof = copy_book(taken, connection)
        if aside is not None and not holds:
            connection.exec_driver_sql(f'DROP SCHEMA "{aside}" CASCADE')
            aside = None
    with writing(target) as connection:
        connection.exec_driver_sql("ANALYZE")
    return Put(proof, aside)


def other_users(connection: Connection) -> list[str]:
    """Who else is connected to the database: names of programs and where from, each once."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT coalesce(nullif(application_name, ''), usename) AS program, "
            "coalesce(host(client_addr), 'local') AS host FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' ORDER BY 1, 2"
        )
    )
    return [f"{row.program} ({row.host})" for row in rows]


def _our_tables(connection: Connection) -> list[str]:
    known = {*metadata.tables, *OF_THE_SCHEMA}
    return [name for name in inspect(connection).get_table_names() if name in known]


def _move_aside(connection: Connection, tables: list[str], now: datetime) -> str:
    """The tables with all that belongs to them, and the functions that their triggers call."""
    aside = f"before_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}"
    while connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": aside}) is not None:
        aside += "_"
    functions = connection.execute(
        text(
            "SELECT DISTINCT p.oid::regprocedure::text AS name FROM pg_trigger g "
            "JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid "
            "WHERE NOT g.tgisinternal AND t.relname = ANY(:tables) "
            "AND t.relnamespace = current_schema()::regnamespace"
        ),
        {"tables": tables},
    ).all()
    connection.exec_driver_sql(f'CREATE SCHEMA "{aside}"')
    for table in tables:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" SET SCHEMA "{aside}"')
    for row in functions:
        connection.exec_driver_sql(f'ALTER FUNCTION {row.name} SET SCHEMA "{aside}"')
    return aside

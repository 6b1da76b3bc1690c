"""What every repository shares: a connection, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Insert, Table, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


class Repository:
    """Queries over one noun, run on the connection of the transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection


def new_id(result: CursorResult[Any]) -> int:
    """The key the database chose for the one row just inserted."""
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no key for a new row")
    return int(key[0])


def insert_ignoring(connection: AsyncConnection, table: Table) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` for the connection's database."""
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    return module.insert(table).on_conflict_do_nothing()


def upsert(
    connection: AsyncConnection,
    table: Table,
    keys: Sequence[str],
    changes: Sequence[str],
    *,
    learned: Sequence[str] = (),
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """`INSERT … ON CONFLICT (keys) DO UPDATE` that sets `changes` to the new values.

    Those of `learned` only replace what is there when they are not null. With `where`, a row that
    is there already is changed only when that holds for it.
    """
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = module.insert(table)
    excluded = statement.excluded
    news = {name: excluded[name] for name in changes}
    news |= {name: func.coalesce(excluded[name], table.c[name]) for name in learned}
    update: Insert = statement.on_conflict_do_update(
        index_elements=list(keys),
        set_=news,
        where=where,
    )
    return update

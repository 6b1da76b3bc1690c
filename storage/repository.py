"""What every repository shares: a connection, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


class Repository:
    """Queries over one noun, run on the connection of the transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection


def insert_ignoring(connection: AsyncConnection, table: Table) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` for the connection's database."""
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    return module.insert(table).on_conflict_do_nothing()


def upsert(
    connection: AsyncConnection, table: Table, keys: Sequence[str], changes: Sequence[str]
) -> Insert:
    """`INSERT … ON CONFLICT (keys) DO UPDATE` that sets `changes` to the new values."""
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = module.insert(table)
    excluded = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: excluded[name] for name in changes}
    )

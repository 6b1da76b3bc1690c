"""Sets of ids of any size in one statement: a JSON array on SQLite, an array on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


def id_rows(connection: AsyncConnection) -> str:
    """SQL for a subquery that gives the ids bound as `:ids` in one column named `id`."""
    return id_rows_of(connection.dialect.name)


def id_rows_of(dialect: str) -> str:
    """The same, for statements that are put together before there is a connection."""
    if dialect == "sqlite":
        return "(SELECT value AS id FROM json_each(:ids))"
    return "(SELECT unnest(CAST(:ids AS BIGINT[])) AS id)"


def id_values(connection: AsyncConnection, ids: Iterable[int]) -> Any:
    """What to bind as `:ids`: each id once, ascending, so that writers lock in one order."""
    found = sorted(set(ids))
    if connection.dialect.name == "sqlite":
        return "[" + ",".join(map(str, found)) + "]"
    return found

"""What a database holds: its tables as they are, whatever version of the schema that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Float, Text, inspect
from sqlalchemy.types import TypeEngine

OF_THE_SCHEMA = frozenset({"alembic_version", "schema_versions"})
"""Tables that tell of the database itself: the migrations write them."""

STAMP = "renewals_backup"
"""The table that makes a file a backup (storage/copying/stamp.py)."""


class Kind(StrEnum):
    """What a column holds, as far as the two databases keep it differently."""

    PLAIN = "plain"
    TEXT = "text"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"
    DOCUMENT = "document"
    FRACTION = "fraction"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it holds."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Layout:
    """A table: its columns by name, and the columns of its primary key."""

    table: str
    columns: tuple[Column, ...]
    key: tuple[Column, ...]


_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (JSON, Kind.DOCUMENT),
    (Boolean, Kind.FLAG),
    (DateTime, Kind.INSTANT),
    (Date, Kind.DAY),
    (Float, Kind.FRACTION),
    (Text, Kind.TEXT),
)


def layouts(connection: Connection, only: Collection[str] | None = None) -> list[Layout]:
    """The tables of a book, those that others refer to first; with `only` no tables but these."""
    found = inspect(connection)
    ordered = [name for name, _ in found.get_sorted_table_and_fkc_names() if name is not None]
    wanted = [
        name
        for name in ordered
        if name not in OF_THE_SCHEMA and name != STAMP and (only is None or name in only)
    ]
    told = []
    for table in wanted:
        columns = {
            column["name"]: Column(column["name"], _kind(column["type"]))
            for column in found.get_columns(table)
        }
        key = found.get_pk_constraint(table)["constrained_columns"]
        told.append(
            Layout(
                table,
                tuple(columns[name] for name in sorted(columns)),
                tuple(columns[name] for name in key),
            )
        )
    return told


def _kind(type_: TypeEngine[Any]) -> Kind:
    return next((kind for base, kind in _KINDS if isinstance(type_, base)), Kind.PLAIN)

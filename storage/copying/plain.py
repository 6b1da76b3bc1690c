"""Rows in one plain form, which both databases are asked for and both take.

An instant is text in UTC to the microsecond, a day is ISO text, a flag 0 or 1, a document JSON
text. Everything else is what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from storage.copying.layout import Column, Kind, Layout

Row = tuple[Any, ...]

ROWS_AT_ONCE = 2000
FILES_AT_ONCE = 4
"""Rows of a table that holds whole files, of up to some megabytes each."""

_HOLDS_FILES = frozenset({"staged_files"})

_ON_SQLITE = {
    # A default of the database itself has no fraction of a second.
    Kind.INSTANT: "CASE WHEN length({0}) = 26 THEN {0} "
    "ELSE strftime('%Y-%m-%d %H:%M:%f000', {0}) END",
    # SQLite keeps a document that is a bare number as a number.
    Kind.DOCUMENT: "CAST({0} AS TEXT)",
}
_ON_POSTGRESQL = {
    Kind.INSTANT: "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    Kind.DAY: "to_char({0}, 'YYYY-MM-DD')",
    Kind.FLAG: "{0}::int",
    Kind.DOCUMENT: "{0}::text",
    # SQLite knows no negative zero.
    Kind.FRACTION: "{0} + 0::float8",
}


def read_rows(connection: Connection, layout: Layout) -> Iterator[list[Row]]:
    """All rows of a table in the order of its key, a few thousand at a time.

    Must be read to the end before anything else is asked on the connection.
    """
    most = FILES_AT_ONCE if layout.table in _HOLDS_FILES else ROWS_AT_ONCE
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        rows = iter(driver.execute(_query(layout, _ON_SQLITE, collation="")))
        while batch := list(islice(rows, most)):
            yield batch
        return
    with driver.cursor(name="copied", binary=True) as cursor:
        cursor.execute(_query(layout, _ON_POSTGRESQL, collation=' COLLATE "C"'))
        while batch := cursor.fetchmany(most):
            yield batch


def quoted(columns: tuple[Column, ...]) -> str:
    """The names of columns as SQL writes them."""
    return ", ".join(f'"{column.name}"' for column in columns)


def _query(layout: Layout, forms: dict[Kind, str], *, collation: str) -> str:
    asked = ", ".join(forms.get(one.kind, "{0}").format(f'"{one.name}"') for one in layout.columns)
    order = ", ".join(
        f'"{one.name}"' + (collation if one.kind is Kind.TEXT else "") for one in layout.key
    )
    return f'SELECT {asked} FROM "{layout.table}" ORDER BY {order}'  # noqa: S608 - names of our tables

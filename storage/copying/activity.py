"""When a book was last written to, and whether it holds anything worth keeping."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, inspect, text

from storage.copying.layout import Layout

_WRITTEN = (
    ("clock_marks", "SELECT max(at) FROM clock_marks"),
    ("audit", "SELECT at FROM audit ORDER BY id DESC LIMIT 1"),
    ("deliveries", "SELECT created_at FROM deliveries ORDER BY id DESC LIMIT 1"),
    ("inbox", "SELECT max(at) FROM inbox"),
)

OF_A_RUNNING_SERVICE = frozenset({"clock_marks", "connections", "settings"})
"""What a service writes by itself, also on a book that nobody has brought anything to."""


def last_activity(connection: Connection) -> datetime | None:
    """The last instant that a book tells of having done something; None when it did nothing."""
    tables = set(inspect(connection).get_table_names())
    found = [
        _instant(connection.scalar(text(query))) for table, query in _WRITTEN if table in tables
    ]
    return max((at for at in found if at is not None), default=None)


def holds_rows(
    connection: Connection, tables: Iterable[Layout], *, but: Collection[str] = ()
) -> bool:
    """Whether any of the tables has a row, leaving out those named."""
    return any(
        connection.exec_driver_sql(f'SELECT 1 FROM "{one.table}" LIMIT 1').first() is not None  # noqa: S608
        for one in tables
        if one.table not in but
    )


def _instant(value: datetime | str | None) -> datetime | None:
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

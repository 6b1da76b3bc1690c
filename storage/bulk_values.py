"""Rows as the drivers want them, column by column: most columns repeat few values many times."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Table, Text
from sqlalchemy.dialects import postgresql

from storage.columns import AMOUNT_SCALE, Amount, Instant

_UNIT = Decimal(10) ** AMOUNT_SCALE
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def database_values(
    table: Table, rows: Sequence[dict[str, Any]], *, sqlite: bool
) -> list[tuple[Any, ...]]:
    """`rows`, which all have the same columns, as tuples that the driver takes."""
    return list(zip(*_columns(table, rows, sqlite=sqlite), strict=True))


def copy_text(table: Table, rows: Sequence[dict[str, Any]]) -> str:
    """`rows`, which all have the same columns, in PostgreSQL's COPY text format."""
    columns = [
        _copied(table.c[name], values)
        for name, values in zip(rows[0], _columns(table, rows, sqlite=False), strict=True)
    ]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _columns(table: Table, rows: Sequence[dict[str, Any]], *, sqlite: bool) -> Iterator[list[Any]]:
    for name in rows[0]:
        values = list(map(itemgetter(name), rows))
        adapt = _adapter(table.c[name], sqlite=sqlite)
        yield values if adapt is None else adapt(values)


def _adapter(column: Column[Any], *, sqlite: bool) -> Callable[[list[Any]], list[Any]] | None:
    kind = column.type
    if isinstance(kind, Amount):
        return _amounts
    if isinstance(kind, JSON | postgresql.JSONB):
        return _documents
    if sqlite and isinstance(kind, Instant):
        return _remembering(_naive_text)
    if sqlite and isinstance(kind, Date):
        return _remembering(date.isoformat)
    return None


def _amounts(values: list[Decimal | None]) -> list[int | None]:
    return [None if v is None else int((v * _UNIT).to_integral_value()) for v in values]


def _documents(values: list[Any]) -> list[str | None]:
    return [None if v is None else "{}" if v == {} else _encode(v) for v in values]


def _remembering(adapt: Callable[[Any], str]) -> Callable[[list[Any]], list[str | None]]:
    """`adapt` for a whole column, worked out once for each different value."""

    def adapted(values: list[Any]) -> list[str | None]:
        known = {value: None if value is None else adapt(value) for value in set(values)}
        return [known[value] for value in values]

    return adapted


def _naive_text(value: datetime) -> str:
    # The form SQLAlchemy's DateTime writes and reads on SQLite.
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _plain(value: object) -> str:
    """What JSON has no form for: exact amounts and dates, as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode


def _copied(column: Column[Any], values: list[Any]) -> list[str]:
    if isinstance(column.type, Text | JSON | postgresql.JSONB):
        return ["\\N" if v is None else v.translate(_COPY_ESCAPES) for v in values]
    if isinstance(column.type, Boolean):
        return ["\\N" if v is None else "t" if v else "f" for v in values]
    return _remembered(values)


def _remembered(values: list[Any]) -> list[str]:
    known = {value: "\\N" if value is None else str(value) for value in set(values)}
    return [known[value] for value in values]

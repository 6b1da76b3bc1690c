"""What a backup says of itself: when it was taken, of what, and the proof of what it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, inspect, text

from storage.copying.layout import STAMP
from storage.copying.proof import Proof, TableProof


@dataclass(frozen=True, slots=True)
class Stamp:
    """`taken_at` is before anything of the book was read; `of` the kind of database it was."""

    taken_at: datetime
    of: str
    schema: str
    proof: Proof

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.proof.values())


def put_stamp(connection: Connection, stamp: Stamp) -> None:
    """Make a copy a backup."""
    connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{STAMP}"')
    connection.exec_driver_sql(f'CREATE TABLE "{STAMP}" (said TEXT NOT NULL)')
    told = {
        "taken_at": stamp.taken_at.astimezone(UTC).isoformat(),
        "of": stamp.of,
        "schema": stamp.schema,
        "proof": {table: [one.rows, one.digest] for table, one in stamp.proof.items()},
    }
    connection.execute(text(f'INSERT INTO "{STAMP}" VALUES (:said)'), {"said": json.dumps(told)})  # noqa: S608


def read_stamp(connection: Connection) -> Stamp | None:
    """The stamp; None for a database that is no backup. ValueError when it says nothing that a
    backup of ours can say."""
    if not inspect(connection).has_table(STAMP):
        return None
    columns = [one["name"] for one in inspect(connection).get_columns(STAMP)]
    if columns != ["said"]:
        raise ValueError
    said = connection.scalar(text(f'SELECT said FROM "{STAMP}" LIMIT 1'))  # noqa: S608
    try:
        told: Mapping[str, Any] = json.loads(said)
        taken_at = datetime.fromisoformat(told["taken_at"])
        proof = {table: TableProof(rows, digest) for table, (rows, digest) in told["proof"].items()}
        stamp = Stamp(taken_at.astimezone(UTC), str(told["of"]), str(told["schema"]), proof)
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as fault:
        raise ValueError from fault
    if taken_at.tzinfo is None:
        raise ValueError
    return stamp


def take_off_stamp(connection: Connection) -> None:
    """Make a backup a book again."""
    connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{STAMP}"')

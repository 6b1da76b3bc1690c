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
    """The stamp; None for a database that is no backup."""
    if not inspect(connection).has_table(STAMP):
        return None
    told: Mapping[str, Any] = json.loads(
        connection.scalar(text(f'SELECT said FROM "{STAMP}"')) or "{}"  # noqa: S608
    )
    return Stamp(
        datetime.fromisoformat(told["taken_at"]),
        told["of"],
        told["schema"],
        {table: TableProof(rows, digest) for table, (rows, digest) in told["proof"].items()},
    )


def take_off_stamp(connection: Connection) -> None:
    """Make a backup a book again."""
    connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{STAMP}"')

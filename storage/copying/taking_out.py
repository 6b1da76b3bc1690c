"""A backup taken out of its file into a book of its own, checked and brought to our schema."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from scoring.errors import Refused, StoreUnavailable
from storage.copying.activity import last_activity
from storage.copying.doors import faults_told, reading, sqlite_at, writing
from storage.copying.files import files_told, part_of
from storage.copying.layout import layouts
from storage.copying.proof import differing, prove
from storage.copying.stamp import Stamp, read_stamp, take_off_stamp
from storage.migrations import HEAD
from storage.schema import upgrade

_HEADER = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A book of our schema in a file of its own. `proven` is False for one that had no proof with
    it: a plain copy of a database file."""

    path: Path
    taken_at: datetime
    rows: int
    proven: bool

    @property
    def url(self) -> str:
        """Its address."""
        return sqlite_at(self.path).render_as_string(hide_password=False)


@asynccontextmanager
async def taken_out(file: Path, place: Path | None) -> AsyncIterator[TakenOut]:
    """The book of a backup, beside the `place` it is for (None: in a folder for temporary files).

    `file` is only read. Refused when it is no backup, is damaged or of a newer version.
    """
    _check_file(file)
    with _beside(place) as part:
        stamp, taken_at, rows = await asyncio.to_thread(_take_out, file, part)
        await upgrade(sqlite_at(part).render_as_string(hide_password=False))
        yield TakenOut(part, taken_at, rows, stamp is not None)


@contextmanager
def _beside(place: Path | None) -> Iterator[Path]:
    if place is not None:
        with part_of(place) as part:
            yield part
        return
    with (
        tempfile.TemporaryDirectory(prefix="renewals-") as folder,
        part_of(Path(folder) / "book.db") as part,
    ):
        yield part


def _check_file(file: Path) -> None:
    with files_told(file):
        if not file.exists():
            raise Refused("copying.no_such_backup", file=file)
        if not file.is_file():
            raise Refused("copying.no_file", file=file)
        with file.open("rb") as opened:
            if opened.read(len(_HEADER)) != _HEADER:
                raise Refused("copying.no_backup", file=file)


def _take_out(file: Path, part: Path) -> tuple[Stamp | None, datetime, int]:
    try:
        with reading(sqlite_at(file)) as source:
            _check_book(source, file)
        with faults_told(), closing(sqlite3.connect(file, isolation_level=None)) as opened:
            opened.execute("VACUUM INTO ?", (str(part),))
    except StoreUnavailable as fault:
        if fault.reason == "damaged":
            raise Refused("copying.damaged", file=file) from fault
        raise
    with writing(sqlite_at(part)) as copy:
        tables = layouts(copy)
        found = prove(copy, tables)
        stamp = read_stamp(copy)
        if stamp is not None and differing(stamp.proof, found):
            raise Refused("copying.damaged", file=file)
        taken_at = stamp.taken_at if stamp is not None else last_activity(copy)
        take_off_stamp(copy)
    rows = sum(table.rows for table in found.values())
    if taken_at is None:
        with files_told(file):
            taken_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return stamp, taken_at, rows


def _check_book(source: Connection, file: Path) -> None:
    if not inspect(source).has_table("alembic_version"):
        raise Refused("copying.no_backup", file=file)
    schema = source.scalar(text("SELECT version_num FROM alembic_version"))
    if schema is None:
        raise Refused("copying.no_backup", file=file)
    if schema > HEAD:
        raise Refused("copying.newer_backup", file=file, schema=schema, known=HEAD)

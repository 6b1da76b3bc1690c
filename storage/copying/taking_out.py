"""A backup taken out of its file into a book of its own, checked and brought to our schema."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from scoring.errors import Refused, StoreUnavailable
from storage.copying.activity import last_activity
from storage.copying.doors import reading, sqlite_at, writing
from storage.copying.files import begin_again, files_told, part_of
from storage.copying.foreign import copy_of, is_table, laid, looking_at, made_of, take_rows
from storage.copying.layout import STAMP, layouts
from storage.copying.proof import Proof, differing, prove
from storage.copying.stamp import Stamp, read_stamp, take_off_stamp
from storage.migrations import HEAD
from storage.schema import is_known, upgrade

_HEADER = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A book of our schema in a file of its own. `proven` is False for one that had no proof with
    it: a plain copy of a database file. `as_laid` is False where its schema was not ours, and only
    the rows of it were taken."""

    path: Path
    taken_at: datetime
    rows: int
    proven: bool
    as_laid: bool

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
        taken = await asyncio.to_thread(_take_out, file, part)
        await upgrade(taken.url)
        yield taken


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


def _take_out(file: Path, part: Path) -> TakenOut:
    try:
        return _taken(file, part)
    except StoreUnavailable as fault:
        if fault.reason == "damaged":
            raise Refused("copying.damaged", file=file) from fault
        raise
    except (sqlite3.IntegrityError, sqlite3.DataError, ValueError) as fault:
        raise Refused("copying.damaged", file=file) from fault


def _taken(file: Path, part: Path) -> TakenOut:
    # What is checked below is the copy: nobody can change it meanwhile.
    copy_of(file, part)
    with writing(sqlite_at(part)) as copy:
        schema = _schema_of(copy, file)
        as_laid = made_of(copy) == laid(schema)
        if as_laid:
            stamp = read_stamp(copy)
            found: Proof = prove(copy, layouts(copy))
            take_off_stamp(copy)
            if stamp is not None and differing(stamp.proof, found):
                raise Refused("copying.damaged", file=file)
    if not as_laid:
        stamp, found = _rows_alone(file, part, schema)
    with reading(sqlite_at(part)) as copy:
        taken_at = stamp.taken_at if stamp is not None else last_activity(copy)
    if taken_at is None:
        with files_told(file):
            taken_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    rows = sum(table.rows for table in found.values())
    return TakenOut(part, taken_at, rows, stamp is not None, as_laid)


def _rows_alone(file: Path, part: Path, schema: str) -> tuple[Stamp | None, Proof]:
    """Into a schema of ours: that of the file may do what a book of ours never would."""
    begin_again(part)
    with looking_at(file) as source, writing(sqlite_at(part)) as copy:
        stamp = read_stamp(source) if is_table(source, STAMP) else None
        found = take_rows(source, copy, schema)
        if found is None:
            raise Refused("copying.damaged", file=file)
        if stamp is not None:
            ours = {table: proof for table, proof in stamp.proof.items() if table in found}
            if differing(ours, found):
                raise Refused("copying.damaged", file=file)
    return stamp, found


def _schema_of(copy: Connection, file: Path) -> str:
    schema = None
    if is_table(copy, "alembic_version"):
        schema = copy.scalar(text("SELECT version_num FROM alembic_version LIMIT 1"))
    if not isinstance(schema, str):
        raise Refused("copying.no_backup", file=file)
    if not is_known(schema):
        if schema > HEAD and schema.isdecimal():
            raise Refused("copying.newer_backup", file=file, schema=schema[:20], known=HEAD)
        raise Refused("copying.no_backup", file=file)
    return schema

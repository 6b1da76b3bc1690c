"""A backup: one SQLite file with the whole book of one moment, taken while the service runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from scoring.errors import Refused
from storage.copying.doors import faults_told, file_of, reading, sqlite_at, writing
from storage.copying.files import files_told, finish, part_of, put_new
from storage.copying.layout import layouts
from storage.copying.proof import prove
from storage.copying.stamp import Stamp, put_stamp
from storage.copying.whole import copy_book
from storage.engine import parse_url
from storage.schema import SchemaState, lay, look


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup; `size` in bytes."""

    stamp: Stamp
    size: int


async def back_up(database_url: str, file: Path, now: datetime, *, over: bool = False) -> Backup:
    """Write the book of this moment to `file`, with its proof.

    Refused, with nothing changed, when the file exists (unless `over`), cannot be written or is
    the book itself, or the database holds no book of a version that this program knows.
    """
    url = parse_url(database_url)
    book = file_of(url)
    _check_place(file, book, over=over)
    if book is not None and not book.is_file():
        raise Refused("copying.no_book", file=book)
    state, schema = await look(database_url)
    if state is SchemaState.EMPTY or schema is None:
        raise Refused("copying.empty")
    if state in (SchemaState.NEWER, SchemaState.AHEAD) and book is None:
        raise Refused("copying.newer_book", schema=schema)
    with part_of(file) as part:
        stamp = await asyncio.to_thread(_make, url, part, now, schema)
        finish(part)
        with files_told(part):
            size = part.stat().st_size
        put_new(part, file, over=over)
    return Backup(stamp, size)


def _check_place(file: Path, book: Path | None, *, over: bool) -> None:
    with files_told(file):
        if file.is_dir():
            raise Refused("copying.folder", file=file)
        if not file.parent.is_dir():
            raise Refused("copying.no_folder", folder=file.parent)
        if book is not None and file.resolve() == book.resolve():
            raise Refused("copying.itself", file=file)
        if file.exists() and not file.is_file():
            raise Refused("copying.no_file", file=file)
        if file.exists() and not over:
            raise Refused("copying.exists", file=file)


def _make(url: URL, part: Path, now: datetime, schema: str) -> Stamp:
    if file_of(url) is None:
        return _from_server(url, part, now, schema)
    with reading(url) as source:
        driver: Any = source.connection.driver_connection
        driver.rollback()  # VACUUM takes its own view of the book, in one go
        with faults_told():
            driver.execute("VACUUM INTO ?", (str(part),))
    with writing(sqlite_at(part)) as copy:
        stamp = Stamp(now, "sqlite", schema, prove(copy, layouts(copy)))
        put_stamp(copy, stamp)
    return stamp


def _from_server(url: URL, part: Path, now: datetime, schema: str) -> Stamp:
    with reading(url) as source, writing(sqlite_at(part)) as copy:
        lay(copy, schema)
        stamp = Stamp(now, "postgresql", schema, copy_book(source, copy))
        put_stamp(copy, stamp)
    return stamp

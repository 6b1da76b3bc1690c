"""A whole book moved to another database, proven to be the same there."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from scoring.errors import Refused
from storage.copying.activity import holds_rows
from storage.copying.doors import file_of, reading, sqlite_at, writing
from storage.copying.files import files_told, finish, part_of, put_in_place
from storage.copying.former import unused
from storage.copying.layout import layouts
from storage.copying.proof import Proof
from storage.copying.server import put_on_server
from storage.copying.whole import copy_book
from storage.engine import parse_url
from storage.schema import SchemaState, lay, look, upgrade


async def move_book(source_url: str, target_url: str, now: datetime, *, running: bool) -> Proof:
    """Copy the book to an empty database and compare; the source stays as it is.

    Refused, with nothing written, when the target holds anything, or a service uses the source,
    unless `running` allows that: what it writes meanwhile is not copied.
    """
    source, target = parse_url(source_url), parse_url(target_url)
    if _same(source, target):
        raise Refused("copying.same_database")
    place = file_of(source)
    if place is not None and not place.is_file():
        raise Refused("copying.no_book", file=place)
    state, schema = await look(source_url)
    if state is SchemaState.EMPTY:
        raise Refused("copying.empty")
    if state in (SchemaState.NEWER, SchemaState.AHEAD):
        raise Refused("copying.newer_book", schema=schema)
    if not running:
        unused(source)
    await upgrade(source_url)
    place = file_of(target)
    if place is None:
        put = await asyncio.to_thread(put_on_server, source, target, now, replace=False)
        return put.proof
    return await _to_file(source, place, now)


async def _to_file(source: URL, place: Path, now: datetime) -> Proof:
    _must_be_empty(place)
    with part_of(place) as part:
        proof = await asyncio.to_thread(_copy, source, part)
        finish(part)
        _must_be_empty(place)
        empty = put_in_place(part, place, now)
        if empty is not None:
            empty.unlink(missing_ok=True)
    return proof


def _copy(source: URL, part: Path) -> Proof:
    with reading(source) as taken, writing(sqlite_at(part)) as copy:
        lay(copy)
        return copy_book(taken, copy)


def _must_be_empty(place: Path) -> None:
    with files_told(place):
        if not place.parent.is_dir():
            raise Refused("copying.no_folder", folder=place.parent)
        if not place.exists() or (place.is_file() and place.stat().st_size == 0):
            return
        if not place.is_file():
            raise Refused("copying.no_file", file=place)
    with reading(sqlite_at(place)) as connection:
        if holds_rows(connection, layouts(connection)):
            raise Refused("copying.target_holds_book")


def _same(one: URL, other: URL) -> bool:
    files = file_of(one), file_of(other)
    if files[0] is not None and files[1] is not None:
        return files[0].resolve() == files[1].resolve()
    place = ("host", "port", "database")
    return files == (None, None) and all(
        getattr(one, part) == getattr(other, part) for part in place
    )

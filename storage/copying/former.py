"""The book that is where a copy is to go: whether it may be replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection

from scoring.errors import Refused, StoreUnavailable
from storage.copying.activity import OF_A_RUNNING_SERVICE, holds_rows, last_activity
from storage.copying.doors import file_of, reading
from storage.copying.files import files_told, nobody_uses
from storage.copying.layout import OF_THE_SCHEMA, layouts
from storage.copying.server import other_users
from storage.engine import parse_url
from storage.schema import SchemaState, look
from storage.tables import metadata


@dataclass(frozen=True, slots=True)
class Former:
    """`holds`: somebody brought something to it; `last_at`: when it last did anything."""

    holds: bool
    last_at: datetime | None


NOTHING = Former(holds=False, last_at=None)


def unused(url: URL, *, even_so: bool = False) -> None:
    """Refused while anybody uses the database. `even_so` lets others be on a server, but no service
    of ours; a file's book cannot be taken away from under any process."""
    place = file_of(url)
    if place is not None:
        nobody_uses(place)
        return
    from storage.wakeups import LISTENER  # the driver costs a start with SQLite its time

    with reading(url) as connection:
        users = other_users(connection)
    services = [user for user in users if user.startswith(LISTENER)]
    if services and even_so:
        raise Refused("copying.service_runs", users=", ".join(services))
    if users and not even_so:
        raise Refused("copying.in_use_on_server", users=", ".join(users))


async def former_book(database_url: str) -> Former:
    """What a restore would replace; Refused when that is of a newer version, on a server."""
    url = parse_url(database_url)
    place = file_of(url)
    if place is not None and not _is_there(place):
        return NOTHING
    try:
        state, schema = await look(database_url)
        if state is SchemaState.EMPTY:
            return NOTHING
        if place is None and state in (SchemaState.NEWER, SchemaState.AHEAD):
            raise Refused("copying.newer_book", schema=schema)
        with reading(url) as connection:
            return _told(connection)
    except StoreUnavailable as fault:
        if fault.reason == "damaged":
            return NOTHING  # it is kept aside all the same
        raise


def _told(connection: Connection) -> Former:
    ours = layouts(connection, only={*metadata.tables} - OF_THE_SCHEMA)
    return Former(holds_rows(connection, ours, but=OF_A_RUNNING_SERVICE), last_activity(connection))


def _is_there(place: Path) -> bool:
    with files_told(place):
        if not place.parent.is_dir():
            raise Refused("copying.no_folder", folder=place.parent)
        if place.exists() and not place.is_file():
            raise Refused("copying.no_file", file=place)
        return place.exists() and place.stat().st_size > 0

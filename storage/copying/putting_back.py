"""A book that was taken out of a backup put where the service looks for it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from storage.copying.doors import file_of, sqlite_at
from storage.copying.files import finish, put_in_place
from storage.copying.server import put_on_server
from storage.copying.taking_out import TakenOut
from storage.engine import parse_url


async def put_back(taken: TakenOut, database_url: str, now: datetime) -> str | None:
    """Replace the configured book, at once and whole; returns where the former one is kept.

    Nobody may use `taken` any more. Refused while another process has the file's book open.
    """
    url = parse_url(database_url)
    place = file_of(url)
    await asyncio.to_thread(finish, taken.path)
    if place is not None:
        aside = put_in_place(taken.path, place, now)
        return None if aside is None else str(aside)
    put = await asyncio.to_thread(put_on_server, sqlite_at(taken.path), url, now, replace=True)
    return put.aside

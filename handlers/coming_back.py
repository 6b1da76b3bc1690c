"""A book brought back from a backup, so that it may be run at once and tells nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from handlers.jobs.auditor import LOOK_BACK_DAYS
from handlers.restoring import EpochSummary, begin_epoch
from handlers.rules import Rules
from scoring.errors import Refused
from storage.copying.doors import file_of
from storage.copying.files import same_file
from storage.copying.former import former_book, unused
from storage.copying.putting_back import put_back
from storage.copying.taking_out import taken_out
from storage.engine import parse_url
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is where the former book is kept; `proven`: the copy carried a proof, which held;
    `as_laid`: its schema was ours, else only its rows were taken."""

    taken_at: datetime
    rows: int
    proven: bool
    as_laid: bool
    epoch: EpochSummary
    aside: str | None


async def restore_book(
    database_url: str, file: Path, rules: Rules, now: datetime, *, force: bool = False
) -> Restored:
    """Replace the configured book by that of a backup, which is only read.

    The new epoch begins before the book is put in its place: whoever opens it finds it begun.
    Until then nothing is changed, and a crash leaves the former book. Refused when the backup
    cannot be used, somebody uses the database, or its book goes on after the backup; `force`
    allows the last, and other connections to a server.
    """
    url = parse_url(database_url)
    place = file_of(url)
    if place is not None and await asyncio.to_thread(same_file, file, place):
        raise Refused("copying.itself", file=file)
    former = await former_book(database_url)
    await asyncio.to_thread(unused, url, even_so=force)
    async with taken_out(file, place) as taken:
        if not force and taken.proven and taken.taken_at > now:
            raise Refused("copying.taken_later", taken=taken.taken_at, now=now)
        taken_at = min(taken.taken_at, now)
        last = former.last_at
        if not force and former.holds and last is not None and last > taken_at:
            raise Refused("copying.goes_on", last=last, taken=taken_at)
        store = Store.open(taken.url)
        try:
            # By a clock that was ahead of ours nobody knows when: as long ago as is planned for.
            known = taken.taken_at <= now
            since = taken_at if known else now - timedelta(days=LOOK_BACK_DAYS)
            epoch = await begin_epoch(store, rules, now, backup_at=since)
        finally:
            await store.close()
        await asyncio.to_thread(unused, url, even_so=force)
        aside = await put_back(taken, database_url, now)
    return Restored(taken_at, taken.rows, taken.proven, taken.as_laid, epoch, aside)

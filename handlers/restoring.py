"""After a restore: what the book that is gone may have told already is looked for before it is told.

A backup knows nothing of what was sent after it was taken. So everything the clock would tell by
now is put first, and whatever has no end yet and is due, or was put since, is doubted
(`suspect_since`): delivery looks whether it hangs there, and asks a person where nobody can look
(bot/delivery/doubting.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import lost_time
from handlers.jobs import failures
from handlers.jobs.tick import audit_when_due, tick_once
from handlers.rules import Rules
from storage.store import Store

SETTLE = timedelta(minutes=2)
"""Nothing is looked for sooner: what the lost process sent last may arrive that late."""


@dataclass(frozen=True, slots=True)
class EpochSummary:
    """What a new epoch found: rows the clock put by now, rows that are doubted, and places."""

    put: int
    suspect: int
    places: int


async def begin_epoch(
    store: Store, rules: Rules, now: datetime, *, backup_at: datetime
) -> EpochSummary:
    """Put what the clock would tell by now, and doubt every row that the lost book may have told.

    `backup_at` is when the restored copy was taken. May be repeated after a crash, and must have
    ended before anything is delivered from the restored book. StoreUnavailable when it cannot be
    read or written.
    """
    done = await tick_once(store, rules, now, audit=False, score_for_s=math.inf)
    put = int(done["notifications"])
    while more := (await tick_once(store, rules, now, only=failures.NAME))["notifications"]:
        put += more  # so many at a time
    audit = await audit_when_due(store, rules, now, at_once=True)
    async with store.begin() as tx:
        await tx.allow_long_statements()
        await lost_time.note(tx, backup_at=backup_at, now=now)
        doubted = await tx.doubting.begin(backup_at=backup_at, now=now, settle=SETTLE)
    return EpochSummary(put=put + audit.put_again, suspect=doubted.rows, places=doubted.places)

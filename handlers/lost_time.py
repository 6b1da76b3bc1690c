"""The times of which the book knows nothing: from a backup until it was restored.

Kept in the book, since what the lost one told then this one may come to tell days later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.rules import Rules
from storage.escalations import LostTime
from storage.transaction import Tx

_PREFIX = "restore.lost:"

KEPT_DAYS = 90
"""What was announced in a lost time and rests for longer is escalated as if nothing had been."""


async def note(tx: Tx, *, backup_at: datetime, now: datetime) -> None:
    """Write down a lost time; of two with the same backup the later restore counts."""
    await tx.settings.forget_before(_PREFIX, now - timedelta(days=KEPT_DAYS))
    key = f"{_PREFIX}{backup_at.isoformat()}"
    value = {"since": backup_at.isoformat(), "until": now.isoformat()}
    await tx.settings.put(key, value, at=now)


async def of_escalations(tx: Tx, rules: Rules) -> list[LostTime]:
    """Lost times that were long enough for what was announced in them to be escalated."""
    after = timedelta(hours=rules.escalate_after_h)
    times = []
    for one in (await tx.settings.under(_PREFIX)).values():
        since, until = map(datetime.fromisoformat, (one["since"], one["until"]))
        if until - since >= after:
            times.append(LostTime(since, until, (until - after).astimezone(rules.zone).date()))
    return times

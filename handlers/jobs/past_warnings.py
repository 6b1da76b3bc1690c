"""Once a day warnings that are no news any more are closed, with how each of them ended.

The morning's digests need no job of their own: what was held back waits in the outbox for its
morning, and is told as one message then (handlers/budget.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.rules import Rules
from storage.store import Store

NAME = "past_warnings"


async def run(store: Store, rules: Rules, now: datetime, *, at_once: bool = False) -> int:
    """Close them on a new local day, or `at_once`; returns how many."""
    today = now.astimezone(rules.zone).date()
    async with store.read() as tx:
        last_on = (await tx.marks.look(NAME)).on
    if last_on == today and not at_once:
        return 0
    async with store.begin() as tx:
        mark = await tx.marks.take(NAME)
        await tx.allow_long_statements()
        closed = await tx.warnings.settle(
            now=now, ignored_before=now - timedelta(days=rules.alerts.acted_within_days)
        )
        await tx.marks.put(NAME, on=today, rev=mark.rev, at=now)
    return closed

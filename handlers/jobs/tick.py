"""One tick: every job of the clock once, each in its own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.jobs import escalations, milestones, snoozes
from handlers.rules import Rules
from storage.store import Store

JOBS = ("milestones", "snoozes", "escalations")


async def tick_once(
    store: Store, rules: Rules, now: datetime, *, only: str | None = None
) -> dict[str, Any]:
    """Run the jobs (or only one) and count what they did, in the form of `tick --json`."""
    crossed = milestones.MilestoneTick()
    woken = escalated = 0
    if only in (None, "milestones"):
        async with store.begin() as tx:
            crossed = await milestones.run(tx, rules, now)
    if only in (None, "snoozes"):
        async with store.begin() as tx:
            woken = await snoozes.run(tx, rules, now)
    if only in (None, "escalations"):
        async with store.begin() as tx:
            escalated = await escalations.run(tx, rules, now)
    return {
        "milestones": {"due": crossed.due, "superseded": crossed.superseded},
        "opportunities": crossed.opportunities,
        "escalations": escalated,
        "warnings": 0,
        "notifications": crossed.notifications + woken + escalated,
    }

"""One tick: every job of the clock once, each in its own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.jobs import escalations, milestones, snoozes
from handlers.jobs.auditor import audit_outbox
from handlers.rules import Rules
from storage.store import Store

JOBS = ("milestones", "snoozes", "escalations", "audit")

AUDIT_EVERY = timedelta(hours=1)
"""How soon a row deleted by hand is noticed (reliability.md, F15)."""


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
    findings = put_again = 0
    if only in (None, "audit"):
        async with store.begin() as tx:
            mark = await tx.marks.take("audit")
            if only is not None or mark.at is None or abs(now - mark.at) >= AUDIT_EVERY:
                audit = await audit_outbox(tx, rules, now)
                findings, put_again = len(audit.findings), audit.put_again
                today = now.astimezone(rules.zone).date()
                await tx.marks.put("audit", on=today, rev=mark.rev, at=now)
    return {
        "milestones": {"due": crossed.due, "superseded": crossed.superseded},
        "opportunities": crossed.opportunities,
        "escalations": escalated,
        "warnings": 0,
        "findings": findings,
        "notifications": crossed.notifications + woken + escalated + put_again,
    }

"""Renewals that were announced and nobody claimed go to the lead [24 h], in working hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import lost_time
from handlers.audience import routes
from handlers.rules import Rules
from storage.transaction import Tx

NAME = "escalations"


async def run(tx: Tx, rules: Rules, now: datetime) -> int:
    """Put what waited too long into the outbox, once per announcement; returns how many rows."""
    await tx.marks.take(NAME)  # two replicas escalate in turn
    return await tx.escalations.escalate(
        await routes(tx, rules, now),
        before=now - timedelta(hours=rules.escalate_after_h),
        today=now.astimezone(rules.zone).date(),
        now=now,
        lost=await lost_time.of_escalations(tx, rules),
    )

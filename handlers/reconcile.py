"""Reconciliation (核对): what is missing or contradictory in the book."""

from __future__ import annotations

from datetime import datetime

from handlers.rules import Rules
from scoring.zones import zone_named
from storage.transaction import Tx
from storage.views.reconcile import PROBLEMS as _OF_CUSTOMERS
from storage.views.reconcile import Finding, findings

__all__ = ["PROBLEMS", "Finding", "reconcile"]

PROBLEMS = (*_OF_CUSTOMERS, "bad_zone")


async def reconcile(
    tx: Tx, rules: Rules, now: datetime, *, limit: int | None = 10_000
) -> list[Finding]:
    """Problems of active contracts and their customers, at most `limit` of each kind.

    no_owner, unlinked_owner, no_end_date, history (ended longer ago than the grace, undecided),
    overlap (two terms of one product at once), no_contact, no_signal (for 30 days),
    bad_zone (a person's time zone that does not exist).
    """
    found = await findings(
        tx.connection,
        today=now.astimezone(rules.zone).date(),
        grace_days=rules.schedule.grace_days,
        limit=limit,
    )
    zones = [
        Finding("bad_zone", "", "", f"{person.name}: {person.time_zone}")
        for person in await tx.people.everybody()
        if person.time_zone and zone_named(person.time_zone) is None
    ]
    return found + zones[:limit]

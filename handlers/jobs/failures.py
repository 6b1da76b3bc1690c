"""What could not be delivered is told to the lead, once."""

from __future__ import annotations

from datetime import datetime

from handlers.audience import Desks, doors_of, lead_of
from handlers.rules import Rules
from scoring.model import Person
from scoring.workdays import deliver_at
from storage.outbox import Notification
from storage.transaction import Tx
from storage.views.problems import Undelivered, undelivered

NAME = "failures"

NOTE = "undelivered"
"""How the keys of these notes begin; a note that fails itself is told to nobody."""

AT_ONCE = 200
"""How many one tick tells of; the next one goes on."""


async def run(tx: Tx, rules: Rules, now: datetime) -> int:
    """Put a note for every delivery that failed or needs review; returns how many rows."""
    found = await undelivered(tx.connection, note=NOTE, limit=AT_ONCE)
    if not found:
        return 0
    teams = {one.team: await lead_of(tx, one.team, rules) for one in found}
    desks = Desks(rules, now)
    notes = [note for one in found for lead in teams[one.team] for note in _notes(one, lead, desks)]
    return await tx.outbox.put(notes, now=now)


def _notes(one: Undelivered, lead: Person, desks: Desks) -> list[Notification]:
    return [
        Notification(
            key=f"{NOTE}:{one.id}:{lead.id}",
            kind="followup",
            platform=platform,
            place=place,
            person_id=lead.id,
            due_at=deliver_at(
                desks.now,
                zone=desks.zone_of(lead),
                hours=desks.rules.hours,
                calendar=desks.rules.calendar,
                limit_on=None,
                avoid_half_hours=platform == "wecom",
                key=place,
            ),
            opportunity_id=one.opportunity_id,
            contract_id=one.contract_id,
            facts={"what": NOTE, "who": one.who},
        )
        for platform, place in doors_of(lead, desks.rules)
    ]

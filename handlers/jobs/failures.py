"""What did not arrive is told to the lead, once: what failed, and what waits longer than it may.

An alert that is held up (nobody has spoken to the bot there, a wrong key, a limit) keeps waiting,
and nothing of it is lost. But it must not wait past its date in silence.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.announcing_truth import LATE
from handlers.audience import Desks, doors_of, lead_of
from handlers.rules import Rules
from scoring.model import Person, Role
from scoring.workdays import deliver_at
from storage.outbox import Notification
from storage.pacing import UNSPOKEN
from storage.transaction import Tx
from storage.views.problems import Undelivered, held_up, undelivered

NAME = "failures"

NOTE = "undelivered"
"""How the keys of notes about bad ends begin; a note that fails itself is told to nobody."""

NOTES = (NOTE, LATE)
"""The keys of notes about what still waits begin with LATE; they hold only while it does."""

PATIENCE = timedelta(hours=1)
"""What is held up for less than this may still go by itself."""

AHEAD_DAYS = 1
"""A held-up alert is told of the day before the one it may not wait past."""

AT_ONCE = 200
"""How many one tick tells of; the next one goes on."""


async def run(tx: Tx, rules: Rules, now: datetime) -> int:
    """Put a note for every delivery that failed, needs review or is held up; how many rows."""
    ended = await undelivered(tx.connection, note=NOTE, notes=NOTES, limit=AT_ONCE)
    today = now.astimezone(rules.zone).date()
    held = await held_up(
        tx.connection,
        note=LATE,
        notes=NOTES,
        error=UNSPOKEN,
        limit_on=today + timedelta(days=AHEAD_DAYS),
        due_before=now - PATIENCE,
        limit=AT_ONCE,
    )
    if not ended and not held:
        return 0
    teams = {one.team: await lead_of(tx, one.team, rules) for one in (*ended, *held)}
    desks = Desks(rules, now)
    notes = [
        note for one in ended for lead in teams[one.team] for note in _notes(NOTE, one, lead, desks)
    ]
    for one in held:
        for lead in await _reachable(tx, one, teams[one.team], rules):
            notes += _notes(LATE, one, lead, desks)
    return await tx.outbox.put(notes, now=now)


async def _reachable(tx: Tx, one: Undelivered, leads: list[Person], rules: Rules) -> list[Person]:
    """The leads whose own place is not the one that is held up; else the admins; else the leads."""

    def elsewhere(people: list[Person]) -> list[Person]:
        held = (one.platform, one.place)
        return [p for p in people if (doors := doors_of(p, rules)) and held not in doors]

    return elsewhere(leads) or elsewhere(await tx.people.with_role(Role.ADMIN)) or leads


def _notes(note: str, one: Undelivered, lead: Person, desks: Desks) -> list[Notification]:
    # What still waits is to be known while something can be done about it.
    limit_on = one.limit_on if note == LATE else None
    return [
        Notification(
            key=f"{note}:{one.id}:{lead.id}",
            kind="followup",
            platform=platform,
            place=place,
            person_id=lead.id,
            due_at=deliver_at(
                desks.now,
                zone=desks.zone_of(lead),
                hours=desks.rules.hours,
                calendar=desks.rules.calendar,
                limit_on=limit_on,
                avoid_half_hours=platform == "wecom",
                key=place,
            ),
            opportunity_id=one.opportunity_id,
            contract_id=one.contract_id,
            facts={"what": note, "who": one.who, "row": one.id},
            limit_on=limit_on,
        )
        for platform, place in doors_of(lead, desks.rules)
    ]

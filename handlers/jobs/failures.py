"""What did not arrive is told to the lead, once: what failed, and what waits longer than it may.

An alert that is held up (nobody has spoken to the bot there, a wrong key, a limit) keeps waiting,
and nothing of it is lost. But it must not wait past its date in silence. What is about no contract
(a notice) is told to the admins.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.announcing_truth import LATE
from handlers.audience import Desks, doors_of, lead_of
from handlers.notices import NOTICE, Notice, Tap
from handlers.rules import Rules
from scoring.model import Person, Role
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

_WHY = Tap("delivery.title", "delivery")

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
        last_on=today,
        due_before=now - PATIENCE,
        limit=AT_ONCE,
    )
    if not ended and not held:
        return 0
    desks = Desks(rules, now)
    leads = {one.team: await lead_of(tx, one.team, rules) for one in (*ended, *held)}
    admins = await tx.people.with_role(Role.ADMIN)
    notes: list[Notification] = []
    for note, one in [(NOTE, each) for each in ended] + [(LATE, each) for each in held]:
        for hearer in _hearers(note, one, leads[one.team], admins, rules):
            notes += _notes(note, one, hearer, desks)
    return await tx.outbox.put(notes, now=now)


def _hearers(
    note: str, one: Undelivered, leads: list[Person], admins: list[Person], rules: Rules
) -> list[Person]:
    """The leads, or of what is about no contract the admins; not where it does not arrive."""
    if one.contract_id is None:
        return _elsewhere(one, admins, rules) or _elsewhere(one, leads, rules) or admins
    if note == NOTE:
        return leads
    return _elsewhere(one, leads, rules) or _elsewhere(one, admins, rules) or leads


def _elsewhere(one: Undelivered, people: list[Person], rules: Rules) -> list[Person]:
    """Those of the people whose own place is not the one that does not take it."""
    held = (one.platform, one.place)
    return [p for p in people if (doors := doors_of(p, rules)) and held not in doors]


def _notes(note: str, one: Undelivered, hearer: Person, desks: Desks) -> list[Notification]:
    # What still waits is to be known while something can be done about it.
    limit_on = one.limit_on if note == LATE else None
    facts: dict[str, Any] = {"what": note, "who": one.who, "row": one.id}
    if one.contract_id is None:
        facts |= Notice(f"notice.{note}", {"who": one.who}, (_WHY,)).facts()
    return [
        Notification(
            key=f"{note}:{one.id}:{hearer.id}",
            kind="followup" if one.contract_id is not None else NOTICE,
            platform=platform,
            place=place,
            person_id=hearer.id,
            due_at=desks.deliver_at(platform, place, hearer, limit_on=limit_on),
            opportunity_id=one.opportunity_id,
            contract_id=one.contract_id,
            facts=facts,
            limit_on=limit_on,
        )
        for platform, place in doors_of(hearer, desks.rules)
    ]

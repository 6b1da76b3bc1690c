"""Snoozed renewals wake on their day; who works on them is told."""

from __future__ import annotations

from datetime import datetime

from handlers.audience import Desks, doors_of
from handlers.rules import Rules
from scoring.model import Opportunity, Person
from storage.outbox import Notification
from storage.transaction import Tx

NAME = "snoozes"


async def run(tx: Tx, rules: Rules, now: datetime) -> int:
    """Wake what is due and tell its claimer, else its owner; returns how many were told."""
    today = now.astimezone(rules.zone).date()
    mark = await tx.marks.take(NAME)
    if mark.on is not None and mark.on >= today:  # a rest begun today ends tomorrow at the earliest
        return 0
    await tx.marks.put(NAME, on=today, rev=0, at=now)
    woken = [
        found
        for opportunity_id in await tx.escalations.wake(today=today)
        if (found := await tx.opportunities.get(opportunity_id)) is not None
    ]
    people = await tx.people.many(i for o in woken if (i := o.claimed_by_id or o.owner_id))
    desks = Desks(rules, now)
    notifications = []
    for opportunity in woken:
        person = people.get(opportunity.claimed_by_id or opportunity.owner_id or 0)
        if person is not None:
            notifications += _told(opportunity, person, desks)
    return await tx.outbox.put(notifications, now=now)


def _told(opportunity: Opportunity, person: Person, desks: Desks) -> list[Notification]:
    return [
        Notification(
            key=f"woke:{opportunity.id}:{opportunity.version}:{person.id}",
            kind="followup",
            platform=platform,
            place=place,
            person_id=person.id,
            due_at=desks.deliver_at(platform, place, person),
            opportunity_id=opportunity.id,
            contract_id=None if opportunity.expansion else opportunity.contract_id,
            facts={"what": "woke", "who": ""},
        )
        for platform, place in doors_of(person, desks.rules)
    ]

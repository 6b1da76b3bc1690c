"""A snoozed renewal wakes before its day when the customer's health gets worse [25]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from handlers.audience import Desks, doors_of
from handlers.followups import show_everywhere
from handlers.rules import Rules
from scoring.health.worry import Concern, Reason
from scoring.model import Person
from storage.escalations import Woken
from storage.outbox import DIGEST, Notification
from storage.transaction import Tx

WOKE = "woke_early"
"""What the follow-up and the line below the card say."""


async def wake_early(
    tx: Tx, rules: Rules, now: datetime, worse: Mapping[int, Sequence[Reason]]
) -> int:
    """End the rest of renewals of customers that became worse, by customer with the reasons.

    The claimer, else the owner, is told why; alerts that waited for the day go out. Being silent
    is what a rest is for: it wakes nobody, and who is seen for the first time became no worse.
    Returns how many renewals woke.
    """
    grave = {
        account_id: heavy
        for account_id, reasons in worse.items()
        if (heavy := [reason for reason in reasons if reason.kind is not Concern.SILENCE])
    }
    if not grave:
        return 0
    today = now.astimezone(rules.zone).date()
    woken = await tx.escalations.wake_early(grave, today=today)
    people = await tx.people.many(i for one in woken if (i := one.worker_id))
    desks = Desks(rules, now)
    for one in woken:
        person = people.get(one.worker_id or 0)
        if person is not None:
            await tx.outbox.put(_told(one, person, grave[one.account_id], desks), now=now)
        how = {"until": one.until.isoformat()}
        await show_everywhere(tx, one.opportunity_id, WOKE, who="", now=now, how=how, quietly=True)
        await _bring_forward(tx, one, desks)
    return len(woken)


def _told(
    woken: Woken, person: Person, reasons: Sequence[Reason], desks: Desks
) -> list[Notification]:
    return [
        Notification(
            key=f"{WOKE}:{woken.opportunity_id}:{woken.version}:{person.id}",
            kind="followup",
            platform=platform,
            place=place,
            person_id=person.id,
            due_at=desks.deliver_at(platform, place, person),
            opportunity_id=woken.opportunity_id,
            contract_id=woken.contract_id,
            facts={
                "what": WOKE,
                "who": "",
                "until": woken.until.isoformat(),
                "on": desks.now.astimezone(desks.rules.zone).date().isoformat(),
                "why": [reason.as_json() for reason in reasons],
            },
        )
        for platform, place in doors_of(person, desks.rules)
    ]


async def _bring_forward(tx: Tx, woken: Woken, desks: Desks) -> None:
    """What waits for the morning of waking goes out in the next working hours."""
    rows = await tx.outbox.waiting_about(woken.opportunity_id, after=desks.now)
    people = await tx.people.many(row.person_id for row in rows if row.person_id)
    sooner = {
        row.id: at
        for row in rows
        if DIGEST not in row.facts
        and (at := _at(desks, row.platform, row.place, people.get(row.person_id or 0))) < row.due_at
    }
    await tx.outbox.postpone(sooner)


def _at(desks: Desks, platform: str, place: str, person: Person | None) -> datetime:
    return max(desks.deliver_at(platform, place, person), desks.now + timedelta(minutes=1))

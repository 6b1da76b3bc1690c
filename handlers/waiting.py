"""What waits for a person when their hours change."""

from __future__ import annotations

from datetime import datetime

from handlers.audience import Desks
from handlers.rules import Rules
from scoring.model import Person
from storage.transaction import Tx


async def postpone_for(tx: Tx, person: Person, rules: Rules, now: datetime) -> None:
    """Let what would now come outside the person's hours come when they begin.

    Nothing comes earlier than it would have, and nothing waits past its date.
    """
    desks = Desks(rules, now)
    later: dict[int, datetime] = {}
    for row in await tx.outbox.waiting_for(person.id, after=now):
        at = desks.deliver_at(row.platform, row.place, person, limit_on=row.limit_on, at=row.due_at)
        if at > row.due_at:
            later[row.id] = at
    await tx.outbox.postpone(later)

"""Alerts whose reader has changed: nobody hears of customers they may not read any more.

People move between teams and leave, renewals change hands, all while an alert waits. Then it goes
to whoever works on it now, else to the lead, so that it is told all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from handlers.audience import Desks, doors_of, lead_of
from handlers.rules import Rules
from scoring.model import Person
from scoring.permissions import reach_of
from scoring.views import RenewalLine
from storage.countdown_routes import Audience
from storage.outbox import Delivery, Notification
from storage.transaction import Tx


async def strayed(
    tx: Tx,
    rows: Sequence[Delivery],
    lines: Mapping[int, RenewalLine],
    person: Person | None,
    rules: Rules,
) -> frozenset[int]:
    """Rows in a person's direct place about what that person may not read."""
    if person is None:
        return frozenset()
    reach = reach_of(person)
    found: set[int] = set()
    for row in rows:
        line = lines.get(row.about)
        if line is None or reach.covers(team=line.team, owner_id=line.owner_id):
            continue
        if person.linked and person.id in (line.claimed_by_id, line.owner_id):
            continue
        if person.id not in {lead.id for lead in await lead_of(tx, line.team, rules)}:
            found.add(row.id)
    return frozenset(found)


async def redirected(
    tx: Tx,
    rows: Iterable[Delivery],
    lines: Mapping[int, RenewalLine],
    rules: Rules,
    now: datetime,
) -> tuple[Notification, ...]:
    """The same alerts for those whom they concern now; the key differs in the place alone."""
    desks = Desks(rules, now)
    found: list[Notification] = []
    for row in rows:
        line = lines[row.about]
        for person in await _concerned(tx, row, line, rules):
            for platform, place in doors_of(person, rules):
                route = desks.route(Audience.PERSON, platform, place, person=person)
                in_time = row.limit_on is None or row.limit_on >= route.next_on
                found.append(
                    Notification(
                        key=row.key.removesuffix(f"{row.platform}:{row.place}")
                        + f"{platform}:{place}",
                        kind=row.kind,
                        platform=platform,
                        place=place,
                        due_at=route.due_at if in_time else route.rush_at,
                        person_id=person.id,
                        contract_id=row.contract_id,
                        opportunity_id=row.opportunity_id,
                        facts=row.facts,
                        limit_on=row.limit_on,
                    )
                )
    return tuple(found)


async def _concerned(tx: Tx, row: Delivery, line: RenewalLine, rules: Rules) -> list[Person]:
    worker_id = line.claimed_by_id or line.owner_id
    if row.kind in ("milestone", "expansion", "warning") and worker_id is not None:
        worker = await tx.people.get(worker_id)
        if worker is not None and worker.linked and doors_of(worker, rules):
            return [worker]
    return await lead_of(tx, line.team, rules)

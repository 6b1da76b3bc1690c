"""Alerts whose reader has changed: nobody hears of customers they may not read any more.

People move between teams and leave, renewals change hands, customers change teams, all while an
alert waits. Then it goes to whoever works on it now, else to the lead, so that it is told all the
same; what a team's channel was to hear goes to the channels of the other team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from handlers.audience import Desks, doors_of, lead_of
from handlers.rules import Rules
from scoring.model import Person
from scoring.permissions import reach_of
from scoring.views import RenewalLine
from storage.bindings import Binding
from storage.countdown_routes import Audience, Route
from storage.outbox import Delivery, Notification
from storage.transaction import Tx


async def strayed(
    tx: Tx,
    rows: Sequence[Delivery],
    lines: Mapping[int, RenewalLine],
    person: Person | None,
    rules: Rules,
) -> frozenset[int]:
    """Rows in a person's direct place about what that person may not read, and rows in a team's
    place about a customer that is another team's by now."""
    if person is None:
        return await _of_another_team(tx, rows, lines, rules)
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


async def _of_another_team(
    tx: Tx, rows: Sequence[Delivery], lines: Mapping[int, RenewalLine], rules: Rules
) -> frozenset[int]:
    """Every team may read what is no team's; a place that nobody bound is nobody's mistake."""
    bound = await tx.bindings.everywhere()
    places = _places_of_teams(rules, bound)
    found: set[int] = set()
    for row in rows:
        here = (row.platform, row.place)
        line = lines.get(row.about)
        if line is None:
            continue
        teams = {team for team, theirs in places.items() if here in theirs}
        accounts = {one.account_id for one in bound if (one.platform, one.place) == here}
        fits = line.team in teams or line.account_id in accounts or (bool(teams) and not line.team)
        if (teams or accounts) and not fits:
            found.add(row.id)
    return frozenset(found)


def _places_of_teams(rules: Rules, bound: Iterable[Binding]) -> dict[str, list[tuple[str, str]]]:
    places = {team.team: list(team.places) for team in rules.teams}
    for binding in bound:
        if binding.team:
            places.setdefault(binding.team, []).append((binding.platform, binding.place))
    return places


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
        found += [_elsewhere(row, route) for route in await _routes(tx, row, line, rules, desks)]
    return tuple(found)


async def _routes(
    tx: Tx, row: Delivery, line: RenewalLine, rules: Rules, desks: Desks
) -> list[Route]:
    """A team's place is followed by those of the team that has the customer now, if it has any."""
    if row.person_id is None and line.team:
        theirs = _places_of_teams(rules, await tx.bindings.everywhere()).get(line.team)
        if theirs:
            return [desks.route(Audience.TEAM, *place, team=line.team) for place in theirs]
    return [
        desks.route(Audience.PERSON, platform, place, person=person)
        for person in await _concerned(tx, row, line, rules)
        for platform, place in doors_of(person, rules)
    ]


def _elsewhere(row: Delivery, route: Route) -> Notification:
    in_time = row.limit_on is None or row.limit_on >= route.next_on
    return Notification(
        key=row.key.removesuffix(f"{row.platform}:{row.place}") + f"{route.platform}:{route.place}",
        kind=row.kind,
        platform=route.platform,
        place=route.place,
        due_at=route.due_at if in_time else route.rush_at,
        person_id=route.person_id,
        contract_id=row.contract_id,
        opportunity_id=row.opportunity_id,
        facts=row.facts,
        limit_on=row.limit_on,
    )


async def _concerned(tx: Tx, row: Delivery, line: RenewalLine, rules: Rules) -> list[Person]:
    worker_id = line.claimed_by_id or line.owner_id
    if row.kind in ("milestone", "expansion", "warning") and worker_id is not None:
        worker = await tx.people.get(worker_id)
        if worker is not None and worker.linked and doors_of(worker, rules):
            return [worker]
    return await lead_of(tx, line.team, rules)

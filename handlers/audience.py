"""Who hears what, and when they may be disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.rules import Rules
from messages.places import direct_place
from scoring.model import Person, Platform, Role
from scoring.workdays import deliver_at
from storage.countdown_routes import Audience, RoundRobin, Route
from storage.transaction import Tx


def doors_of(person: Person, rules: Rules) -> list[tuple[str, str]]:
    """Where a person is told things: one place, on the first platform they are on.

    Who left has none any more, whatever the book still knows of them.
    """
    for platform in rules.platform_order if person.left_on is None else ():
        place = direct_place(person, platform, wecom=rules.wecom_direct)
        if place:
            return [(platform, place)]
    return []


@dataclass(frozen=True, slots=True)
class Desks:
    """When places may be spoken to, seen from one instant."""

    rules: Rules
    now: datetime

    def zone_of(self, person: Person | None) -> ZoneInfo:
        """The person's time zone, else the organisation's."""
        return self.rules.zone_of(person)

    def route(
        self,
        audience: Audience,
        platform: str,
        place: str,
        *,
        person: Person | None = None,
        subject_id: int | None = None,
        team: str | None = None,
    ) -> Route:
        """A place with the next moment it may be told something, and the moment if it is urgent."""
        zone = self.zone_of(person)
        due_at = self.deliver_at(platform, place, person)
        return Route(
            audience=audience,
            platform=platform,
            place=place,
            due_at=due_at,
            next_on=due_at.astimezone(zone).date(),
            rush_at=self.deliver_at(
                platform, place, person, limit_on=self.now.astimezone(zone).date()
            ),
            subject_id=subject_id,
            person_id=None if person is None else person.id,
            team=team,
        )

    def deliver_at(
        self,
        platform: str,
        place: str,
        person: Person | None = None,
        *,
        limit_on: date | None = None,
        at: datetime | None = None,
    ) -> datetime:
        """The next moment, from `at` on, in the person's or the house's hours; see `deliver_at`."""
        return deliver_at(
            at or self.now,
            zone=self.zone_of(person),
            hours=self.rules.hours_of(person),
            calendar=self.rules.calendar,
            limit_on=limit_on,
            avoid_half_hours=platform == Platform.WECOM,
            key=place,
        )


async def routes(tx: Tx, rules: Rules, now: datetime) -> list[Route]:
    """Everybody who may hear of a contract: people, team places, customers' places, leads."""
    everybody = [person for person in await tx.people.everybody() if person.linked]
    desks = Desks(rules, now)
    found = [
        desks.route(Audience.PERSON, platform, place, person=person, subject_id=person.id)
        for person in everybody
        for platform, place in doors_of(person, rules)
    ]
    found += _team_routes(rules, desks)
    for binding in await tx.bindings.everywhere():
        if binding.team:
            found.append(
                desks.route(Audience.TEAM, binding.platform, binding.place, team=binding.team)
            )
        if binding.account_id:
            found.append(
                desks.route(
                    Audience.ACCOUNT,
                    binding.platform,
                    binding.place,
                    subject_id=binding.account_id,
                )
            )
    found += _lead_routes(everybody, rules, desks)
    unique = {(r.audience, r.subject_id, r.team, r.platform, r.place): r for r in found}
    return list(unique.values())


def _team_routes(rules: Rules, desks: Desks) -> Iterator[Route]:
    for team in rules.teams:
        for platform, place in team.places:
            yield desks.route(Audience.TEAM, platform, place, team=team.team)


def _lead_routes(everybody: list[Person], rules: Rules, desks: Desks) -> Iterator[Route]:
    """Leads per team, and under '' those who hear of teams without a lead of their own."""
    by_team: dict[str, list[Person]] = {}
    for person in leads(everybody, rules):
        if person.team:
            by_team.setdefault(person.team, []).append(person)
    for team, named in named_leads(everybody, rules).items():
        by_team[team] = [named]
    anybody = leads(everybody, rules) or [p for p in everybody if p.role is Role.ADMIN]
    by_team[""] = anybody
    for team, people in by_team.items():
        for person in people:
            for platform, place in doors_of(person, rules):
                yield desks.route(Audience.LEAD, platform, place, person=person, team=team)


def leads(everybody: list[Person], rules: Rules) -> list[Person]:
    """People who lead a team, by role or by configuration."""
    named = {person.id for person in named_leads(everybody, rules).values()}
    return [p for p in everybody if p.role is Role.LEAD or p.id in named]


def named_leads(everybody: list[Person], rules: Rules) -> dict[str, Person]:
    """Leads that the configuration names, by team."""
    by_name = {person.name: person for person in everybody}
    return {t.team: by_name[t.lead] for t in rules.teams if t.lead and t.lead in by_name}


async def lead_of(tx: Tx, team: str | None, rules: Rules) -> list[Person]:
    """Who leads a team; all leads when it has none, the admins when there are none at all."""
    everybody = [person for person in await tx.people.everybody() if person.linked]
    named = named_leads(everybody, rules).get(team or "")
    if named is not None:
        return [named]
    own = [person for person in leads(everybody, rules) if team and person.team == team]
    return own or leads(everybody, rules) or [p for p in everybody if p.role is Role.ADMIN]


async def turns(tx: Tx) -> list[RoundRobin]:
    """The rotation of each team's reps."""
    by_team: dict[str, list[Person]] = {}
    for person in await tx.people.with_role(Role.REP):
        if person.team:
            by_team.setdefault(person.team, []).append(person)
    return [
        RoundRobin(team, turn, len(people), person.id)
        for team, people in by_team.items()
        for turn, person in enumerate(people)
    ]

"""Live checks of what a running bot needs, each with the fix when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bot.config import Config
from bot.doctor_operation import examine_operation
from bot.findings import Finding
from bot.ways import serves
from bot.working_calendar import DEFAULT_COUNTRY, country_of, year_without_make_up_days
from handlers.audience import doors_of
from handlers.rules import Rules
from scoring.model import Person, Platform, Role
from scoring.zones import zone_named
from storage.bindings import Binding
from storage.guards import missing_guards
from storage.store import Store

__all__ = ["Finding", "examine"]

NAMED = 5
"""So many names are enough to know what is meant."""


async def examine(
    store: Store, config: Config, rules: Rules, now: datetime, files: Sequence[Path] = ()
) -> list[Finding]:
    """Every check, in the order an operator would fix them. `files` hold the configuration."""
    async with store.read() as tx:
        everybody = await tx.people.everybody()
        contracts = await tx.contracts.last_id()
        bindings = await tx.bindings.everywhere()
        guards = await missing_guards(tx.connection)
    findings = [Finding("database", True, "doctor.database", {"kind": store.dialect})]
    findings.append(
        Finding("contracts", True, "doctor.contracts", {"n": contracts})
        if contracts
        else Finding("contracts", False, "doctor.no_contracts")
    )
    linked = [person for person in everybody if person.linked]
    findings += _people(linked, rules, config)
    findings += _places(config, bindings)
    findings += await _wecom(store, config, linked, now)
    findings += await _slack(store, config, linked, bindings)
    findings += await examine_operation(store, config, rules, now, files)
    findings.append(_guards(guards))
    findings.append(_holidays(config, now))
    findings.append(_fonts())
    return findings


def _guards(missing: Sequence[str]) -> Finding:
    if missing:
        return Finding("guards", False, "doctor.guards_missing", {"names": ", ".join(missing)})
    return Finding("guards", True, "doctor.guards")


def _people(linked: Sequence[Person], rules: Rules, config: Config) -> Iterator[Finding]:
    if not linked:
        yield Finding("people", False, "doctor.no_people")
        return
    for person in linked:
        if person.time_zone and zone_named(person.time_zone) is None:
            told = {"name": person.name, "zone": person.time_zone}
            yield Finding("people", False, "doctor.bad_zone", told)
    silent = [person.name for person in linked if not doors_of(person, rules)]
    closed = [
        person.name
        for person in linked
        if (doors := doors_of(person, rules)) and not serves(config, *doors[0])
    ]
    if silent:
        yield Finding("people", False, "doctor.people_unreachable", _named(silent))
    if closed:
        yield Finding("people", False, "doctor.people_no_way", _named(closed))
    if not silent and not closed:
        yield Finding("people", True, "doctor.people", {"n": len(linked)})
    names = {person.name for person in linked}
    for team in rules.teams:
        if team.lead and team.lead not in names:
            told = {"team": team.team, "lead": team.lead}
            yield Finding("lead", False, "doctor.unknown_lead", told)
    if not any(person.role in (Role.LEAD, Role.ADMIN) for person in linked):
        yield Finding("lead", False, "doctor.no_lead")


def _places(config: Config, bindings: Sequence[Binding]) -> Iterator[Finding]:
    """Each team with where it is announced, by configuration and by `bind`."""
    places: dict[str, set[str]] = {name: set(team.places) for name, team in config.teams.items()}
    for binding in bindings:
        if binding.team:
            places.setdefault(binding.team, set()).add(f"{binding.platform}:{binding.place}")
    if not places:
        yield Finding("teams", False, "doctor.no_teams")
    for team, where in places.items():
        closed = sorted(place for place in where if not _served(config, place))
        if closed:
            robot = closed[0].startswith("wecom:robot:")
            key = "doctor.unknown_robot" if robot else "doctor.place_no_way"
            yield Finding("teams", False, key, {"team": team, "place": closed[0]})
        elif where:
            yield Finding("teams", True, "doctor.team", {"team": team, "n": len(where)})
        else:
            yield Finding("teams", False, "doctor.team_nowhere", {"team": team})


def _served(config: Config, written: str) -> bool:
    platform, _, place = written.partition(":")
    return serves(config, platform, place)


async def _wecom(
    store: Store, config: Config, linked: Sequence[Person], now: datetime
) -> list[Finding]:
    from bot.wecom.checks import examine_wecom  # heavy, and only here

    return await examine_wecom(store, config, linked, now)


async def _slack(
    store: Store, config: Config, linked: Sequence[Person], bindings: Sequence[Binding]
) -> list[Finding]:
    if not config.slack.set_up:
        return []
    from bot.slack.checks import examine_slack  # heavy, and only here

    configured = [place for team in config.teams.values() for place in team.places]
    bound = [f"{binding.platform}:{binding.place}" for binding in bindings if binding.team]
    prefix = f"{Platform.SLACK}:"
    places = [
        place.removeprefix(prefix) for place in (*configured, *bound) if place.startswith(prefix)
    ]
    return await examine_slack(store, config, linked, places)


def _named(names: Sequence[str]) -> dict[str, object]:
    return {"n": len(names), "names": ", ".join(names[:NAMED])}


def _holidays(config: Config, now: datetime) -> Finding:
    country = config.country or country_of(config.time_zone) or DEFAULT_COUNTRY
    year = year_without_make_up_days(country, now.date())
    if year is not None:
        return Finding("holidays", False, "doctor.no_make_up_days", {"year": year})
    return Finding("holidays", True, "doctor.holidays", {"country": country})


def _fonts() -> Finding:
    from messages.charts.png import draws_words  # only pictures need it

    return (
        Finding("fonts", True, "doctor.fonts")
        if draws_words()
        else Finding("fonts", False, "doctor.no_fonts")
    )

"""Live checks of what a running bot needs, each with the fix when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.config import Config
from bot.working_calendar import DEFAULT_COUNTRY, country_of, year_without_make_up_days
from handlers.audience import doors_of
from handlers.rules import Rules
from scoring.model import Person, Role
from scoring.zones import zone_named
from storage.store import Store

REACH_S = 5.0
"""How long a platform may take to answer a connection attempt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `key` and `params` name the sentence, which tells the fix when it failed."""

    name: str
    ok: bool
    key: str
    params: Mapping[str, object] = field(default_factory=dict)


async def examine(store: Store, config: Config, rules: Rules, now: datetime) -> list[Finding]:
    """Every check, in the order an operator would fix them."""
    async with store.read() as tx:
        everybody = await tx.people.everybody()
        contracts = await tx.contracts.last_id()
    findings = [Finding("database", True, "doctor.database", {"kind": store.dialect})]
    findings.append(
        Finding("contracts", True, "doctor.contracts", {"n": contracts})
        if contracts
        else Finding("contracts", False, "doctor.no_contracts")
    )
    findings += _people(everybody, rules)
    findings += _places(config)
    findings += await _platforms(config)
    findings.append(_holidays(config, now))
    return findings


def _people(everybody: list[Person], rules: Rules) -> Iterator[Finding]:
    linked = [person for person in everybody if person.linked]
    if not linked:
        yield Finding("people", False, "doctor.no_people")
        return
    for person in linked:
        if person.time_zone and zone_named(person.time_zone) is None:
            told = {"name": person.name, "zone": person.time_zone}
            yield Finding("people", False, "doctor.bad_zone", told)
    silent = [person.name for person in linked if not doors_of(person, rules)]
    yield (
        Finding("people", False, "doctor.people_unreachable", {"names": ", ".join(silent[:5])})
        if silent
        else Finding("people", True, "doctor.people", {"n": len(linked)})
    )
    names = {person.name for person in linked}
    for team in rules.teams:
        if team.lead and team.lead not in names:
            told = {"team": team.team, "lead": team.lead}
            yield Finding("lead", False, "doctor.unknown_lead", told)
    if not any(person.role in (Role.LEAD, Role.ADMIN) for person in linked):
        yield Finding("lead", False, "doctor.no_lead")


def _places(config: Config) -> Iterator[Finding]:
    if not config.teams:
        yield Finding("teams", False, "doctor.no_teams")
    for name, team in config.teams.items():
        unknown = [
            place
            for place in team.places
            if place.startswith("wecom:robot:")
            and place.removeprefix("wecom:robot:") not in config.wecom.robots
        ]
        yield (
            Finding("teams", False, "doctor.unknown_robot", {"team": name, "place": unknown[0]})
            if unknown
            else Finding("teams", True, "doctor.team", {"team": name, "n": len(team.places)})
        )


async def _platforms(config: Config) -> list[Finding]:
    if not config.wecom.robots:
        return [Finding("wecom", False, "doctor.no_robot")]
    from urllib.parse import urlsplit

    address = urlsplit(config.wecom.api_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        async with asyncio.timeout(REACH_S):
            _, writer = await asyncio.open_connection(address.hostname, port)
    except (OSError, TimeoutError):
        return [Finding("wecom", False, "doctor.unreachable", {"host": address.hostname or ""})]
    writer.close()
    return [Finding("wecom", True, "doctor.robots", {"n": len(config.wecom.robots)})]


def _holidays(config: Config, now: datetime) -> Finding:
    country = config.country or country_of(config.time_zone) or DEFAULT_COUNTRY
    year = year_without_make_up_days(country, now.date())
    if year is not None:
        return Finding("holidays", False, "doctor.no_make_up_days", {"year": year})
    return Finding("holidays", True, "doctor.holidays", {"country": country})

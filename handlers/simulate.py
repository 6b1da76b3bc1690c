"""The alerts of the coming days under the rules as they are, before going live; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.audience import routes, turns
from handlers.rules import Rules
from scoring.milestones import Milestone, milestones
from scoring.model import Person
from scoring.workdays import deliver_at
from storage.countdown_routes import Audience, Route
from storage.transaction import Tx
from storage.views.ahead import Ahead, terms_ahead

MORNING = time(0, 1)
"""The service ticks all night: a milestone is crossed when its day begins."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One place hears of one contract on a day. `place` is written `slack:#renewals-east`."""

    on: date
    place: str
    kind: str
    contract_no: str


async def simulate(tx: Tx, rules: Rules, now: datetime, *, days: int) -> list[Alert]:
    """What would be told from now to `days` days ahead if nobody decided or claimed anything.

    Days are those of the recipient's zone on which the alert goes out: working days, in working
    hours, never after the cancel-by or end date it is about. Kinds are milestone and lapsed.
    """
    today = now.astimezone(rules.zone).date()
    until = today + timedelta(days=days)
    audience = await _Audience.gather(tx, rules, now)
    found: list[Alert] = []
    farthest = until + timedelta(days=rules.schedule.horizon_days)
    async for term in terms_ahead(tx.connection, until=farthest):
        for milestone, crossed_on in _coming(term, rules, today, until):
            found += audience.alerts(term, milestone, crossed_on)
    return sorted(found, key=lambda a: (a.on, a.place, a.contract_no))


def _coming(
    term: Ahead, rules: Rules, today: date, until: date
) -> Iterator[tuple[Milestone, date]]:
    """Milestones that will be told, with the day of the tick that tells them.

    Of those already crossed only the newest counts; a term that ended long before it was known is
    history, and what the ledger has is not told again.
    """
    ends_on = term.contract.ends_on
    if ends_on is None:
        return
    by_day: dict[date, Milestone] = {}
    for milestone in milestones(term.contract, term.segment, rules.schedule):
        day = max(milestone.on, today)
        if day <= until:
            by_day[day] = milestone  # in the order of their days: the newest of a day stays
    grace = timedelta(days=rules.schedule.grace_days)
    for day, milestone in by_day.items():
        if _was_told(term, milestone):
            continue
        if ends_on < day - grace and ends_on < term.known_on - grace:
            continue
        yield milestone, day


def _was_told(term: Ahead, milestone: Milestone) -> bool:
    if milestone.offset > 0:
        return any(offset == milestone.offset for _, offset in term.crossed)
    return (milestone.anchor.value, milestone.offset) in term.crossed


class _Audience:
    """Who hears of a term, and on which day a place is spoken to."""

    def __init__(
        self,
        rules: Rules,
        now: datetime,
        heard: list[Route],
        turn: dict[str, list[int]],
        people: dict[int, Person],
    ) -> None:
        self._rules = rules
        self._now = now
        self._turn = turn
        self._people = people
        self._by: dict[tuple[Audience, object], list[Route]] = {}
        for route in heard:
            named = route.team if route.audience in _BY_TEAM else route.subject_id
            self._by.setdefault((route.audience, named), []).append(route)
        self._days: dict[tuple[str, str, date], tuple[date, date]] = {}

    @classmethod
    async def gather(cls, tx: Tx, rules: Rules, now: datetime) -> _Audience:
        """Read people, places and turns once."""
        turn: dict[str, list[int]] = {}
        for one in await turns(tx):
            turn.setdefault(one.team, []).append(one.person_id)
        people = {p.id: p for p in await tx.people.everybody()}
        return cls(rules, now, await routes(tx, rules, now), turn, people)

    def alerts(self, term: Ahead, milestone: Milestone, crossed_on: date) -> Iterator[Alert]:
        """One alert per place that hears of a milestone, as the tick would announce it."""
        contract = term.contract
        ahead = (d for d in (contract.countdown_on, contract.ends_on) if d and d >= crossed_on)
        limit_on = next(ahead, None)
        places = {(r.platform, r.place): r for r in self._heard(term, milestone)}
        for (platform, place), route in places.items():
            next_on, rush_on = self._spoken_on(route, crossed_on)
            yield Alert(
                on=next_on if limit_on is None or limit_on >= next_on else rush_on,
                place=f"{platform}:{place}",
                kind="lapsed" if milestone.offset < 0 else "milestone",
                contract_no=contract.contract_no,
            )

    def _heard(self, term: Ahead, milestone: Milestone) -> list[Route]:
        contract = term.contract
        heard = [
            *self._by.get((Audience.PERSON, self._worker(term, milestone)), ()),
            *self._by.get((Audience.TEAM, contract.team), ()),
            *self._by.get((Audience.ACCOUNT, contract.account_id), ()),
        ]
        if heard:
            return heard
        own = self._by.get((Audience.LEAD, contract.team)) if contract.team else None
        return own or self._by.get((Audience.LEAD, ""), [])

    def _worker(self, term: Ahead, milestone: Milestone) -> int | None:
        """Who works on it, or who the rule would give the renewal that this milestone opens."""
        if term.opened or milestone.offset > self._rules.schedule.open_days[term.segment]:
            return term.worker_id
        in_turn = self._turn.get(term.contract.team or "", [])
        return term.ruled_owner_id or (
            in_turn[term.contract.id % len(in_turn)] if in_turn else None
        )

    def _spoken_on(self, route: Route, crossed_on: date) -> tuple[date, date]:
        """The next day the place may be told, and the day when it is urgent."""
        key = (route.platform, route.place, crossed_on)
        found = self._days.get(key)
        if found is None:
            rules = self._rules
            person = self._people.get(route.person_id or 0)
            zone = rules.zone_of(person)
            at = max(self._now, datetime.combine(crossed_on, MORNING, rules.zone))
            usual, urgent = (
                deliver_at(
                    at,
                    zone=zone,
                    hours=rules.hours_of(person),
                    calendar=rules.calendar,
                    limit_on=limit_on,
                    avoid_half_hours=False,
                )
                for limit_on in (None, at.astimezone(zone).date())
            )
            found = (usual.astimezone(zone).date(), urgent.astimezone(zone).date())
            self._days[key] = found
        return found


_BY_TEAM = (Audience.TEAM, Audience.LEAD)

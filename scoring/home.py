"""What somebody's Home shows, as values; permissions have thinned it already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scoring.health.model import Band
from scoring.lists import ExpansionPage
from scoring.model import Locale, Person, TouchKind
from scoring.next_step import FALLING, LOW_ANSWER, SILENT_DAYS
from scoring.permissions import Right
from scoring.views import RenewalLine
from scoring.workdays import QuietHours


class Urgency(StrEnum):
    """How soon somebody has to act; in the order of a list."""

    LATE = "late"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


WEEK_DAYS = 7
MONTH_DAYS = 30
QUARTER_DAYS = 91


def urgency_of(renewal: RenewalLine, today: date) -> Urgency:
    """How soon the next date of a renewal is; without any date it can wait."""
    on = renewal.next_on(today)
    days = (on - today).days if on else QUARTER_DAYS
    if days < 0:
        return Urgency.LATE
    if days <= WEEK_DAYS:
        return Urgency.WEEK
    return Urgency.MONTH if days <= MONTH_DAYS else Urgency.QUARTER


class Sign(StrEnum):
    """A fact that puts a renewal at risk."""

    PAYMENT = "payment"
    USAGE = "usage"
    TICKETS = "tickets"
    SCORE = "score"
    SILENCE = "silence"
    CHAMPION = "champion"


@dataclass(frozen=True, slots=True)
class RiskSign:
    """A sign with its size: how many, how many days, what score, or which fraction."""

    sign: Sign
    n: int = 0
    change: float = 0.0
    about: str = ""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A renewal of mine with what speaks against it, the worst first.

    `rules` are the hard rules that hold; how the customer stands is with the renewal.
    """

    renewal: RenewalLine
    signs: tuple[RiskSign, ...]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A step somebody promised to take at a customer."""

    account_id: int
    account: str
    kind: TouchKind
    next_on: date
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """One person's Home on a day. `total` counts what `rows` shows the beginning of.

    `rows` are in the order of work: the person's own, or, where there are none, whatever they may
    see (`mine` false). `expansions` are their largest. `may` are the rights that decide which buttons are drawn.
    """

    person: Person
    today: date
    locale: Locale
    hours: QuietHours
    zone: str
    rows: tuple[RenewalLine, ...] = ()
    mine: bool = True
    total: int = 0
    more_than_counted: bool = False
    tasks: tuple[Task, ...] = ()
    at_risk: tuple[AtRisk, ...] = ()
    expansions: ExpansionPage | None = None
    newcomer: bool = False
    may: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known of a customer that may speak against a renewal."""

    overdue_n: int = 0
    tickets_n: int = 0
    usage_change: float | None = None
    touched_on: date | None = None
    scores: tuple[tuple[str, float], ...] = ()
    champion_left: str = ""


WORRYING = frozenset({Band.AT_RISK, Band.CRITICAL})

_WEIGHT = {
    Sign.PAYMENT: 3,
    Sign.USAGE: 3,
    Sign.CHAMPION: 3,
    Sign.SCORE: 2,
    Sign.TICKETS: 2,
    Sign.SILENCE: 1,
}
_ENOUGH = 2
"""Silence alone is no risk: most renewals are quiet for a while."""


def at_risk(renewal: RenewalLine, facts: RiskFacts, today: date) -> AtRisk | None:
    """Whether there is reason to worry: by how the customer stands where that is known, else by
    what speaks against the renewal."""
    health = renewal.health
    if health is None or health.band is None:
        signs = signs_of(facts, today)
        return AtRisk(renewal, signs) if weight_of(signs) >= _ENOUGH else None
    if health.band not in WORRYING:
        return None
    rules = tuple(sorted(rule for rule in health.rules if rule.startswith("R")))
    return AtRisk(renewal, signs_of(facts, today), rules)


def gravity_of(risk: AtRisk) -> tuple[int, float, int]:
    """What sorts before what, the gravest first: the band, the probability, the signs."""
    health = risk.renewal.health
    known = health is not None and health.band is not None
    band = health.band.rank if health and health.band else Band.AT_RISK.rank
    likely = health.p_renew if health and known and health.p_renew is not None else 1.0
    return -band, likely, -weight_of(risk.signs)


def signs_of(facts: RiskFacts, today: date) -> tuple[RiskSign, ...]:
    """What speaks against a renewal, the worst first."""
    found = []
    if facts.overdue_n:
        found.append(RiskSign(Sign.PAYMENT, facts.overdue_n))
    if facts.usage_change is not None and facts.usage_change <= FALLING:
        found.append(RiskSign(Sign.USAGE, change=facts.usage_change))
    if facts.champion_left:
        found.append(RiskSign(Sign.CHAMPION, about=facts.champion_left))
    for kind, score in facts.scores:
        if score <= LOW_ANSWER.get(kind, -1.0):
            found.append(RiskSign(Sign.SCORE, change=score, about=kind))
    if facts.tickets_n:
        found.append(RiskSign(Sign.TICKETS, facts.tickets_n))
    silent = (today - facts.touched_on).days if facts.touched_on else None
    if silent is None or silent > SILENT_DAYS:
        found.append(RiskSign(Sign.SILENCE, silent or 0))
    return tuple(found)


def weight_of(signs: Iterable[RiskSign]) -> int:
    """How much signs weigh together; the list of what is at risk is in this order."""
    return sum(_WEIGHT[sign.sign] for sign in signs)

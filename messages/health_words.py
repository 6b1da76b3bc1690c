"""What health is called: bands, signals and their values, rules, and facts that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isnan

from messages.i18n import Phrasebook
from messages.model import Note, plain
from scoring.health.model import Band
from scoring.views import HealthLine

CHANCE = "O1"
"""The rule that speaks for a customer; the others speak against."""

_WINDOW = re.compile(r"_\d+[dwm]\Z")
"""A window at the end of a signal's name, as in `csat_90d`: it is called the same without."""

_SHARES = frozenset(
    {"active_ratio", "feature_breadth", "seat_penetration", "on_time_share", "engagement"}
)


def band_words(phrases: Phrasebook, band: Band | None) -> str:
    """The name of a band; while too little is known it says so."""
    return phrases.t("health.no_band") if band is None else phrases.label(band)


def band_heading(phrases: Phrasebook, band: Band | None) -> str:
    """The name of a band where it stands alone."""
    return phrases.heading("health.no_band" if band is None else f"band.{band.value}")


def marked_band(phrases: Phrasebook, band: Band | None) -> str:
    """The name of a band behind its coloured dot, for lists that are looked over: `🟠 风险`."""
    mark = "unknown" if band is None else band.value
    return f"{phrases.t(f'health.mark.{mark}')} {band_heading(phrases, band)}"


def health_in_a_line(phrases: Phrasebook, health: HealthLine) -> str:
    """How a customer stands: `🟠 风险 · 48 分 · 续约概率 62%`."""
    said = [marked_band(phrases, health.band)]
    if health.band is not None:
        said.append(phrases.t("health.line.score", score=phrases.number(health.score, 0)))
    return " · ".join((*said, *likely_words(phrases, health)))


def health_in_a_cell(phrases: Phrasebook, health: HealthLine | None) -> str:
    """The same for a column of a list, without the score; empty when never scored."""
    if health is None:
        return ""
    said = marked_band(phrases, health.band)
    return " · ".join((said, *likely_words(phrases, health, in_list=True)))


def likely_words(
    phrases: Phrasebook, health: HealthLine, *, in_list: bool = False
) -> tuple[str, ...]:
    """How likely they renew, none or one; in a list `estimate_note` says where it comes from."""
    if health.p_renew is None:
        return ()
    first = health.p_is_default and not in_list
    key = "health.line.p_default" if first else "health.line.p_renew"
    return (phrases.t(key, share=phrases.percent(health.p_renew)),)


def estimate_note(phrases: Phrasebook, lines: Iterable[HealthLine | None]) -> tuple[Note, ...]:
    """What stands below a list with probabilities of which nothing was learned."""
    if any(line and line.p_renew is not None and line.p_is_default for line in lines):
        return (Note(plain(phrases.t("health.line.estimates"))),)
    return ()


def signal_words(phrases: Phrasebook, signal: str) -> str:
    """What a signal of the model is called; one of the house's own by the name it was given."""
    key = f"health.signal.{measure_of(signal)}"
    return phrases.t(key) if phrases.has(key) else _spelled(signal)


def measure_of(signal: str) -> str:
    """A signal's name without its window: what decides how it is called and written."""
    return _WINDOW.sub("", signal)


def value_words(phrases: Phrasebook, signal: str, x: float) -> str:
    """A signal's value in its unit: `42%`, `3 个`, `+12%`."""
    measure = measure_of(signal)
    whole = round(x)
    if measure in _SHARES:
        return phrases.percent(x)
    match measure:
        case "usage_trend":
            return signed(phrases.percent(abs(x)), x)
        case "nps":
            return signed(phrases.number(abs(x) * 100, 0), x)
        case "mood":
            return signed(phrases.number(abs(x)), x)
        case "open_tickets" | "ticket_rate" | "touches" | "overdue_days" if whole <= 0:
            return phrases.t("health.value.none")
        case "open_tickets":
            return phrases.tn("health.value.tickets", whole)
        case "ticket_rate":
            return phrases.tn("health.value.raised", whole)
        case "csat":
            return phrases.t("health.value.stars", x=phrases.number(x))
        case "touches":
            return phrases.tn("health.value.touches", whole)
        case "overdue_days":
            return phrases.tn("health.value.overdue", whole)
    return phrases.number(x, 2)


def rule_words(phrases: Phrasebook, rule: str) -> str:
    """What a hard rule says when it is true."""
    return phrases.t(f"health.rule.{rule}")


def fact_words(phrases: Phrasebook, fact: str) -> str:
    """What a fact is called that a rule would need to know."""
    key = f"health.fact.{fact}"
    return phrases.t(key) if phrases.has(key) else _spelled(fact)


def points_words(points: float) -> str:
    """Points with their sign, always to a tenth so that they line up: `+2.1`, `−3.0`, `0.0`."""
    return signed(f"{abs(points):.1f}", round(points, 1))


def odds_words(phrases: Phrasebook, effect: float) -> str:
    """An odds ratio as people read it: `×2.1`; a dash where it is not known."""
    return "–" if isnan(effect) else f"×{phrases.number(effect, 2)}"


def signed(amount: str, sign_of: float) -> str:
    """An amount with the sign of a number; zero has none."""
    return f"+{amount}" if sign_of > 0 else f"−{amount}" if sign_of < 0 else amount


def _spelled(name: str) -> str:
    return name.replace("_", " ")

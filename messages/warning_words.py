"""Why somebody is warned, in words: one reason, or all of them in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from messages.i18n import Phrasebook
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason


def reasons_words(phrases: Phrasebook, reasons: Sequence[Reason], *, days_on: int = 0) -> str:
    """All reasons in one line, the most telling first."""
    told = (reason_words(phrases, reason, days_on=days_on) for reason in reasons)
    return phrases.t("alert.between").join(told)


def reason_words(phrases: Phrasebook, reason: Reason, *, days_on: int = 0) -> str:
    """One reason; `days_on` is how many days ago it was found."""
    facts = reason.facts
    match reason.kind:
        case Concern.HIGH_RISK:
            return phrases.t(
                "warning.high_risk",
                ends=_end_words(phrases, _count(facts, "days_to_end") - days_on),
                change=phrases.percent(abs(_number(facts, "usage_change"))),
                tickets=phrases.tn("warning.tickets", _count(facts, "open_tickets")),
            )
        case Concern.OVERDUE:
            return phrases.tn("warning.overdue", _count(facts, "overdue_days"))
        case Concern.IDLE:
            return phrases.tn("warning.idle", _count(facts, "idle_days"))
        case Concern.CHAMPION:
            return phrases.t("warning.champion")
        case Concern.BAND:
            band = phrases.label(Band(str(facts["to"])))
            if "from" not in facts:
                return phrases.t("warning.band", band=band)
            before = phrases.label(Band(str(facts["from"])))
            return phrases.t("warning.band_fell", band=band, before=before)
        case Concern.DROP:
            points = _number(facts, "from") - _number(facts, "to")
            return phrases.tn("warning.drop", _count(facts, "days"), points=phrases.number(points))
        case Concern.SILENCE:
            return phrases.tn("warning.silence", _count(facts, "silent_days"))


def _end_words(phrases: Phrasebook, days: int) -> str:
    """A term that has ended is said to have; nobody reads minus signs as days."""
    if days == 0:
        return phrases.t("warning.ends_today")
    return phrases.tn("warning.ends_in", days) if days > 0 else phrases.tn("warning.ended", -days)


def _number(facts: Mapping[str, float | str], name: str) -> float:
    return float(facts.get(name, 0))


def _count(facts: Mapping[str, float | str], name: str) -> int:
    return round(_number(facts, name))

"""Why somebody is warned, in words: one reason, or all of them in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from messages.i18n import Phrasebook
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason
from scoring.views import RenewalLine


@dataclass(frozen=True, slots=True)
class Found:
    """The term that reasons are about, the day they were found, and today."""

    renewal: RenewalLine
    on: date
    today: date


def reasons_words(phrases: Phrasebook, reasons: Sequence[Reason], found: Found) -> str:
    """All reasons in one line, the most telling first."""
    told = (reason_words(phrases, reason, found) for reason in reasons)
    return phrases.t("alert.between").join(told)


def reason_words(phrases: Phrasebook, reason: Reason, found: Found) -> str:
    """One reason, as far as days are concerned seen from today."""
    facts = reason.facts
    match reason.kind:
        case Concern.HIGH_RISK:
            return phrases.t(
                "warning.high_risk",
                ends=_end_words(phrases, _count(facts, "days_to_end"), found),
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


def _end_words(phrases: Phrasebook, days: int, found: Found) -> str:
    """Days to the date that counts: nobody reads minus signs, nor takes the notice for the end."""
    on = found.on + timedelta(days=days)
    days = (on - found.today).days
    if on == found.renewal.cancel_by_on and on != found.renewal.ends_on:
        if days >= 0:
            return phrases.tn("warning.notice_in", days)
        return phrases.tn("card.notice_over", -days)
    if days == 0:
        return phrases.t("warning.ends_today")
    return phrases.tn("warning.ends_in", days) if days > 0 else phrases.tn("warning.ended", -days)


def _number(facts: Mapping[str, float | str], name: str) -> float:
    return float(facts.get(name, 0))


def _count(facts: Mapping[str, float | str], name: str) -> int:
    return round(_number(facts, name))

"""At-risk warnings: what became worse, all the reasons at once, and what to do [20]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from messages.cards.due import short
from messages.cards.parts import (
    NOBODY,
    Asks,
    Mentions,
    action_buttons,
    amount_pairs,
    both_dates,
    no_forms,
    step_words,
    title_of,
    who_pairs,
)
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Bullets,
    Button,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    Span,
    plain,
)
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason, Warned
from scoring.next_step import next_step
from scoring.views import CustomerView, RenewalLine

MOST_LINES = 10
"""Customers named in one message; the list behind the button has the rest."""

MOST_SHOWS = 3


@dataclass(frozen=True, slots=True)
class WarningView:
    """One warning with the term it is about; `customer` is known where one card shows it alone."""

    renewal: RenewalLine
    warned: Warned
    today: date
    customer: CustomerView | None = None

    @property
    def gravity(self) -> tuple[int, int]:
        """What sorts before what, the gravest first."""
        band = self.warned.band
        return -(band.rank if band else 0), self.warned.reasons[0].kind.rank


def warning_card(
    view: WarningView, phrases: Phrasebook, *, asks: Asks = no_forms, mentions: Mentions = NOBODY
) -> Message:
    """The card of one warning; once the renewal is decided it offers nothing more."""
    renewal = view.renewal
    headline = warning_head(view, phrases)
    called = NOBODY if renewal.decided else mentions
    pairs = [
        *_health(view.warned, phrases),
        *both_dates(phrases, renewal, view.today),
        *amount_pairs(phrases, renewal),
        *who_pairs(phrases, renewal, called),
        (phrases.t("card.number"), plain(renewal.contract_no)),
    ]
    reasons = tuple(plain(_reason(reason, phrases)) for reason in view.warned.reasons)
    blocks: list[Block] = [
        Heading(headline),
        Paragraph((Span(phrases.t("warning.why"), bold=True),)),
        Bullets(reasons),
        Fields(tuple(pairs)),
    ]
    step = None if renewal.decided else next_step(renewal, view.customer, view.today)
    if step is not None:
        words = Span(step_words(phrases, step))
        blocks.append(Paragraph((Span(phrases.t("alert.step"), bold=True), words)))
    blocks.append(Note(plain(phrases.t("warning.once"))))
    return Message(
        summary=headline,
        blocks=tuple(blocks),
        buttons=action_buttons(phrases, renewal, asks),
        private=False,
    )


def warning_list(views: Sequence[WarningView], phrases: Phrasebook) -> Message:
    """Several warnings of one place in one message, the gravest first."""
    ordered = sorted(views, key=lambda view: view.gravity)
    headline = phrases.tn("warning.many", len(ordered))
    blocks: list[Block] = [
        Heading(headline),
        Bullets(tuple(plain(warning_line(view, phrases)) for view in ordered[:MOST_LINES])),
    ]
    if len(ordered) > MOST_LINES:
        blocks.append(Note(plain(phrases.tn("warning.more", len(ordered) - MOST_LINES))))
    return Message(
        summary=headline,
        blocks=tuple(blocks),
        buttons=tuple(show_button(view.renewal, phrases) for view in ordered[:MOST_SHOWS]),
        private=False,
    )


def show_button(renewal: RenewalLine, phrases: Phrasebook) -> Button:
    """Leads from a line of a list to the customer."""
    return Button(phrases.t("warning.show", account=short(renewal.account)), f"show {renewal.word}")


def warning_head(view: WarningView, phrases: Phrasebook) -> str:
    """The gravest reason in one line."""
    return phrases.t(
        "warning.head", what=title_of(view.renewal), why=_reason(view.warned.reasons[0], phrases)
    )


def warning_line(view: WarningView, phrases: Phrasebook) -> str:
    """All the reasons in one line."""
    why = phrases.t("alert.between").join(_reason(one, phrases) for one in view.warned.reasons)
    return phrases.t("warning.head", what=title_of(view.renewal), why=why)


def _health(warned: Warned, phrases: Phrasebook) -> Iterator[tuple[str, tuple[Span, ...]]]:
    if warned.score is None:
        return
    band = phrases.label(warned.band) if warned.band else phrases.t("health.no_band")
    words = phrases.t("warning.score", score=warned.score, band=band)
    yield phrases.t("warning.health"), plain(words)


def _reason(reason: Reason, phrases: Phrasebook) -> str:
    facts = reason.facts
    match reason.kind:
        case Concern.HIGH_RISK:
            return phrases.t(
                "warning.high_risk",
                n=_count(facts, "days_to_end"),
                change=phrases.percent(abs(_number(facts, "usage_change"))),
                tickets=_count(facts, "open_tickets"),
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


def _number(facts: Mapping[str, float | str], name: str) -> float:
    return float(facts.get(name, 0))


def _count(facts: Mapping[str, float | str], name: str) -> int:
    return round(_number(facts, name))

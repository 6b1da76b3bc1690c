"""At-risk warnings: what became worse, all the reasons at once, and what to do [20]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from messages.cards.pages import short
from messages.cards.parts import (
    NOBODY,
    Asks,
    Mentions,
    Pair,
    action_buttons,
    amount_pairs,
    both_dates,
    no_forms,
    step_words,
    title_of,
    who_pairs,
)
from messages.health_words import marked_band, signed
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
from messages.play_words import play_words
from messages.warning_words import Found, reason_words, reasons_words
from scoring.health.worry import Warned
from scoring.next_step import Step, next_step
from scoring.offers import DEFAULT_OFFERS, Offer
from scoring.plays import Play
from scoring.views import CustomerView, HealthLine, RenewalLine

MOST_LINES = 10
"""Customers named in one message; the list behind the button has the rest."""

MOST_SHOWS = 3

MOST_BUTTONS = 6
"""What a WeCom card draws."""


@dataclass(frozen=True, slots=True)
class WarningView:
    """One warning with the term it is about.

    Where one card shows it alone, `customer` is known, the house's `play` for such a customer, and
    `change`, by how many points the score moved since a week ago.
    """

    renewal: RenewalLine
    warned: Warned
    today: date
    customer: CustomerView | None = None
    play: Play | None = None
    change: float | None = None

    @property
    def gravity(self) -> tuple[int, int]:
        """What sorts before what, the gravest first."""
        band = self.warned.band
        return -(band.rank if band else 0), self.warned.reasons[0].kind.rank


def warning_card(
    view: WarningView,
    phrases: Phrasebook,
    *,
    asks: Asks = no_forms,
    mentions: Mentions = NOBODY,
    offers: Sequence[Offer] = DEFAULT_OFFERS,
) -> Message:
    """The card of one warning; once the renewal is decided it offers nothing more."""
    renewal = view.renewal
    headline = warning_head(view, phrases)
    called = NOBODY if renewal.decided else mentions
    pairs = [
        *_health(view, phrases),
        *both_dates(phrases, renewal, view.today),
        *amount_pairs(phrases, renewal),
        *who_pairs(phrases, renewal, called),
        (phrases.t("card.number"), plain(renewal.contract_no)),
    ]
    reasons = tuple(
        plain(reason_words(phrases, reason, _found(view, phrases)))
        for reason in view.warned.reasons
    )
    blocks: list[Block] = [
        Heading(headline),
        Paragraph((Span(phrases.t("warning.why"), bold=True),)),
        Bullets(reasons),
        Fields(tuple(pairs)),
    ]
    if not renewal.decided:
        blocks += _to_do(view, phrases, offers)
    blocks.append(Note(plain(phrases.t("warning.once"))))
    return Message(
        summary=headline,
        blocks=tuple(blocks),
        buttons=_buttons(renewal, phrases, asks),
        private=False,
    )


def warning_list(
    views: Sequence[WarningView], phrases: Phrasebook, *, mine: bool = False
) -> Message:
    """Several warnings of one place in one message, the gravest first.

    `mine`: one person reads it; their own work list is what leads on.
    """
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
        buttons=(
            *(show_button(view.renewal, phrases) for view in ordered[:MOST_SHOWS]),
            *more_button(len(ordered), phrases),
            Button(phrases.t("risk.title"), "risk mine" if mine else "risk"),
        ),
        private=False,
    )


def show_button(renewal: RenewalLine, phrases: Phrasebook) -> Button:
    """Leads from a line of a list to the customer."""
    return Button(phrases.t("warning.show", account=short(renewal.account)), f"show {renewal.word}")


def more_button(lines: int, phrases: Phrasebook) -> tuple[Button, ...]:
    """Leads from the tenth line of a list of alerts to the eleventh; nothing where there is none."""
    if lines <= MOST_LINES:
        return ()
    return (Button(phrases.t("warning.read_on"), "alerts page=2"),)


def warning_head(view: WarningView, phrases: Phrasebook) -> str:
    """The gravest reason in one line."""
    return phrases.t(
        "warning.head",
        what=title_of(view.renewal),
        why=reason_words(phrases, view.warned.reasons[0], _found(view, phrases)),
    )


def warning_line(view: WarningView, phrases: Phrasebook) -> str:
    """All the reasons in one line."""
    why = reasons_words(phrases, view.warned.reasons, _found(view, phrases))
    return phrases.t("warning.head", what=title_of(view.renewal), why=why)


def _found(view: WarningView, phrases: Phrasebook) -> Found:
    on = view.warned.at.astimezone(phrases.zone).date()
    return Found(view.renewal, on, max(view.today, on))


def _health(view: WarningView, phrases: Phrasebook) -> Iterator[Pair]:
    """How the customer stands now; what was written with the warning while nothing newer is."""
    warned, health = view.warned, view.renewal.health
    if health is None:
        if warned.score is None:
            return
        health = HealthLine(warned.score, warned.band, warned.at.date())
    said = [marked_band(phrases, health.band)]
    if health.band is not None:
        score = phrases.number(health.score, 0)
        moved = round(view.change) if view.change is not None else 0
        if moved:
            change = signed(phrases.number(abs(moved), 0), moved)
            said.append(phrases.t("warning.score_moved", score=score, change=change))
        else:
            said.append(phrases.t("health.line.score", score=score))
    if health.p_renew is not None:
        said.append(phrases.t("health.line.p_renew", share=phrases.percent(health.p_renew)))
    yield phrases.t("card.health"), plain(" · ".join(said))


def _to_do(view: WarningView, phrases: Phrasebook, offers: Sequence[Offer]) -> Iterator[Block]:
    """The house's play for such a customer, and the next step from this one's facts."""
    if view.play is not None:
        words = play_words(phrases, view.play)
        yield Paragraph((Span(phrases.t("warning.play"), bold=True), Span(words)))
    step = next_step(view.renewal, view.customer, view.today, offers)
    if step is not None and not (step.step is Step.PLAY and view.play is not None):
        words = step_words(phrases, step)
        yield Paragraph((Span(phrases.t("alert.step"), bold=True), Span(words)))


def _buttons(renewal: RenewalLine, phrases: Phrasebook, asks: Asks) -> tuple[Button, ...]:
    """Health is what a warning is about; recording a win gives way where six buttons are drawn."""
    buttons = action_buttons(phrases, renewal, asks)
    health = Button(phrases.t("health.title"), f"health {renewal.word}")
    if len(buttons) >= MOST_BUTTONS:
        buttons = tuple(button for button in buttons if not button.line.startswith("won"))
    return (*buttons[:1], health, *buttons[1:])

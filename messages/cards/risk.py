"""The work list of the week: customers at risk, each with why and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.cards.pages import count_of, empty_page, page_buttons, total_of
from messages.cards.parts import left
from messages.health_words import (
    estimate_note,
    likely_words,
    marked_band,
    measure_of,
    points_words,
    rule_words,
    signal_words,
)
from messages.i18n import Phrasebook
from messages.model import Block, Bullets, Button, Heading, Line, Message, Note, Paragraph, Span
from messages.model import plain as plain_line
from messages.play_words import play_words
from scoring.lists import DuePage
from scoring.work_list import RiskRow

_SAID_BY = {
    "R1": ("usage_trend", "open_tickets"),
    "R2": ("overdue_days",),
    "R3": ("active_ratio",),
}
"""What a rule's own words tell already, so that it is not said again as a weak signal."""


def risk_list(
    page: DuePage,
    rows: Sequence[RiskRow],
    phrases: Phrasebook,
    today: date,
    *,
    filters: Sequence[str] = (),
    more: str = "",
    switch: Button | None = None,
) -> Message:
    """The page; `more` is the line of the next one, `switch` leads to the other scope."""
    heading = " · ".join([phrases.t("risk.heading"), *filters])
    if not rows:
        notes = (phrases.t("risk.unknown_left_out"),)
        return empty_page(
            page, phrases, heading, nothing="risk.nothing", notes=notes, switch=switch
        )
    blocks: list[Block] = [Heading(heading)]
    for row in rows:
        blocks.append(Paragraph(tuple(_head(row, phrases, today))))
        blocks.append(Bullets(tuple(_lines(row, phrases))))
    blocks.append(Note(plain_line(phrases.t("due.order", count=count_of(page, phrases)))))
    blocks += estimate_note(phrases, (row.renewal.health for row in rows))
    return Message(
        summary=phrases.t("due.summary", title=heading, total=total_of(page)),
        blocks=tuple(blocks),
        buttons=tuple(page_buttons(page, phrases, more, switch)),
    )


def _head(row: RiskRow, phrases: Phrasebook, today: date) -> Iterator[Span]:
    line, health = row.renewal, row.renewal.health
    yield Span(line.account, bold=True)
    facts = [f" {line.product}"] if line.product else [""]
    if health is not None:
        facts.append(marked_band(phrases, health.band))
        score = phrases.number(health.score, 0)
        facts.append(phrases.t("health.line.score", score=score))
        facts += likely_words(phrases, health, in_list=True)
    if line.shows_amount and line.arr is not None:
        facts.append(phrases.money(line.arr))
    facts.append(left(phrases, line, today) if line.countdown_on else phrases.t("risk.open_ended"))
    facts.append(line.claimed_by or line.owner or phrases.t("card.unclaimed"))
    yield Span(" · ".join(facts))


def _lines(row: RiskRow, phrases: Phrasebook) -> Iterator[Line]:
    told = {measure for rule in row.rules for measure in _SAID_BY.get(rule, ())}
    reasons = [rule_words(phrases, rule) for rule in row.rules]
    reasons += [
        phrases.t("risk.weak", signal=signal_words(phrases, name), points=points_words(points))
        for name, points in row.weak
        if measure_of(name) not in told
    ]
    why = phrases.t("risk.between").join(reasons) or phrases.t("risk.no_single_reason")
    yield (Span(phrases.t("risk.why"), bold=True), Span(why))
    if row.play is not None:
        yield (Span(phrases.t("risk.do"), bold=True), Span(play_words(phrases, row.play)))

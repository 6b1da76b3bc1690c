"""The work list of the week: customers at risk, each with why and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.cards.due import MOST_CLAIMS, short
from messages.cards.parts import left
from messages.health_words import marked_band, points_words, rule_words, signal_words
from messages.i18n import Phrasebook
from messages.model import Block, Bullets, Button, Heading, Line, Message, Note, Paragraph, Span
from messages.model import plain as plain_line
from messages.play_words import play_words
from scoring.views import DuePage
from scoring.work_list import RiskRow


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
        sentence = phrases.t("risk.nothing" if page.ask.page == 1 else "due.no_such_page")
        note = Note(plain_line(phrases.t("risk.unknown_left_out")))
        return Message(
            sentence,
            (Heading(heading), Paragraph(plain_line(sentence)), note),
            (switch,) if switch else (),
        )
    first = (page.ask.page - 1) * page.ask.page_size
    total = f"{page.counted_to - 1}+" if page.more_than_counted else str(page.total)
    count = phrases.t("due.count", total=total, first=first + 1, last=first + len(rows))
    blocks: list[Block] = [Heading(heading)]
    for row in rows:
        blocks.append(Paragraph(tuple(_head(row, phrases, today))))
        blocks.append(Bullets(tuple(_lines(row, phrases))))
    blocks.append(Note(plain_line(phrases.t("due.order", count=count))))
    return Message(
        summary=phrases.t("due.summary", title=heading, total=total),
        blocks=tuple(blocks),
        buttons=tuple(_buttons(page, rows, phrases, more, switch)),
    )


def _head(row: RiskRow, phrases: Phrasebook, today: date) -> Iterator[Span]:
    line, health = row.renewal, row.renewal.health
    yield Span(line.account, bold=True)
    facts = [f" {line.product}"] if line.product else [""]
    if health is not None:
        score = phrases.number(health.score, 0)
        facts.append(f"{marked_band(phrases, health.band)} {score}")
        if health.p_renew is not None:
            facts.append(phrases.t("risk.likely", share=phrases.percent(health.p_renew)))
    if line.shows_amount and line.arr is not None:
        facts.append(phrases.money(line.arr))
    facts.append(left(phrases, line, today) if line.countdown_on else phrases.t("risk.open_ended"))
    facts.append(line.claimed_by or line.owner or phrases.t("card.unclaimed"))
    yield Span(" · ".join(facts))


def _lines(row: RiskRow, phrases: Phrasebook) -> Iterator[Line]:
    reasons = [rule_words(phrases, rule) for rule in row.rules]
    reasons += [
        phrases.t("risk.weak", signal=signal_words(phrases, name), points=points_words(points))
        for name, points in row.weak
    ]
    why = phrases.t("risk.between").join(reasons) or phrases.t("risk.no_single_reason")
    yield (Span(phrases.t("risk.why"), bold=True), Span(why))
    if row.play is not None:
        yield (Span(phrases.t("risk.do"), bold=True), Span(play_words(phrases, row.play)))


def _buttons(
    page: DuePage, rows: Sequence[RiskRow], phrases: Phrasebook, more: str, switch: Button | None
) -> Iterator[Button]:
    unclaimed = [row.renewal for row in rows if row.renewal.claimed_by_id is None]
    for line in unclaimed[:MOST_CLAIMS]:
        label = phrases.t("due.claim", account=short(line.account))
        yield Button(label, f"claim {line.word}")
    if more and page.has_next:
        yield Button(phrases.t("button.more"), more)
    if switch:
        yield switch

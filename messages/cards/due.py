"""The list of what has to be renewed, ten a page, the most urgent value first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from messages.cards.parts import NOBODY, Mentions, left, short_dates
from messages.health_words import health_in_a_cell
from messages.i18n import Phrasebook
from messages.model import Block, Button, Heading, Line, Message, Note, Paragraph, Span, Table
from messages.model import plain as plain_line
from scoring.views import DuePage, DueScope, RenewalLine

MOST_CLAIMS = 3
"""Claim buttons under a list; the rest of a WeCom card's six lead on."""


def due_list(
    page: DuePage,
    phrases: Phrasebook,
    today: date,
    *,
    title: str,
    filters: Sequence[str] = (),
    more: str = "",
    switch: Button | None = None,
) -> Message:
    """The page; `more` is the line of the next one, `switch` leads to the other scope."""
    heading = title if not filters else f"{title} · {' · '.join(filters)}"
    if not page.rows:
        key = "due.nothing" if page.ask.page == 1 else "due.no_such_page"
        sentence = phrases.t(key)
        return Message(
            sentence,
            (Heading(heading), Paragraph(plain_line(sentence))),
            (switch,) if switch else (),
        )
    first = (page.ask.page - 1) * page.ask.page_size
    total = f"{page.counted_to - 1}+" if page.more_than_counted else str(page.total)
    count = phrases.t("due.count", total=total, first=first + 1, last=first + len(page.rows))
    blocks: tuple[Block, ...] = (
        Heading(heading),
        renewal_table(page.rows, phrases, today, mine=page.ask.scope is DueScope.MINE),
        Note(plain_line(phrases.t("due.order", count=count))),
    )
    return Message(
        summary=phrases.t("due.summary", title=heading, total=total),
        blocks=blocks,
        buttons=tuple(_buttons(page, phrases, more, switch)),
    )


def renewal_table(
    rows: Sequence[RenewalLine],
    phrases: Phrasebook,
    today: date,
    *,
    mine: bool = False,
    mentions: Mentions = NOBODY,
) -> Table:
    """Renewals as a table; health and the amount have a column where there is one to see."""
    amounts = any(row.shows_amount for row in rows)
    scored = any(row.health is not None for row in rows)
    header = [phrases.t("due.customer"), phrases.t("due.dates"), phrases.t("due.left")]
    if scored:
        header.append(phrases.t("card.health"))
    if amounts:
        header.append(phrases.t("due.amount"))
    header.append(phrases.t("due.state") if mine else phrases.t("due.who"))
    return Table(
        tuple(header),
        tuple(
            _row(row, phrases, today, mentions, scored=scored, amounts=amounts, mine=mine)
            for row in rows
        ),
    )


def _row(
    row: RenewalLine,
    phrases: Phrasebook,
    today: date,
    mentions: Mentions,
    *,
    scored: bool,
    amounts: bool,
    mine: bool,
) -> tuple[Line, ...]:
    cells: list[Line] = [
        (Span(row.account, bold=True), Span(f" {row.product}" if row.product else "")),
        plain_line(short_dates(phrases, row, today)),
        plain_line(left(phrases, row, today)),
    ]
    if scored:
        cells.append(plain_line(health_in_a_cell(phrases, row.health) or "–"))
    if amounts:
        cells.append(plain_line(phrases.money(row.arr) if row.shows_amount else "–"))
    cells.append(plain_line(_state(row, phrases, today)) if mine else _whom(row, phrases, mentions))
    return tuple(cells)


def _whom(row: RenewalLine, phrases: Phrasebook, mentions: Mentions) -> Line:
    called = None if row.decided else mentions.get(row.claimed_by_id or row.owner_id or 0)
    if called is None:
        return plain_line(_who(row, phrases))
    name = Span(called.name, mention=called)
    return (name,) if row.claimed_by else (name, Span(f" · {phrases.t('card.unclaimed')}"))


def _who(row: RenewalLine, phrases: Phrasebook) -> str:
    if row.claimed_by:
        return row.claimed_by
    if row.owner:
        return phrases.t("due.owner_unclaimed", who=row.owner)
    return phrases.t("card.unclaimed")


def _state(row: RenewalLine, phrases: Phrasebook, today: date) -> str:
    if row.snoozed_until is not None and row.snoozed_until > today:
        return phrases.t("card.snoozed", on=phrases.day_short(row.snoozed_until))
    if row.claimed_by_id is None:
        return phrases.t("card.unclaimed")
    return phrases.label(row.stage) if row.stage else phrases.t("card.unclaimed")


def _buttons(page: DuePage, phrases: Phrasebook, more: str, switch: Button | None) -> list[Button]:
    buttons = [
        Button(phrases.t("due.claim", account=short(row.account)), f"claim {row.word}")
        for row in page.rows
        if row.claimed_by_id is None
    ][:MOST_CLAIMS]
    if more and page.has_next:
        buttons.append(Button(phrases.t("button.more"), more))
    if switch:
        buttons.append(switch)
    return buttons


def short(name: str, characters: int = 10) -> str:
    """A name short enough for a button."""
    return name if len(name) <= characters else name[: characters - 1] + "…"

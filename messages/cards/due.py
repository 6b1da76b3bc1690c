"""The list of what has to be renewed, ten a page, the most urgent value first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from messages.cards.pages import count_of, empty_page, how_far, page_buttons, total_of, who_has
from messages.cards.parts import NOBODY, Mentions, left, short_dates
from messages.health_words import estimate_note, health_in_a_cell
from messages.i18n import Phrasebook
from messages.model import Block, Button, Heading, Line, Message, Note, Span, Table
from messages.model import plain as plain_line
from scoring.lists import DuePage, DueScope
from scoring.views import RenewalLine


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
        return empty_page(page, phrases, heading, nothing="due.nothing", switch=switch)
    blocks: tuple[Block, ...] = (
        Heading(heading),
        renewal_table(page.rows, phrases, today, mine=page.ask.scope is DueScope.MINE),
        Note(plain_line(phrases.t("due.order", count=count_of(page, phrases)))),
        *estimate_note(phrases, (row.health for row in page.rows)),
    )
    return Message(
        summary=phrases.t("due.summary", title=heading, total=total_of(page)),
        blocks=blocks,
        buttons=tuple(page_buttons(page, phrases, more, switch)),
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
    header = [phrases.t("due.customer"), phrases.t("due.dates")]
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
        _when(row, phrases, today),
    ]
    if scored:
        cells.append(plain_line(health_in_a_cell(phrases, row.health) or "–"))
    if amounts:
        cells.append(plain_line(phrases.money(row.arr) if row.shows_amount else "–"))
    cells.append(
        plain_line(how_far(row, phrases, today)) if mine else _whom(row, phrases, mentions)
    )
    return tuple(cells)


def _when(row: RenewalLine, phrases: Phrasebook, today: date) -> Line:
    """What is left first: the dates are for whoever reads on."""
    dates = short_dates(phrases, row, today)
    if row.next_on(today) is None:
        return plain_line(dates)
    return (
        Span(left(phrases, row, today)),
        Span(phrases.t("card.in_brackets", text=dates), muted=True),
    )


def _whom(row: RenewalLine, phrases: Phrasebook, mentions: Mentions) -> Line:
    called = None if row.decided else mentions.get(row.claimed_by_id or row.owner_id or 0)
    if called is None:
        return plain_line(who_has(row, phrases))
    name = Span(called.name, mention=called)
    return (name,) if row.claimed_by else (name, Span(f" · {phrases.t('card.unclaimed')}"))

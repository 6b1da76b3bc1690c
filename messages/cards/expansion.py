"""Expansions: what speaks for one, what it may be worth, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from messages.cards.pages import (
    claim_buttons,
    count_of,
    empty_page,
    how_far,
    page_buttons,
    total_of,
    who_has,
)
from messages.cards.parts import (
    NOBODY,
    Asks,
    Mentions,
    Pair,
    action_buttons,
    no_forms,
    short_dates,
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
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
    bold,
    plain,
)
from scoring.expansion import estimate_of, number_of
from scoring.lists import DueScope, ExpansionPage
from scoring.model import Stage
from scoring.views import RenewalLine

MOST_REASONS = 2
"""Of an expansion in a list; the card has them all."""
_UNCHANGED = 0.005
"""Usage that moved by less is said to be level."""


def named(phrases: Phrasebook, line: RenewalLine) -> str:
    """What a sentence calls it: the customer with the product, and that it is about more of it."""
    title = title_of(line)
    return phrases.t("expansion.of", what=title) if line.expansion else title


def expansion_headline(line: RenewalLine, phrases: Phrasebook) -> str:
    """What happened in one line."""
    what = title_of(line)
    if line.decided:
        return phrases.t("alert.closed", what=named(phrases, line), state=_state(line, phrases))
    return phrases.t("expansion.headline", what=what)


def expansion_card(
    line: RenewalLine,
    phrases: Phrasebook,
    today: date,
    *,
    asks: Asks = no_forms,
    mentions: Mentions = NOBODY,
) -> Message:
    """The card of one expansion; once decided it says so and offers nothing more."""
    headline = expansion_headline(line, phrases)
    pairs = [
        *value_pairs(phrases, line),
        (phrases.t("expansion.term"), plain(short_dates(phrases, line, today))),
        *who_pairs(phrases, line, NOBODY if line.decided else mentions),
        (phrases.t("card.number"), plain(line.contract_no)),
    ]
    blocks: list[Block] = [Heading(headline), Fields(tuple(pairs))]
    if line.decided:
        blocks.append(Paragraph(plain(phrases.t("alert.decided", state=_state(line, phrases)))))
    else:
        blocks += because(phrases, line)
        step: Line = (Span(phrases.t("alert.step"), bold=True), Span(_step(line, phrases)))
        blocks.append(Paragraph(step))
    return Message(headline, tuple(blocks), action_buttons(phrases, line, asks), private=False)


def because(phrases: Phrasebook, line: RenewalLine) -> list[Block]:
    """What speaks for it, as a list; a sentence where nothing more is known than the rule's yes."""
    reasons = list(reasons_of(phrases, line))
    if not reasons:
        return [Paragraph(plain(phrases.t("expansion.by_rule")))]
    return [
        Paragraph(bold(phrases.t("expansion.why"))),
        Bullets(tuple(plain(reason) for reason in reasons)),
    ]


def expansions_part(phrases: Phrasebook, lines: Sequence[RenewalLine]) -> list[Block]:
    """Expansions as a part of another card, one line each."""
    items: list[Line] = []
    for line in lines:
        said = [_state(line, phrases) if line.decided else _standing_of(line, phrases)]
        if line.shows_amount and line.expected is not None:
            said.insert(0, phrases.t("card.per_year", amount=phrases.money(line.expected)))
        items.append((Span(line.word, bold=True), Span("".join(f" · {part}" for part in said))))
    return [Paragraph(bold(phrases.t("expansion.title"))), Bullets(tuple(items))]


def whose_part(
    phrases: Phrasebook, page: ExpansionPage, whose: str = "mine"
) -> tuple[list[Block], Button]:
    """Somebody's expansions below a list of other things, and the tap that lists them all."""
    items: list[Line] = []
    for line in page.rows:
        said = [line.word, *worth(phrases, line), _standing_of(line, phrases)]
        rest = "".join(f" · {part}" for part in said)
        items.append((Span(title_of(line), bold=True), Span(rest)))
    title = " · ".join((phrases.t("expansion.title"), total_of(page)))
    blocks: list[Block] = [Paragraph(bold(title)), Bullets(tuple(items))]
    return blocks, Button(phrases.t("expansion.all_of_them"), f"expansion {whose}")


def worth(phrases: Phrasebook, line: RenewalLine) -> list[str]:
    """What it may add a year, in a few words; nothing where that is hidden or unknown."""
    if not line.shows_amount or line.expected is None:
        return []
    return [phrases.t("card.per_year", amount=phrases.money(line.expected))]


def _standing_of(line: RenewalLine, phrases: Phrasebook) -> str:
    if line.claimed_by is None or line.stage is None:
        return phrases.t("card.unclaimed")
    claimed = phrases.t("card.claimed_by_who", who=line.claimed_by)
    return " · ".join((phrases.label(line.stage), claimed))


def reasons_of(phrases: Phrasebook, line: RenewalLine) -> Iterator[str]:
    """The facts behind an expansion, each in a few words."""
    return facts_of(phrases, line.why)


def facts_of(phrases: Phrasebook, why: Mapping[str, object]) -> Iterator[str]:
    """The same of the document that is kept with an expansion."""
    active, licensed = number_of(why, "active_users"), number_of(why, "licensed_users")
    ratio = number_of(why, "active_ratio")
    if active is not None and licensed:
        yield phrases.t(
            "expansion.seats",
            active=phrases.number(active, 0),
            licensed=phrases.number(licensed, 0),
            ratio=phrases.percent(active / licensed),
        )
    elif ratio is not None:
        yield phrases.t("expansion.ratio", ratio=phrases.percent(ratio))
    change = number_of(why, "usage_change")
    if change is not None:
        key = "expansion.usage_up" if change >= _UNCHANGED else "expansion.usage_level"
        yield phrases.t(key, change=phrases.percent(abs(change)))
    joined = number_of(why, "joined_events")
    if joined:
        yield phrases.tn("expansion.events", max(round(joined), 1))
    csat = number_of(why, "csat")
    if csat is not None:
        yield phrases.t("expansion.csat", score=phrases.number(csat))
    nps = number_of(why, "nps")
    if nps is not None:
        yield phrases.t("expansion.nps", score=phrases.number(100 * nps, 0))


def value_pairs(phrases: Phrasebook, line: RenewalLine) -> list[Pair]:
    """What it may add a year with its formula, unless amounts are hidden from the reader."""
    if not line.shows_amount:
        return []
    worth: list[Span] = [Span(phrases.money(line.expected), bold=line.expected is not None)]
    estimated = estimate_of(line.why)
    if line.stage is not Stage.WON and line.expected is not None and estimated is not None:
        share = phrases.percent(estimated.share)
        formula = phrases.t(
            f"expansion.by_{estimated.by.value}", arr=phrases.money(line.arr), share=share
        )
        worth.append(Span(phrases.t("card.in_brackets", text=formula), muted=True))
    label = "expansion.won_value" if line.stage is Stage.WON else "expansion.value"
    return [(phrases.t(label), tuple(worth))]


def expansion_list(
    page: ExpansionPage,
    phrases: Phrasebook,
    *,
    filters: Sequence[str] = (),
    more: str = "",
    switch: Button | None = None,
) -> Message:
    """The page; `more` is the line of the next one, `switch` leads to the other scope."""
    heading = " · ".join((phrases.t("expansion.title"), *filters))
    if not page.rows:
        return empty_page(page, phrases, heading, nothing="expansion.nothing", switch=switch)
    blocks = (
        Heading(heading),
        _table(page.rows, phrases, page.ask.today, mine=page.ask.scope is DueScope.MINE),
        Note(plain(phrases.t("expansion.order", count=count_of(page, phrases)))),
    )
    return Message(
        phrases.t("due.summary", title=heading, total=total_of(page)),
        blocks,
        tuple(page_buttons(page, phrases, more, switch)),
    )


def expansion_alerts(lines: Sequence[RenewalLine], phrases: Phrasebook, today: date) -> Message:
    """Many new expansions of one place as one message."""
    headline = phrases.tn("expansion.many", len(lines))
    buttons = (
        *claim_buttons(lines, phrases),
        Button(phrases.t("alert.see_all"), "expansion"),
    )
    blocks = (Heading(headline), _table(lines, phrases, today, mine=False))
    return Message(headline, blocks, buttons, private=False)


def _table(rows: Sequence[RenewalLine], phrases: Phrasebook, today: date, *, mine: bool) -> Table:
    amounts = any(row.shows_amount for row in rows)
    header = [phrases.t("due.customer"), phrases.t("expansion.signs")]
    if amounts:
        header.append(phrases.t("expansion.value"))
    header.append(phrases.t("due.state" if mine else "due.who"))
    return Table(
        tuple(header),
        tuple(_row(row, phrases, today, amounts=amounts, mine=mine) for row in rows),
    )


def _row(
    row: RenewalLine, phrases: Phrasebook, today: date, *, amounts: bool, mine: bool
) -> tuple[Line, ...]:
    customer = (Span(row.account, bold=True), Span(f" {row.product}" if row.product else ""))
    reasons = phrases.join(list(reasons_of(phrases, row))[:MOST_REASONS], last="") or "–"
    cells: list[Line] = [(*customer, Span(f" {row.word}", muted=True)), plain(reasons)]
    if amounts:
        shown = phrases.money(row.expected) if row.shows_amount else "–"
        cells.append(plain(shown))
    cells.append(plain(how_far(row, phrases, today) if mine else who_has(row, phrases)))
    return tuple(cells)


def _state(line: RenewalLine, phrases: Phrasebook) -> str:
    decided = line.stage is not None and line.stage.decided
    return phrases.label(line.stage if line.stage and decided else line.status)


def _step(line: RenewalLine, phrases: Phrasebook) -> str:
    if line.claimed_by_id is None:
        return phrases.t("expansion.step_claim")
    match line.stage:
        case Stage.OPEN | Stage.CONTACTED | None:
            by = estimate_of(line.why)
            return phrases.t(f"expansion.step_talk_{by.by.value}" if by else "expansion.step_talk")
        case Stage.PROPOSAL:
            return phrases.tn("step.follow_quote", 1)
        case Stage.APPROVAL:
            return phrases.tn("step.chase_approval", 1)
        case _:
            return phrases.tn("step.get_signature", 1)

"""What somebody answers for, under a sentence about them, as one reader may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.own_expansions import expansions_of_person
from handlers.rules import Rules
from handlers.taps import asking
from handlers.veiling import shown_to, veil_line
from messages.cards.due import renewal_table
from messages.cards.expansion import whose_part
from messages.cards.pages import short
from messages.i18n import Phrasebook
from messages.model import Block, Button, Message, Note, Paragraph, plain
from scoring.model import Person
from scoring.permissions import Field, PlaceScope, Right, may_start, reach_of
from storage.transaction import Tx
from storage.views.holdings import holdings

NEAREST = 8
"""Terms shown; the list behind the button has the others."""

ASSIGNED = 4
"""Of them can be handed on by a tap."""

LARGEST = 4
"""Expansions shown."""

EXPANSIONS_ASSIGNED = 2

AHEAD_DAYS = 365


async def holdings_card(
    tx: Tx,
    owner_id: int,
    message: Message,
    reader: Person,
    phrases: Phrasebook,
    rules: Rules,
    now: datetime,
) -> Message:
    """The message with counts, amounts, the nearest dates, and the taps to hand them on."""
    held = await holdings(
        tx.connection,
        owner_id,
        reach=reach_of(reader),
        amounts_of=reach_of(reader, Field.AMOUNT),
        limit=NEAREST,
    )
    today = now.astimezone(rules.zone).date()
    growing = await expansions_of_person(
        tx, owner_id, reader=reader, rules=rules, today=today, most=LARGEST, snoozed=True
    )
    if not held.customers and not growing.rows:
        none = Paragraph(plain(phrases.t("notice.holds_nothing")))
        return replace(message, blocks=(*message.blocks, none))
    counted = phrases.t("notice.holds", customers=held.customers, terms=held.terms)
    blocks: list[Block] = [Paragraph(plain(counted))]
    if held.amounts:
        amounts = phrases.join([phrases.money(amount) for amount in held.amounts])
        blocks.append(Paragraph(plain(phrases.t("notice.holds_amount", amount=amounts))))
    shows = shown_to(reader, rules)
    lines = [veil_line(line, shows) for line in held.lines]
    if lines:
        blocks.append(renewal_table(lines, phrases, today))
    if held.terms > len(lines):
        blocks.append(Note(plain(phrases.tn("notice.holds_more", held.terms - len(lines)))))
    buttons = [Button(phrases.t("notice.list"), f"due P-{owner_id} {AHEAD_DAYS}")] if lines else []
    if growing.rows:
        part, see_all = whose_part(phrases, growing, f"P-{owner_id}")
        blocks += part
        buttons.append(see_all)
    if may_start(reader, Right.ASSIGN, place=PlaceScope.DM).allowed:
        asks = asking(phrases)
        for line in (*lines[:ASSIGNED], *growing.rows[:EXPANSIONS_ASSIGNED]):
            label = phrases.t("notice.assign", account=short(line.account, 6))
            buttons.append(Button(label, f"assign {line.word}", form=asks(f"assign {line.word}")))
    return replace(
        message,
        blocks=(*message.blocks, *blocks),
        buttons=(*message.buttons, *buttons),
    )

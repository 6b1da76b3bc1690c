"""The alerts that somebody was told, page by page."""

from __future__ import annotations

from collections.abc import Sequence

from messages.cards.digest import DigestLine
from messages.cards.warning import MOST_LINES, MOST_SHOWS, show_button
from messages.i18n import Phrasebook
from messages.model import Block, Bullets, Button, Heading, Message, Note, Paragraph, plain


def heard_list(
    lines: Sequence[DigestLine], phrases: Phrasebook, *, page: int, days: int
) -> Message:
    """One page of them, in the order of the messages that told them."""
    title = phrases.t("alerts.title")
    first = (page - 1) * MOST_LINES
    shown = lines[first : first + MOST_LINES]
    mine = Button(phrases.t("mine.title"), "mine")
    if not shown:
        sentence = phrases.tn("alerts.nothing", days) if page == 1 else phrases.t("alerts.no_more")
        return Message(sentence, (Heading(title), Paragraph(plain(sentence))), (mine,))
    count = phrases.t("due.count", total=str(len(lines)), first=first + 1, last=first + len(shown))
    blocks: list[Block] = [
        Heading(title),
        Bullets(tuple(plain(line.text) for line in shown)),
        Note(plain(phrases.tn("alerts.note", days, count=count))),
    ]
    offered = shown[:MOST_SHOWS]
    buttons = [show_button(line.renewal, phrases) for line in offered]
    if len(lines) > first + MOST_LINES:
        buttons.append(Button(phrases.t("button.more"), f"alerts page={page + 1}"))
    return Message(title, tuple(blocks), (*buttons, mine))

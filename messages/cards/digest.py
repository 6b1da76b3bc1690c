"""The morning's digest: what was held back the day before, in ten lines at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from messages.cards.warning import MOST_LINES, more_button, show_button
from messages.i18n import Phrasebook
from messages.model import Block, Bullets, Button, Heading, Message, Note, Paragraph, plain
from scoring.views import RenewalLine

MOST_SHOWS = 3


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One alert: what is said of it, and what it is about."""

    text: str
    renewal: RenewalLine


def digest_card(lines: Sequence[DigestLine], phrases: Phrasebook, today: date) -> Message:
    """The lines in the order given; what is beyond the tenth is counted, a tap away."""
    title = phrases.t("digest.title", on=phrases.day_short(today))
    blocks: list[Block] = [
        Heading(title),
        Paragraph(plain(phrases.tn("digest.count", len(lines)))),
        Bullets(tuple(plain(line.text) for line in lines[:MOST_LINES])),
    ]
    if len(lines) > MOST_LINES:
        blocks.append(Note(plain(phrases.tn("digest.more", len(lines) - MOST_LINES))))
    buttons = [show_button(line.renewal, phrases) for line in lines[:MOST_SHOWS]]
    buttons += more_button(len(lines), phrases)
    buttons.append(Button(phrases.t("alert.see_all"), "mine"))
    return Message(title, tuple(blocks), tuple(buttons), private=False)

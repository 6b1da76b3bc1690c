"""Answers as posts, with a mark on what is answered where it stands."""

from __future__ import annotations

from collections.abc import Callable

from bot.adapters.base import Payload
from messages.i18n import Phrasebook
from messages.model import Message, Paragraph, plain
from messages.render.slack import render_slack

IN_PLACE = "+"
"""Ends the `action_id` of what, when tapped, is answered where it stands instead of below it."""

_TAPPED = ("line:", "pick:")

Replaces = Callable[[str], bool]
"""Whether the answer to a line takes the place of the message that offered it."""


def posts_of(
    message: Message, book: Phrasebook, *, share: str, tables: bool, replaces: Replaces
) -> list[Payload]:
    """The posts that say it, in order; the line `share` makes it anew for everybody."""
    parts = [part.payload() for part in render_slack(message, book, tables=tables, share=share)]
    for part in parts:
        _mark(part["blocks"], replaces)
    return parts


def post_of(sentence: str, book: Phrasebook) -> Payload:
    """A post of one sentence. With blocks, for without any those of the post it replaces stay."""
    message = Message(sentence, (Paragraph(plain(sentence)),))
    return render_slack(message, book)[0].payload()


def _mark(blocks: list[Payload], replaces: Replaces) -> None:
    for block in blocks:
        if block["type"] != "actions":
            continue
        for element in block["elements"]:
            if element["action_id"].startswith(_TAPPED) and replaces(_line_of(element)):
                element["action_id"] += IN_PLACE


def _line_of(element: Payload) -> str:
    options = element.get("options")
    return str(options[0]["value"] if options else element.get("value", ""))

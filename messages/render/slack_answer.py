"""Answers shown in a modal: where a form or the Home tab was tapped, and no channel is near."""

from __future__ import annotations

import json

from messages import limits
from messages.i18n import Phrasebook
from messages.model import Message, plain
from messages.render.payload import Json
from messages.render.slack_actions import actions_of
from messages.render.slack_blocks import drawn, said
from messages.render.slack_form import CALLBACK_ID, metadata
from messages.render.slack_text import DASH, plain_text
from messages.render.words import flat

_MOST_BYTES = limits.SLACK_VIEW_BYTES - 50_000
"""Bytes of what is read; the buttons and the frame take the rest."""


def answer_view(message: Message, phrases: Phrasebook, *, title: str, origin: str = "") -> Json:
    """The modal that says `message`; its buttons work as under a message.

    Modals draw no tables, and hold 100 blocks: the rest is left out and said to be.
    """
    actions = list(actions_of(message, phrases))
    blocks = list(drawn(message.blocks, tables=False))
    blocks = blocks or [said(plain(flat(message.summary) or DASH))]
    kept = blocks[: limits.SLACK_VIEW_BLOCKS - len(actions)]
    while len(kept) > 1 and limits.octets(json.dumps(kept)) > _MOST_BYTES:
        kept.pop()
    if len(kept) < len(blocks):
        kept[-1:] = [said(plain(phrases.t("render.shortened")))]
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": metadata("", origin),
        "title": plain_text(title, limits.SLACK_VIEW_TITLE),
        "close": plain_text(phrases.t("form.close"), limits.SLACK_VIEW_TITLE),
        "blocks": [*kept, *actions],
    }

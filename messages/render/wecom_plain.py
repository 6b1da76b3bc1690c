"""The plainer form of a WeCom payload that was refused: a card as markdown, markdown as text.

A card takes its plainer form along, because the message it was made of is not kept; `bare` takes
it off before it is sent. What was to be tapped becomes a line to type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.limits import WECOM_TEXT_BYTES, octets, split
from messages.model import Heading, Message
from messages.render.payload import Json
from messages.render.wecom import render_wecom
from messages.render.wecom_card import key_of

CARD = "template_card"
MARKDOWN = ("markdown", "markdown_v2")

_PLAINER = "plainer"
_MARKS = str.maketrans({"*": "", "`": "", "<": "＜"})
_FONT = re.compile(r"</?font[^>]*>")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")


def with_plainer(
    payloads: Iterable[Json], message: Message, kind: PlaceKind, book: Phrasebook, *, room: int = 0
) -> tuple[Json, ...]:
    """The payloads of a message, each card with what to say should it be refused."""
    found = tuple(payloads)
    return tuple(
        {**payload, _PLAINER: _in_words(message, payload, len(found) == 1, kind, book, room)}
        if payload["msgtype"] == CARD
        else payload
        for payload in found
    )


def bare(payload: Json) -> Json:
    """The payload as WeCom takes it."""
    return {name: value for name, value in payload.items() if name != _PLAINER}


def plainer(payload: Json, *, room: int = 0) -> tuple[Json, ...]:
    """The same one step plainer: markdown for a card, texts for markdown, else nothing."""
    kind = str(payload["msgtype"])
    if kind == CARD:
        return tuple(
            {"msgtype": "markdown", "markdown": {"content": content}}
            for content in payload.get(_PLAINER, ())
        )
    if kind in MARKDOWN:
        return _as_texts(payload[kind]["content"], room)
    return ()


def _in_words(
    message: Message, payload: Json, alone: bool, kind: PlaceKind, book: Phrasebook, room: int
) -> list[str]:
    """What a card says, without what the posts before it have said."""
    card = payload[CARD]
    keys = {button["key"] for button in card.get("button_list", ())}
    blocks = message.blocks
    if not alone:
        blocks = tuple(block for block in blocks if isinstance(block, Heading))[:1]
    said = replace(
        message,
        blocks=blocks,
        buttons=tuple(button for button in message.buttons if key_of(button) in keys),
        form=message.form if "submit_button" in card else None,
    )
    written = render_wecom(said, kind, book, with_cards=False, room=room)
    return [str(part[part["msgtype"]]["content"]) for part in written]


def _as_texts(markdown: str, room: int) -> tuple[Json, ...]:
    content = _LINK.sub(r"\1 \2", _FONT.sub("", markdown)).translate(_MARKS)
    pieces = split(content, WECOM_TEXT_BYTES - room, octets)
    return tuple({"msgtype": "text", "text": {"content": piece}} for piece in pieces)

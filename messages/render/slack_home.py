"""A page as Slack's Home tab: sections with a button beside them, no tables, one view."""

from __future__ import annotations

import json
from collections.abc import Iterator

from messages import limits
from messages.i18n import Phrasebook
from messages.model import Heading, Message, plain
from messages.page import Page, Part, Row
from messages.render.payload import Json
from messages.render.slack_actions import actions_of, button_of
from messages.render.slack_blocks import drawn, said
from messages.render.slack_text import DASH, inline

HOME_CALLBACK_ID = "home"


def home_view(page: Page, phrases: Phrasebook) -> Json:
    """The view for `views.publish`; what does not fit ends in a line that says so.

    `action_id`s are those of messages (`line:N`, `form:N`, `pick:N`), numbered through the page.
    """
    shortened = said(plain(phrases.t("render.shortened")))
    room = limits.SLACK_VIEW_BYTES - _size(shortened) - _ROOM_AROUND
    blocks: list[Json] = []
    for block in _blocks(page, phrases):
        room -= _size(block)
        if len(blocks) + 1 >= limits.SLACK_VIEW_BLOCKS or room < 0:
            blocks.append(shortened)
            break
        blocks.append(block)
    return {
        "type": "home",
        "callback_id": HOME_CALLBACK_ID,
        "blocks": blocks or [said(plain(DASH))],
    }


_ROOM_AROUND = 1_000
"""Bytes of a view beside its blocks."""


def _size(block: Json) -> int:
    return limits.octets(json.dumps(block)) + 2


def _blocks(page: Page, phrases: Phrasebook) -> Iterator[Json]:
    taps = 0
    for number, part in enumerate(page.parts):
        if number:
            yield {"type": "divider"}
        yield from drawn((Heading(part.heading), *part.blocks), tables=False)
        for row in part.rows:
            yield _row(row, taps)
            taps += 1
        yield from actions_of(_taps(part), phrases, first=taps)
        taps += len(part.buttons)
        if part.note:
            small = inline("", part.note, limits.SLACK_FIELD)
            yield {"type": "context", "elements": [small]}


def _taps(part: Part) -> Message:
    return Message("", buttons=part.buttons)


def _row(row: Row, number: int) -> Json:
    block: Json = {"type": "section", "text": inline(row.title, row.line, limits.SLACK_FIELD)}
    tap = row.tap
    if tap is not None and 0 < limits.units(tap.line) <= limits.CHAT_LINE:
        block["accessory"] = button_of(tap, number)
    return block

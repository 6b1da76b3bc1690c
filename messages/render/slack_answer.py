"""Answers shown in a modal: where a form or the Home tab was tapped, and no channel is near."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from messages import limits
from messages.i18n import Phrasebook
from messages.model import Block, Line, Message, Note, Paragraph, Span, Table, plain
from messages.render.payload import Json
from messages.render.slack_actions import actions_of
from messages.render.slack_blocks import drawn, said
from messages.render.slack_form import CALLBACK_ID, metadata
from messages.render.slack_text import DASH, flat_edges, plain_text
from messages.render.words import blank, flat

_MOST_BYTES = limits.SLACK_VIEW_BYTES - 50_000
"""Bytes of what is read; the buttons and the frame take the rest."""

_MOST_ROWS = 40
"""Rows that are drawn as blocks; a longer list stays one text, so that less of it is left out."""


def answer_view(message: Message, phrases: Phrasebook, *, title: str, origin: str = "") -> Json:
    """The modal that says `message`; its buttons work as under a message.

    Modals draw no tables: each row of a list is a block of its own, which a phone can show. They
    hold 100 blocks: the rest is left out and said to be.
    """
    actions = list(actions_of(message, phrases))
    blocks = list(_drawn(message.blocks))
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


def _drawn(blocks: Iterable[Block]) -> Iterator[Json]:
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) and block.header and len(block.rows) <= _MOST_ROWS:
            yield from drawn(held, tables=False)
            held = []
            yield from _stacked(block)
        else:
            held.append(block)
    yield from drawn(held, tables=False)


def _stacked(table: Table) -> Iterator[Json]:
    """What the columns are called, once, and each row on two lines."""
    header = " · ".join(filter(None, map(flat, table.header)))
    yield from drawn((Note(plain(header)),), tables=False)
    for row in table.rows:
        yield from drawn((Paragraph(_two_lines(row[: len(table.header)])),), tables=False)


def _two_lines(row: tuple[Line, ...]) -> Line:
    """The first cell in bold, the others side by side below it."""
    first, *others = row or ((),)
    head = plain(DASH) if blank(first) else first
    spans = [replace(span, text=flat_edges(span.text), bold=True) for span in head]
    between = "\n"
    for cell in others:
        if not blank(cell):
            spans.append(Span(between))
            spans += [replace(span, text=flat_edges(span.text)) for span in cell]
            between = " · "
    return tuple(spans)

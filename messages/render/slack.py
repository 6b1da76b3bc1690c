"""Messages as Block Kit: one or several `chat.postMessage`, the first carrying the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from messages import limits
from messages.i18n import Phrasebook
from messages.model import Message, plain
from messages.render.payload import Json, SlackMessage
from messages.render.slack_actions import actions_of
from messages.render.slack_blocks import drawn, said
from messages.render.slack_text import DASH, escape, escaped, rich_text, section, spans, weight
from messages.render.words import flat


def render_slack(
    message: Message, book: Phrasebook, *, tables: bool = True, share: str = ""
) -> tuple[SlackMessage, ...]:
    """The posts that say `message`, in order; `tables` false redraws after `invalid_blocks`.

    `share` is the line that a button says again for everybody; empty where nothing is to share.

    The adapter adds the place, `mrkdwn=False`, `unfurl_links=False` and `unfurl_media=False`.
    """
    summary = escape(limits.cut(flat(message.summary), limits.SLACK_TEXT, escaped)) or DASH
    blocks = list(drawn(message.blocks, tables)) or [said(plain(flat(message.summary) or DASH))]
    actions = list(actions_of(message, book, share=share))
    parts = _packed(blocks, actions)
    if len(parts) > limits.PARTS:
        shortened = rich_text([section(spans(plain(book.t("render.shortened"))))])
        parts = [*parts[: limits.PARTS - 1], [*parts[limits.PARTS - 1][:40], shortened]]
    return tuple(SlackMessage(summary, tuple(part)) for part in parts)


def _packed(drawn: Sequence[Json], actions: Sequence[Json]) -> list[list[Json]]:
    """Blocks in messages of at most 50 blocks, one table and the total; buttons end the first."""
    parts: list[list[Json]] = []
    held: list[Json] = []
    blocks, total = len(actions), weight(list(actions))
    tables = 0
    for block in drawn:
        more, table = weight(block), block["type"] == "table"
        full = blocks + 1 > limits.SLACK_BLOCKS or total + more > limits.SLACK_TOTAL
        if held and (full or (table and tables >= limits.SLACK_TABLES)):
            parts.append(held)
            held, blocks, total, tables = [], 0, 0, 0
        held.append(block)
        blocks, total, tables = blocks + 1, total + more, tables + table
    parts.append(held)
    parts[0].extend(actions)
    return parts

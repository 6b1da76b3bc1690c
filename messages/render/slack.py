"""Messages as Block Kit: one or several `chat.postMessage`, the first carrying the buttons."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from messages import limits
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Bullets,
    Button,
    ButtonStyle,
    Divider,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Table,
    plain,
)
from messages.render.payload import Json, SlackMessage
from messages.render.slack_text import (
    DASH,
    escape,
    escaped,
    flat_edges,
    inline,
    plain_text,
    rich_text,
    section,
    spans,
    weight,
)
from messages.render.text import aligned
from messages.render.words import blank, flat, squeezed, words

log = logging.getLogger(__name__)

_NEWLINE: Json = {"type": "text", "text": "\n"}


def render_slack(
    message: Message, book: Phrasebook, *, tables: bool = True
) -> tuple[SlackMessage, ...]:
    """The posts that say `message`, in order; `tables` false redraws after `invalid_blocks`.

    The adapter adds the place, `mrkdwn=False`, `unfurl_links=False` and `unfurl_media=False`.
    """
    summary = escape(limits.cut(flat(message.summary), limits.SLACK_TEXT, escaped)) or DASH
    drawn = list(_drawn(message.blocks, tables)) or [_said(plain(flat(message.summary) or DASH))]
    actions = list(_actions(message))
    parts = _packed(drawn, actions)
    if len(parts) > limits.PARTS:
        shortened = rich_text([section(spans(plain(book.t("render.shortened"))))])
        parts = [*parts[: limits.PARTS - 1], [*parts[limits.PARTS - 1][:40], shortened]]
    return tuple(SlackMessage(summary, tuple(blocks)) for blocks in parts)


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


def _drawn(blocks: Iterable[Block], tables: bool) -> Iterator[Json]:
    """Block Kit for each block; neighbouring running text shares one rich_text block."""
    running: list[Json] = []
    for block in blocks:
        if isinstance(block, Paragraph | Bullets):
            for element in _running(block):
                if running and weight(running) + weight(element) > limits.SLACK_RICH_TEXT:
                    yield rich_text(running)
                    running = []
                _append(running, element)
            continue
        if running:
            yield rich_text(running)
            running = []
        yield from _standing(block, tables)
    if running:
        yield rich_text(running)


def _running(block: Paragraph | Bullets) -> Iterator[Json]:
    if isinstance(block, Paragraph):
        if not blank(block.line):
            yield from (section(part) for part in _broken(block.line))
        return
    for item in block.items:
        if not blank(item):
            for part in _broken(item):
                yield {"type": "rich_text_list", "style": "bullet", "elements": [section(part)]}


def _append(running: list[Json], element: Json) -> None:
    """Adds a part to running text: paragraphs share a section, items of a list their list."""
    last = running[-1] if running else None
    if last is None or last["type"] != element["type"]:
        running.append(element)
    elif element["type"] == "rich_text_section":
        last["elements"].extend([dict(_NEWLINE), *element["elements"]])
    else:
        last["elements"].extend(element["elements"])


def _broken(line: Line) -> Iterator[list[Json]]:
    """The elements of a line in groups that a rich_text block can hold; one, nearly always."""
    group: list[Json] = []
    for element in spans(line):
        if group and weight(group) + weight(element) > limits.SLACK_RICH_TEXT:
            yield group
            group = []
        group.append(element)
    if group:
        yield group


def _standing(block: Block, tables: bool) -> Iterator[Json]:
    match block:
        case Heading(text):
            if flat(text):
                yield {"type": "header", "text": plain_text(text, limits.SLACK_HEADER)}
        case Fields(pairs):
            yield from _sections(pairs)
        case Note(line):
            if not blank(line):
                small = inline("", line, limits.SLACK_FIELD)
                yield {"type": "context", "elements": [small]}
        case Divider():
            yield {"type": "divider"}
        case Table():
            wide = len(block.header) > limits.SLACK_TABLE_COLUMNS
            fits = tables and not wide and bool(block.header)
            yield from _table(block) if fits else _monospaced(block)


def _sections(pairs: Sequence[tuple[str, Line]]) -> Iterator[Json]:
    held: list[Json] = []
    for label, value in pairs:
        if not flat(label) and blank(value):
            continue
        field = inline(label, value, limits.SLACK_FIELD)
        heavy = weight([*held, field]) > limits.SLACK_SECTION_WEIGHT
        if held and (heavy or len(held) == limits.SLACK_FIELDS):
            yield {"type": "section", "fields": held}
            held = []
        held.append(field)
    if held:
        yield {"type": "section", "fields": held}


def _table(table: Table) -> Iterator[Json]:
    """Table blocks of at most 100 rows, the header repeated in each."""
    columns = len(table.header)
    header = [_cell(plain(text), limits.SLACK_HEADER_CELL) for text in table.header]
    rows: list[list[Json]] = [header]
    total = weight(header)
    for line in table.rows:
        cells = [*line[:columns], *[()] * (columns - len(line))]
        row = [_cell(cell, limits.SLACK_CELL) for cell in cells]
        full = total + weight(row) > limits.SLACK_TABLE_WEIGHT
        if len(rows) > 1 and (full or len(rows) >= limits.SLACK_TABLE_ROWS):
            yield {"type": "table", "rows": rows}
            rows, total = [header], weight(header)
        rows.append(row)
        total += weight(row)
    yield {"type": "table", "rows": rows}


def _cell(line: Line, limit: int) -> Json:
    """A cell of raw text; a rich_text one where the line has a link, a mention or a style."""
    whole = flat(words(line))
    text = limits.cut(whole, limit, escaped)
    if text == whole and any(span.link or span.mention or span.bold or span.code for span in line):
        elements = list(spans([replace(span, text=flat_edges(span.text)) for span in line]))
        if elements and weight(elements) <= limit:
            return rich_text([section(elements)])
    return {"type": "raw_text", "text": text or DASH}


def _monospaced(table: Table) -> Iterator[Json]:
    """A table as preformatted text, for old clients and for tables wider than Slack's."""
    lines = list(aligned(table.header, [[words(cell) for cell in row] for row in table.rows]))
    header, rows = "\n".join(lines[:2]), lines[2:]
    header = limits.cut(header, limits.SLACK_RICH_TEXT // 2, escaped)
    for body in limits.split_rows(header, rows, limits.SLACK_RICH_TEXT, escaped):
        if body.strip():
            elements = [{"type": "text", "text": body}]
            yield rich_text([{"type": "rich_text_preformatted", "elements": elements}])


def _actions(message: Message) -> Iterator[Json]:
    buttons = list(message.buttons)
    if message.form:
        form = message.form
        buttons.append(Button(form.title, form.line, ButtonStyle.PRIMARY, form=form))
    drawn: list[Json] = []
    room = limits.SLACK_ACTIONS_WEIGHT
    for number, button in enumerate(buttons):
        element = _button(button, number)
        room -= weight(element)
        if room < 0 or not 0 < limits.units(button.line) <= limits.CHAT_LINE:
            log.warning("buttons left out: line of %s characters", len(button.line))
            continue
        drawn.append(element)
    for start in range(0, len(drawn), limits.SLACK_ACTIONS):
        yield {"type": "actions", "elements": drawn[start : start + limits.SLACK_ACTIONS]}


def _button(button: Button, number: int) -> Json:
    kind = "form" if button.form else "line"
    drawn: Json = {
        "type": "button",
        "action_id": f"{kind}:{number}",
        "text": plain_text(button.label or button.line, limits.SLACK_BUTTON_TEXT),
        "value": button.line,
    }
    if button.style is not ButtonStyle.PLAIN:
        drawn["style"] = button.style.value
    if button.confirm:
        asked = button.confirm
        drawn["confirm"] = {
            "title": plain_text(asked.title, limits.SLACK_CONFIRM_TITLE),
            "text": plain_text(asked.text, limits.SLACK_CONFIRM_TEXT),
            "confirm": plain_text(asked.yes, limits.SLACK_CONFIRM_BUTTON),
            "deny": plain_text(asked.no, limits.SLACK_CONFIRM_BUTTON),
        }
        if button.style is ButtonStyle.DANGER:
            drawn["confirm"]["style"] = "danger"
    return drawn


def _said(line: Line) -> Json:
    text = limits.cut(squeezed(words(line)), limits.SLACK_RICH_TEXT, escaped)
    return rich_text([section([{"type": "text", "text": text}])])

"""Blocks of a message as Block Kit; neighbouring running text shares one rich_text block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from messages import limits
from messages.model import (
    Block,
    Bullets,
    Divider,
    Fields,
    Heading,
    Line,
    Note,
    Paragraph,
    Table,
)
from messages.render.payload import Json
from messages.render.slack_tables import monospaced, table_blocks
from messages.render.slack_text import (
    escaped,
    inline,
    plain_text,
    rich_text,
    section,
    spans,
    weight,
)
from messages.render.words import blank, flat, squeezed, words

_NEWLINE: Json = {"type": "text", "text": "\n"}


def drawn(blocks: Iterable[Block], tables: bool) -> Iterator[Json]:
    """Block Kit for each block; `tables` says whether the table block may be used."""
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
            yield from table_blocks(block) if fits else monospaced(block)


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


def said(line: Line) -> Json:
    """One line as a block of its own, cut where it is too long for one."""
    text = limits.cut(squeezed(words(line)), limits.SLACK_RICH_TEXT, escaped)
    return rich_text([section([{"type": "text", "text": text}])])

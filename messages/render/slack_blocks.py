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
    taken = 0  # the weight of what is running
    for block in blocks:
        if isinstance(block, Paragraph | Bullets):
            for element in _running(block):
                more = weight(element)
                if running and taken + more > limits.SLACK_RICH_TEXT:
                    yield rich_text(running)
                    running, taken = [], 0
                taken += more + _append(running, element)
            continue
        if running:
            yield rich_text(running)
            running, taken = [], 0
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


def _append(running: list[Json], element: Json) -> int:
    """Adds a part to running text: paragraphs share a section, items of a list their list.

    Returns what stands between it and the part before, as weight.
    """
    last = running[-1] if running else None
    if last is None or last["type"] != element["type"]:
        running.append(element)
    elif element["type"] == "rich_text_section":
        last["elements"].extend([dict(_NEWLINE), *element["elements"]])
        return weight(_NEWLINE)
    else:
        last["elements"].extend(element["elements"])
    return 0


def _broken(line: Line) -> Iterator[list[Json]]:
    """The elements of a line in groups that a rich_text block can hold; one, nearly always."""
    group: list[Json] = []
    taken = 0
    for element in spans(line):
        more = weight(element)
        if group and taken + more > limits.SLACK_RICH_TEXT:
            yield group
            group, taken = [], 0
        group.append(element)
        taken += more
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
    taken = 0
    for label, value in pairs:
        if not flat(label) and blank(value):
            continue
        field = inline(label, value, limits.SLACK_FIELD)
        more = weight(field)
        heavy = taken + more > limits.SLACK_SECTION_WEIGHT
        if held and (heavy or len(held) == limits.SLACK_FIELDS):
            yield {"type": "section", "fields": held}
            held, taken = [], 0
        held.append(field)
        taken += more
    if held:
        yield {"type": "section", "fields": held}


def said(line: Line) -> Json:
    """One line as a block of its own, cut where it is too long for one."""
    text = limits.cut(squeezed(words(line)), limits.SLACK_RICH_TEXT, escaped)
    return rich_text([section([{"type": "text", "text": text}])])

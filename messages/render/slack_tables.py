"""Tables on Slack: its own table block, and the same rows as text where that is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from messages import limits
from messages.model import Line, Table, plain
from messages.render.payload import Json
from messages.render.slack_text import DASH, escaped, flat_edges, rich_text, section, spans, weight
from messages.render.text import aligned
from messages.render.words import flat, words


def table_blocks(table: Table) -> Iterator[Json]:
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


def monospaced(table: Table) -> Iterator[Json]:
    """A table as preformatted text, for old clients and for tables wider than Slack's."""
    yield from _preformatted(table.header, [[words(cell) for cell in row] for row in table.rows])


def _preformatted(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Json]:
    lines = list(aligned(header, rows))
    top = limits.cut("\n".join(lines[:2]), limits.SLACK_RICH_TEXT // 2, escaped)
    for body in limits.split_rows(top, lines[2:], limits.SLACK_RICH_TEXT, escaped):
        if body.strip():
            elements = [{"type": "text", "text": body}]
            yield rich_text([{"type": "rich_text_preformatted", "elements": elements}])


def without_tables(payload: Json) -> Json:
    """A message with its tables as text, for workspaces that refuse them (`invalid_blocks`).

    It stays one message, because it may be there already: rows that do not fit are left out of
    it, and where aligned columns take too much room the cells stand side by side.
    """
    blocks = payload.get("blocks", [])
    others = [block for block in blocks if block.get("type") != "table"]
    if len(others) == len(blocks):
        return payload
    room = limits.SLACK_TOTAL - weight(others)
    free = limits.SLACK_BLOCKS - len(others)
    drawn: list[Json] = []
    for block in blocks:
        if block.get("type") != "table":
            drawn.append(block)
            continue
        parts = _as_text(block, room, free)
        room -= weight(parts)
        free -= len(parts)
        drawn.extend(parts)
    return {**payload, "blocks": drawn}


def _as_text(block: Json, room: int, free: int) -> list[Json]:
    header, *rows = [[flat(_shown(cell)) for cell in row] for row in block["rows"]]
    parts = list(_preformatted(header, rows))
    if weight(parts) <= room and len(parts) <= free:
        return parts
    lines = [[" · ".join(row)] for row in rows]
    parts = list(_preformatted([" · ".join(header)], lines))
    fitting: list[Json] = []
    for part in parts[:free]:
        if weight(fitting) + weight(part) > room:
            break
        fitting.append(part)
    return fitting


def _shown(cell: object) -> str:
    """The words of a cell, raw or rich."""
    match cell:
        case {"type": "user", "user_id": str(user)}:
            return f"@{user}"
        case {"text": str(text)}:
            return text
        case {"elements": list(elements)}:
            return "".join(map(_shown, elements))
    return ""

"""One sheet with a known heading as a table of typed rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.importing import choices
from handlers.importing.amounts import CellAmount
from handlers.importing.cell_reading import (
    CellContext,
    CellRefused,
    Fault,
    plain_text,
    refuse_marked_fault,
    shorten,
)
from handlers.importing.cells import read_column
from handlers.importing.columns import CellType, Column
from handlers.importing.dates import DateOrder
from handlers.importing.header_rows import Heading
from handlers.importing.header_words import TOTAL_WORDS
from handlers.importing.headers import Header
from handlers.importing.kinds import KINDS
from handlers.importing.limits import Limits
from handlers.importing.parsed import FileNotice, ParsedRow, ParsedTable
from handlers.importing.raw import RawCell, RawSheet, column_letters
from handlers.importing.rules import judge
from handlers.importing.table_draft import TableDraft
from handlers.importing.texts import clean_note
from scoring.errors import BadArgument

_LIKE_TOTAL = re.compile("[计和]|total|sum", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ways:
    """How this file is to be read: what its bringer said, and what the book takes for granted."""

    order: DateOrder | None
    default_currency: str
    limits: Limits


def read_table(
    sheet: RawSheet, heading: Heading, shown_sheet: str, ways: Ways
) -> tuple[ParsedTable, tuple[FileNotice, ...]]:
    """The typed rows below the heading, and what is to be told about the sheet as a whole."""
    positions, totals = _data_rows(sheet, heading)
    if len(positions) > ways.limits.rows:
        raise BadArgument("import.file.too_many_rows", most=ways.limits.rows)
    draft = TableDraft(
        spec=KINDS[heading.kind],
        sheet=shown_sheet,
        default_currency=ways.default_currency,
        numbers=[position + sheet.first_row for position in positions],
        headers={},
        values={},
        custom={},
    )
    if totals:
        draft.tell(
            "import.notice.totals_skipped", rows=[str(p + sheet.first_row) for p in totals[:20]]
        )
    whole = len(positions) == sheet.height
    row_at = {position: row for row, position in enumerate(positions)} if sheet.merged else {}
    for index, (header, column) in enumerate(zip(heading.headers, sheet.columns, strict=True)):
        cells = column if whole else [column[position] for position in positions]
        if header is None:
            if any(cell != "" for cell in cells):
                letters = column_letters(sheet.first_column + index)
                draft.tell("import.notice.no_header", column=letters)
        elif header.field is None:
            _read_custom(draft, header, cells, ways.limits)
        else:
            _read_field(draft, header, cells, sheet, ways)
            if draft.spec.column(header.field).type is CellType.MONEY and sheet.merged:
                _tell_merged(draft, header.field, sheet, index, row_at)
    _order_fields(draft)
    judge(draft)
    return _finished(draft, heading, sheet.first_row), tuple(draft.file_notices)


def _data_rows(sheet: RawSheet, heading: Heading) -> tuple[list[int], list[int]]:
    """The positions of rows with content below the heading, and of totals rows left out."""
    width = len(sheet.columns)
    blank = ("",) * width
    head = tuple(column[heading.row] for column in sheet.columns)
    positions: list[int] = []
    totals: list[int] = []
    for position, cells in enumerate(zip(*sheet.columns, strict=True)):
        if position <= heading.row or cells in (blank, head):
            continue
        first = cells[0] or next(cell for cell in cells if cell != "")
        if type(first) is str and len(first) <= 20 and _is_total(first):
            totals.append(position)
        else:
            positions.append(position)
    return positions, totals


def _is_total(text: str) -> bool:
    if _LIKE_TOTAL.search(text) is None:
        return False
    return choices.normalise_word(text) in TOTAL_WORDS


def _read_field(
    draft: TableDraft, header: Header, cells: Sequence[RawCell], sheet: RawSheet, ways: Ways
) -> None:
    if header.field is None:
        return
    column = draft.spec.column(header.field)
    if column.nothing:
        cells = _without_nothing(draft, column, cells)
    reading = read_column(
        cells, CellContext(column, header.unit, ways.order, sheet.epoch_1904, ways.limits)
    )
    draft.headers[column.name] = header.written
    draft.values[column.name] = reading.values
    for row, fault in reading.refused.items():
        draft.refuse_for(row, header.written, fault)
    for row, fault in reading.notices.items():
        draft.notice_for(row, header.written, fault)
    if header.guessed:
        draft.tell("import.notice.header_guessed", column=header.written, field=column.name)
    if header.unit.factor != 1 and column.type is CellType.MONEY:
        draft.tell("import.notice.unit", column=header.written, factor=f"{header.unit.factor:,}")


def _without_nothing(
    draft: TableDraft, column: Column, cells: Sequence[RawCell]
) -> Sequence[RawCell]:
    """The cells without those that say in words that there is nothing; their rows are noted."""
    says = {
        raw
        for raw in set(cells)
        if isinstance(raw, str) and choices.normalise_word(raw) in column.nothing
    }
    for row, raw in enumerate(cells) if says else ():
        if raw in says:
            draft.cleared[row] = draft.cleared.get(row, frozenset()) | {column.name}
    return ["" if raw in says else raw for raw in cells] if says else cells


def _read_custom(
    draft: TableDraft, header: Header, cells: Sequence[RawCell], limits: Limits
) -> None:
    """A custom column is text; a faulty formula there loses its cell, not its row."""
    known: dict[RawCell, str] = {}
    faults: dict[RawCell, Fault] = {}
    refused: dict[RawCell, Fault] = {}
    for raw in set(cells):
        notices: list[Fault] = []
        known[raw] = ""
        try:
            if isinstance(raw, str):
                refuse_marked_fault(raw)
            text, removed = clean_note(plain_text(raw, notices))
        except CellRefused as refusal:
            faults[raw] = Fault("import.notice.custom_ignored", refusal.fault.params)
            continue
        if len(text) > limits.note_chars:
            params = {"length": len(text), "most": limits.note_chars}
            refused[raw] = Fault("import.cell.too_long", params)
            continue
        known[raw] = "" if choices.stands_for_nothing(text) else text
        if removed:
            faults[raw] = Fault("import.notice.characters_removed", {"value": shorten(text)})
    draft.custom[header.written] = [known[raw] for raw in cells]
    for row, raw in enumerate(cells) if faults or refused else ():
        if raw in refused:
            draft.refuse_for(row, header.written, refused[raw])
        elif raw in faults:
            draft.notice_for(row, header.written, faults[raw])


def _tell_merged(
    draft: TableDraft, field: str, sheet: RawSheet, index: int, row_at: dict[int, int]
) -> None:
    """An amount in a merged cell counts for each of its rows: that may not be what was meant."""
    for area in sheet.merged:
        if area.left != sheet.first_column + index:
            continue
        rows = [row_at[p] for p in range(area.top, area.bottom + 1) if p in row_at]
        if len(rows) < 2:
            continue
        for row in rows:
            amount = draft.values[field][row]
            if isinstance(amount, CellAmount):
                draft.notice(row, field, "import.notice.merged_amount", count=len(rows))


def _order_fields(draft: TableDraft) -> None:
    """Fields in the order of the kind, whatever the order of the sheet: rows stay comparable."""
    order = [column.name for column in draft.spec.columns if column.name in draft.values]
    draft.values = {name: draft.values[name] for name in order}


def _finished(draft: TableDraft, heading: Heading, first_row: int) -> ParsedTable:
    names = tuple(draft.values)
    titles = tuple(draft.custom)
    customs = zip(*draft.custom.values(), strict=True) if titles else None
    rows: list[ParsedRow] = []
    problems, dropped, notices = draft.problems, draft.dropped, draft.notices
    for row, content in enumerate(zip(*draft.values.values(), strict=True)):
        extra = next(customs) if customs is not None else ()
        if row in problems or row in dropped:
            continue
        custom = {title: text for title, text in zip(titles, extra, strict=True) if text}
        told = tuple(notices[row]) if row in notices else ()
        values = dict(zip(names, content, strict=True))
        cleared = draft.cleared.get(row, frozenset())
        rows.append(ParsedRow(draft.numbers[row], values, custom, told, cleared))
    return ParsedTable(
        kind=draft.spec.name,
        sheet=draft.sheet,
        header_row=heading.row + first_row,
        columns=dict(draft.headers),
        custom_columns=titles,
        rows=rows,
        problems=tuple(problem for row in sorted(problems) for problem in problems[row]),
    )

"""A table of somebody else's, taken apart as a mapping says, into tables that we know.

Every table that is made keeps the rows and the headers of the file, so that a refusal names the
cell that has to be corrected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from handlers.importing import choices
from handlers.importing.cell_numbers import read_number
from handlers.importing.cell_reading import CellRefused, Fault, plain_text, shorten
from handlers.importing.decimal_comma import NUMBERS, with_points
from handlers.importing.header_rows import Heading
from handlers.importing.headers import Header, header_key
from handlers.importing.kinds import KINDS
from handlers.importing.mapping import (
    COMMA,
    PLACEHOLDER,
    ROW,
    ColumnMapping,
    MappedTable,
    Source,
    word_key,
)
from handlers.importing.parsed import FileNotice, ParsedFile, ParsedTable
from handlers.importing.raw import ERROR_MARK, UNCALCULATED, RawBook, RawCell, RawSheet
from handlers.importing.tables import Ways, read_table
from handlers.importing.texts import clean_line
from scoring.errors import BadArgument, MappingRefused, RowProblem

MOST_TIMES = 10
"""How many rows a file may make, as a multiple of the rows that a file may have."""

SHOWN_COLUMNS = 30

Cells = Sequence[RawCell]
Refuse = Callable[[int, str, Fault], None]


def read_mapped(book: RawBook, mapping: ColumnMapping, ways: Ways) -> ParsedFile:
    """The typed rows of all tables that `mapping` makes of a file; MappingRefused when it names
    headers that the file has not."""
    sheet = _sheet(book, mapping)
    head, headers = _find_headers(sheet, mapping, ways)
    columns = {name: sheet.columns[at] for name, at in headers.items()}
    written = {name: clean_line(plain_text(columns[name][head], []))[0] for name in columns}
    tables: list[ParsedTable] = []
    notices: list[FileNotice] = []
    rows = 0
    for wanted in mapping.tables:
        commas = mapping.decimal == COMMA
        made = _Making(sheet, head, columns, written, wanted, commas=commas).table()
        table, told = read_table(*made.parts, "", ways)
        tables.append(_with_problems(table, made.problems))
        notices += [notice for notice in told if notice not in notices]
        rows += len(table.rows) + table.refused
        if rows > ways.limits.rows * MOST_TIMES:
            raise BadArgument("mapping.too_many_rows", most=ways.limits.rows * MOST_TIMES)
    unused = _unused(sheet, head, set(headers.values()))
    if unused:
        notices.append(FileNotice("mapping.unused", {"columns": ", ".join(unused)}))
    return ParsedFile(tuple(_joined(tables)), tuple(notices), book.format)


def _sheet(book: RawBook, mapping: ColumnMapping) -> RawSheet:
    sheets = [sheet for sheet in book.sheets if any(c != "" for col in sheet.columns for c in col)]
    if mapping.sheet:
        sheets = [sheet for sheet in sheets if sheet.name == mapping.sheet]
        if not sheets:
            raise MappingRefused([FileNotice("mapping.no_sheet", {"name": mapping.sheet})])
    if not sheets:
        raise BadArgument("import.file.no_table")
    if len(sheets) > 1:
        names = ", ".join(shorten(sheet.name) for sheet in sheets)
        raise MappingRefused([FileNotice("mapping.which_sheet", {"names": names})])
    return sheets[0]


def _find_headers(
    sheet: RawSheet, mapping: ColumnMapping, ways: Ways
) -> tuple[int, dict[str, int]]:
    """The row that heads the columns, and where each header that the mapping names stands."""
    best: tuple[int, dict[str, int], list[str], list[str]] | None = None
    looked_at = 0
    for row, cells in enumerate(zip(*sheet.columns, strict=True)):
        texts = [clean_line(_shown(cell))[0] for cell in cells]
        if not any(texts):
            continue
        found, twice = _places(texts, mapping.reads)
        if best is None or len(found) > len(best[1]):
            best = row, found, twice, texts
        looked_at += 1
        if looked_at == ways.limits.header_rows or len(found) == len(mapping.reads):
            break
    row, found, twice, texts = best or (0, {}, [], [])
    faults = [FileNotice("mapping.header_twice", {"column": shorten(name)}) for name in twice]
    missing = [shorten(name) for name in mapping.reads if name not in found]
    if missing:
        shown = [shorten(text) for text in texts if text][:SHOWN_COLUMNS]
        params = {"missing": ", ".join(missing), "found": ", ".join(shown)}
        faults.append(FileNotice("mapping.no_column", params))
    if faults:
        raise MappingRefused(faults)
    return row, found


def _places(texts: Sequence[str], names: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each of `names` stands, and those that stand there twice."""
    exact: dict[str, list[int]] = {}
    loose: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        if text:
            exact.setdefault(text, []).append(at)
            loose.setdefault(header_key(text), []).append(at)
    found: dict[str, int] = {}
    twice: list[str] = []
    for name in names:
        places = exact.get(clean_line(name)[0]) or loose.get(header_key(name), [])
        if places:
            found[name] = places[0]
        if len(places) > 1:
            twice.append(name)
    return found, twice


def _shown(cell: RawCell) -> str:
    if isinstance(cell, str) and cell.startswith((ERROR_MARK, UNCALCULATED)):
        return ""
    return plain_text(cell, [])


def _unused(sheet: RawSheet, head: int, used: set[int]) -> list[str]:
    texts = (
        shorten(_shown(column[head])) for at, column in enumerate(sheet.columns) if at not in used
    )
    return [text for text in texts if text][:SHOWN_COLUMNS]


class _Making:
    """One table being made. A refused row is left out of it, its reason is in `problems`."""

    def __init__(
        self,
        sheet: RawSheet,
        head: int,
        columns: Mapping[str, Cells],
        written: Mapping[str, str],
        wanted: MappedTable,
        *,
        commas: bool = False,
    ) -> None:
        self.problems: dict[int, RowProblem] = {}
        self._sheet = sheet
        self._head = head
        self._columns = columns
        self._written = written
        self._wanted = wanted
        self._commas = commas
        self._made: dict[str, list[RawCell]] = {}

    def table(self) -> _Making:
        """Fill the cells of every field, then blank the rows that make nothing."""
        nothing = ("",) * len(self._sheet.columns)
        head = tuple(column[self._head] for column in self._sheet.columns)
        blank = {
            row
            for row, cells in enumerate(zip(*self._sheet.columns, strict=True))
            if row <= self._head or cells in (nothing, head)
        }
        for field, source in self._wanted.fields.items():
            self._made[field] = self._cells(field, source)
        if self._wanted.only_with:
            blank |= {
                row
                for row, cell in enumerate(self._made[self._wanted.only_with])
                if row not in self.problems
                and isinstance(cell, str)
                and choices.stands_for_nothing(cell)
            }
        self.problems = {row: said for row, said in self.problems.items() if row not in blank}
        for row in blank | set(self.problems):
            for cells in self._made.values():
                cells[row] = ""
        return self

    @property
    def parts(self) -> tuple[RawSheet, Heading]:
        """What is made as a sheet with its heading."""
        sheet = RawSheet(
            self._wanted.kind,
            list(self._made.values()),
            epoch_1904=self._sheet.epoch_1904,
            first_row=self._sheet.first_row,
        )
        headers = tuple(Header(self._header(field), field) for field in self._made)
        return sheet, Heading(self._wanted.kind, self._head, headers)

    def _header(self, field: str) -> str:
        """What a refusal calls the field: the file's header where it has one of its own."""
        columns = self._wanted.fields[field].columns
        return self._written[columns[0]] if columns else field

    def _cells(self, field: str, source: Source) -> list[RawCell]:
        height = self._sheet.height
        if source.text:
            return [self._filled(source.text, row) for row in range(height)]
        if not source.columns:
            return [source.constant] * height

        def refuse(row: int, column: str, fault: Fault) -> None:
            params = {"column": column, **fault.params}
            number = row + self._sheet.first_row
            self.problems.setdefault(row, RowProblem(number, column, fault.key, params))

        commas = self._commas and KINDS[self._wanted.kind].column(field).type in NUMBERS

        def read(name: str, *, is_number: bool) -> Cells:
            if not is_number:
                return self._columns[name]
            cells, wrong = with_points(self._columns[name])
            for row, fault in wrong.items():
                refuse(row, self._written[name], fault)
            return cells

        parts = [
            _worded(
                read(name, is_number=commas and source.words is None),
                source,
                self._written[name],
                refuse,
            )
            for name in source.columns
        ]
        found = (
            parts[0] if len(parts) == 1 else [_total(cells) for cells in zip(*parts, strict=True)]
        )
        if source.per:
            found = [
                _share(cell, whole)
                for cell, whole in zip(found, read(source.per, is_number=commas), strict=True)
            ]
        return found

    def _filled(self, pattern: str, row: int) -> RawCell:
        """The pattern with this row's cells; nothing where one of them is empty."""
        words = {
            name: str(row + self._sheet.first_row)
            if name == ROW
            else clean_line(_shown(self._columns[name][row]))[0]
            for name in PLACEHOLDER.findall(pattern)
        }
        if any(choices.stands_for_nothing(word) for word in words.values()):
            return ""
        return PLACEHOLDER.sub(lambda match: words[match[1]], pattern)


def _worded(cells: Cells, source: Source, column: str, refuse: Refuse) -> list[RawCell]:
    """Cells with their words replaced; an empty cell stays empty unless a word is given for it."""
    words = source.words
    if words is None:
        return list(cells)
    offered = ", ".join(words)
    known: dict[RawCell, RawCell | None] = {}
    for cell in set(cells):
        key = word_key(_shown(cell))
        if key in words:
            known[cell] = words[key]
        elif choices.stands_for_nothing(key):
            known[cell] = ""
        else:
            known[cell] = source.otherwise
    made: list[RawCell] = []
    for row, cell in enumerate(cells):
        found = known[cell]
        if found is None:
            params = {"value": shorten(_shown(cell)), "choices": offered}
            refuse(row, column, Fault("import.cell.choice", params))
        made.append("" if found is None else found)
    return made


def _number(cell: RawCell) -> float | None:
    """The number of a cell, None for an empty one; CellRefused for anything else."""
    found = read_number(cell)
    return None if found is None else float(found)


def _total(cells: tuple[RawCell, ...]) -> RawCell:
    """The sum of the cells that are filled; a cell that is no number, as it is, to be refused."""
    total, filled = 0.0, False
    for cell in cells:
        try:
            number = _number(cell)
        except CellRefused:
            return cell
        if number is not None:
            total, filled = total + number, True
    return total if filled and math.isfinite(total) else ""


def _share(part: RawCell, whole: RawCell) -> RawCell:
    """One number divided by another; unknown where that is not possible."""
    try:
        divided = _number(part)
    except CellRefused:
        return part
    try:
        by = _number(whole)
    except CellRefused:
        return whole
    if divided is None or by is None or by == 0:
        return ""
    return divided / by


def _with_problems(table: ParsedTable, problems: Mapping[int, RowProblem]) -> ParsedTable:
    if not problems:
        return table
    every = sorted([*table.problems, *problems.values()], key=lambda problem: problem.row)
    return replace(table, problems=tuple(every))


def _joined(tables: Sequence[ParsedTable]) -> list[ParsedTable]:
    """Tables of one kind that follow each other as one: counts are told by kind."""
    joined: list[ParsedTable] = []
    for _, group in groupby(tables, key=lambda table: (table.kind, tuple(table.columns))):
        first, *others = group
        rows = [row for table in (first, *others) for row in table.rows]
        problems = [problem for table in (first, *others) for problem in table.problems]
        joined.append(replace(first, rows=rows, problems=tuple(problems)) if others else first)
    return joined

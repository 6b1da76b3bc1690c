"""One sheet, a few thousand rows at a time, with faulty formulas marked and merges filled.

Runs in the worker. Rows are never held all at once: 200,000 rows of 20 texts take 500 MB twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, cast

from handlers.importing.limits import Limits
from handlers.importing.workbook_safety import Unsafe

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Put = Callable[[object], None]
Marks = Mapping[tuple[int, int], str]
Row = list[object]

_CHUNK_ROWS = 2_000
_CELL_CHARS = 12_000
_MOST_MERGES_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a sheet's cells are: `width` columns from `left` on, rows 0 to `height`."""

    left: int
    width: int
    height: int


def put_sheet(sheet: CalamineSheet, marks: Marks, limits: Limits, rows_left: int, put: Put) -> int:
    """Send a sheet by columns, its merges last; gives back how many rows have content."""
    frame = _frame(sheet, marks, limits)
    merges = _Merges.of(sheet.merged_cell_ranges or [], frame)
    put({"sheet": sheet.name, "first_column": frame.left, "width": frame.width})
    rows = _marked(sheet, marks, frame) if marks else cast("Iterator[Row]", sheet.iter_rows())
    blank: Row = [""] * frame.width
    filled = at = 0
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        filled += sum(1 for row in chunk if row != blank)
        if filled > rows_left + limits.header_rows:
            raise Unsafe("import.file.too_many_rows", most=limits.rows)
        if merges.starting:
            for number, row in enumerate(chunk, start=at):
                if row != blank:
                    merges.fill(number, row)
        put([_shortened(column) for column in zip(*chunk, strict=True)])
        at += len(chunk)
    put({"merged": merges.told})
    return filled


def _frame(sheet: CalamineSheet, marks: Marks, limits: Limits) -> _Frame:
    columns = [column for _row, column in marks]
    height = max((row + 1 for row, _column in marks), default=0)
    if sheet.start is not None and sheet.end is not None:
        columns += [sheet.start[1], sheet.end[1]]
        if height > sheet.end[0] + 1 + limits.rows:
            raise Unsafe("import.file.too_many_rows", most=limits.rows)
        height = max(height, sheet.end[0] + 1)
    left = min(columns, default=0)
    width = max(columns, default=-1) + 1 - left
    if width > limits.columns:
        raise Unsafe("import.file.too_many_columns", most=limits.columns)
    return _Frame(left, width, height)


def _marked(sheet: CalamineSheet, marks: Marks, frame: _Frame) -> Iterator[Row]:
    """Rows as wide as the frame, the marks written over the empty cells that stand for them."""
    by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (number, column), mark in marks.items():
        by_row[number].append((column - frame.left, mark))
    before = (sheet.start[1] if sheet.start else frame.left) - frame.left
    below = repeat(cast("Row", []))
    for number, cells in enumerate(
        islice(chain(cast("Iterator[Row]", sheet.iter_rows()), below), frame.height)
    ):
        row: Row = [""] * before + list(cells)
        row.extend([""] * (frame.width - len(row)))
        for column, mark in by_row.get(number, ()):
            if row[column] == "":
                row[column] = mark
        yield row


@dataclass(slots=True)
class _Merges:
    """Ranges merged downwards: the value of their first row counts for each row with content."""

    starting: Mapping[int, list[tuple[int, int, int]]]
    left: int
    told: list[list[int]] = field(default_factory=list)
    _open: list[tuple[int, int, object]] = field(default_factory=list)

    @classmethod
    def of(
        cls, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], frame: _Frame
    ) -> _Merges:
        starting: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for (top, first), (bottom, last) in ranges:
            bottom = min(bottom, frame.height - 1)
            if bottom > top and 0 <= first - frame.left < frame.width:
                starting[top].append((first - frame.left, bottom, last))
        return cls(starting, frame.left)

    def fill(self, number: int, row: Row) -> None:
        """Fill the empty cells of a row from ranges that began above, then begin its own."""
        if self._open:
            self._open = [area for area in self._open if area[0] >= number]
            for _bottom, column, value in self._open:
                if row[column] == "":
                    row[column] = value
        for column, bottom, last in self.starting.get(number, ()):
            if row[column] != "":
                self._open.append((bottom, column, row[column]))
                if len(self.told) < _MOST_MERGES_TOLD:
                    self.told.append([number, column + self.left, bottom, last])


def _shortened(column: Sequence[object]) -> Sequence[object]:
    """Truth values as the texts that spreadsheets show, endless texts cut where they are refused.

    Nearly all columns have neither and stay as they are.
    """
    kinds = set(map(type, column))
    if bool not in kinds and (
        str not in kinds or len(max((c for c in column if type(c) is str), key=len)) <= _CELL_CHARS
    ):
        return column
    return [_short(cell) for cell in column]


def _short(cell: object) -> object:
    if type(cell) is bool:
        return "TRUE" if cell else "FALSE"
    return cell[:_CELL_CHARS] if type(cell) is str else cell

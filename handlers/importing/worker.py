"""Reads one untrusted workbook in a process of its own, bounded in memory and time.

Started by `sandbox` by its path with the limits as its argument and the file on stdin; answers
with JSON lines. It holds no secret, opens nothing else and writes nothing but its answer.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from handlers.importing.limits import Limits

_CHUNK_ROWS = 2_000
_CELL_CHARS = 12_000


def _bound(limits: Limits) -> None:
    """Bound this process for good; a platform that lacks a bound still has the clock outside."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


class _Answer:
    """The JSON lines of the answer, bounded in size."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._encode = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_marker()
        ).encode

    def put(self, line: object) -> None:
        from handlers.importing.workbook_safety import Unsafe

        text = self._encode(line)
        self._left -= len(text)
        if self._left < 0:
            raise Unsafe("import.file.too_large_inside")
        sys.stdout.write(text + "\n")


def _marker() -> Callable[[object], str]:
    """Turns dates into marked texts, anything else that JSON does not know into plain text."""
    from handlers.importing.raw import DATE_MARK, MOMENT_MARK

    known: dict[object, str] = {}

    def mark(cell: object) -> str:
        text = known.get(cell)
        if text is None:
            if isinstance(cell, dt.datetime):
                text = MOMENT_MARK + cell.isoformat(timespec="seconds")
            elif isinstance(cell, dt.date):
                text = DATE_MARK + cell.isoformat()
            else:
                text = str(cell)
            if len(known) < 50_000:
                known[cell] = text
        return text

    return mark


def _read(content: bytes, limits: Limits, put: Callable[[object], None]) -> None:
    from python_calamine import CalamineError, PasswordError, load_workbook

    from handlers.importing.formats import is_zip
    from handlers.importing.workbook_safety import Unsafe, open_archive, verify_parts
    from handlers.importing.workbook_scan import WorkbookMap, map_workbook, marks_of_sheet

    kind = "xls"
    found = WorkbookMap()
    marks: dict[str, dict[tuple[int, int], str]] = {}
    if is_zip(content):
        archive, kind = open_archive(content, limits)
        if kind == "xlsx":
            found = map_workbook(archive)
            verify_parts(archive, limits, but=set(found.parts.values()))
            for name, part in found.parts.items():
                marks[name] = marks_of_sheet(archive, part)
        else:
            verify_parts(archive, limits)
    try:
        book = load_workbook(BytesIO(content))
    except PasswordError:
        raise Unsafe("import.file.password") from None
    except CalamineError:
        raise Unsafe("import.file.damaged") from None
    if len(book.sheet_names) > limits.sheets:
        raise Unsafe("import.file.too_many_sheets", most=limits.sheets)
    put({"format": kind, "epoch_1904": found.epoch_1904})
    _read_sheets(book, marks, limits, put)


def _read_sheets(
    book: CalamineWorkbook,
    marks: dict[str, dict[tuple[int, int], str]],
    limits: Limits,
    put: Callable[[object], None],
) -> None:
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    from handlers.importing.workbook_safety import Unsafe

    filled = 0
    for meta in book.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        if meta.visible is not SheetVisibleEnum.Visible:
            put({"hidden": meta.name})
            continue
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except CalamineError:
            raise Unsafe("import.file.damaged") from None
        sheet_marks = marks.get(meta.name, {})
        if sheet.start is None and not sheet_marks:
            put({"empty": meta.name})
            continue
        filled += _put_sheet(sheet, sheet_marks, limits, limits.rows - filled, put)


def _put_sheet(
    sheet: CalamineSheet,
    marks: dict[tuple[int, int], str],
    limits: Limits,
    rows_left: int,
    put: Callable[[object], None],
) -> int:
    """Send one sheet by columns; gives back how many of its rows have content."""
    from handlers.importing.workbook_safety import Unsafe

    left = sheet.start[1] if sheet.start else 0
    rows = cast("list[list[object]]", list(sheet.iter_rows()))
    width = max(map(len, rows), default=0)
    if marks:
        left, width = _put_marks(rows, marks, left, width, limits)
    if width > limits.columns:
        raise Unsafe("import.file.too_many_columns", most=limits.columns)
    blank = [""] * width
    filled = sum(1 for row in rows if row != blank)
    if filled > rows_left + limits.header_rows:
        raise Unsafe("import.file.too_many_rows", most=limits.rows)
    merged = _fill_merged(rows, left, width, sheet.merged_cell_ranges or [])
    put({"sheet": sheet.name, "first_column": left, "width": width, "merged": merged[:10_000]})
    for start in range(0, len(rows), _CHUNK_ROWS):
        chunk = rows[start : start + _CHUNK_ROWS]
        put([_shortened(column) for column in zip(*chunk, strict=True)])
    return filled


def _shortened(column: tuple[object, ...]) -> Sequence[object]:
    kinds = set(map(type, column))
    if bool not in kinds and (
        str not in kinds or len(max((c for c in column if type(c) is str), key=len)) <= _CELL_CHARS
    ):
        return column
    return [
        ("TRUE" if cell else "FALSE")
        if type(cell) is bool
        else cell[:_CELL_CHARS]
        if type(cell) is str and len(cell) > _CELL_CHARS
        else cell
        for cell in column
    ]


def _put_marks(
    rows: list[list[object]],
    marks: dict[tuple[int, int], str],
    left: int,
    width: int,
    limits: Limits,
) -> tuple[int, int]:
    """Write the marks of faulty formulas over the empty cells that stand for them."""
    from handlers.importing.workbook_safety import Unsafe

    first = min(left, *(column for _row, column in marks)) if rows else min(c for _r, c in marks)
    last = max(left + width - 1, *(column for _row, column in marks))
    bottom = max(len(rows) - 1, *(row for row, _column in marks))
    if last - first >= limits.columns:
        raise Unsafe("import.file.too_many_columns", most=limits.columns)
    if bottom > len(rows) + limits.rows:
        raise Unsafe("import.file.too_many_rows", most=limits.rows)
    width_now = last - first + 1
    for row in rows:
        row[:0] = [""] * (left - first)
        row.extend([""] * (width_now - len(row)))
    rows.extend([""] * width_now for _ in range(bottom + 1 - len(rows)))
    for (row_number, column), mark in marks.items():
        if rows[row_number][column - first] == "":
            rows[row_number][column - first] = mark
    return first, width_now


def _fill_merged(
    rows: list[list[object]],
    left: int,
    width: int,
    ranges: list[tuple[tuple[int, int], tuple[int, int]]],
) -> list[list[int]]:
    """Repeat a value that was merged downwards on each row that has anything else on it."""
    merged = []
    filled_rows: list[bool] | None = None
    for (top, first), (bottom, last) in ranges:
        column = first - left
        bottom = min(bottom, len(rows) - 1)
        if bottom <= top or not 0 <= column < width or rows[top][column] == "":
            continue
        if filled_rows is None:
            blank = [""] * width
            filled_rows = [row != blank for row in rows]
        merged.append([top, first, bottom, last])
        for number in range(top + 1, bottom + 1):
            if filled_rows[number] and rows[number][column] == "":
                rows[number][column] = rows[top][column]
    return merged


def _limits(argument: str) -> Limits:
    from handlers.importing.limits import Limits

    given = json.loads(argument)
    return Limits(**{field.name: given[field.name] for field in fields(Limits)})


def _enter_package() -> None:
    """Make `handlers.importing` importable without running `handlers/__init__`.

    That module loads every command of the bot, which this process neither needs nor may see.
    """
    root = Path(__file__).resolve().parents[2]
    for name in ("handlers", "scoring"):
        package = types.ModuleType(name)
        package.__path__ = [str(root / name)]
        sys.modules[name] = package


def main() -> None:
    """Answer for the file on stdin."""
    gc.disable()  # one file, then it ends
    _enter_package()
    limits = _limits(sys.argv[1])
    _bound(limits)
    from handlers.importing.workbook_safety import Unsafe

    answer = _Answer(limits.output_bytes)
    try:
        _read(sys.stdin.buffer.read(), limits, answer.put)
        answer.put({"end": True})
    except Unsafe as refusal:
        sys.stdout.write(json.dumps({"refused": refusal.key, "params": refusal.params}) + "\n")
    except MemoryError:
        sys.stdout.write('{"refused":"import.file.too_large_inside","params":{}}\n')
    sys.stdout.flush()


if __name__ == "__main__":
    main()

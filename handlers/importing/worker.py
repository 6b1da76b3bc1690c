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
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

    from handlers.importing.limits import Limits


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

    from handlers.importing.sheet_stream import put_sheet
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
        filled += put_sheet(sheet, sheet_marks, limits, limits.rows - filled, put)


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

"""What the fast reader does not tell of an xlsx: failed and never calculated formulas.

The reader gives an empty cell for both, and an empty end date means something. Runs in the worker.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from handlers.importing.raw import ERROR_MARK, UNCALCULATED
from handlers.importing.workbook_safety import UNREADABLE, Unsafe, declares_entities

MOST_MARKS = 100_000
# A formula without text of its own (`<f si="0"/>`) shares that of another one, which has an end.
_FORMULA_ENDS = (b"</f>", b":f>")

# No pattern can cross a "<" it does not name, so each stays linear on any input.
_CELL = rb"<(?:\w{1,20}:)?c\b([^<>]*)>\s*"
_FORMULA = rb"<(?:\w{1,20}:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w{1,20}:)?f>)\s*"
_NO_VALUE = rb"(?:<(?:\w{1,20}:)?v\s*/>|<(?:\w{1,20}:)?v>\s*</(?:\w{1,20}:)?v>)?\s*"
_UNCALCULATED = re.compile(_CELL + _FORMULA + _NO_VALUE + rb"</(?:\w{1,20}:)?c>")
_FAILED = re.compile(
    _CELL + rb"(?:" + _FORMULA + rb")?<(?:\w{1,20}:)?v[^<>]*>\s*(#[^<]{1,30}?)\s*</"
)
_REFERENCE = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")


@dataclass(slots=True)
class WorkbookMap:
    """Sheet name to the path of its part, and whether days count from 1904."""

    parts: dict[str, str] = field(default_factory=dict)
    epoch_1904: bool = False


def map_workbook(archive: zipfile.ZipFile) -> WorkbookMap:
    """The parts behind the sheets' names."""
    found = WorkbookMap()
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def on_workbook(tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "sheet":
                link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                sheets[attributes.get("name", "")] = link
            case "workbookPr":
                found.epoch_1904 = attributes.get("date1904", "0") in ("1", "true", "on")

    def on_link(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _walk(archive, "xl/workbook.xml", on_workbook)
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        _walk(archive, "xl/_rels/workbook.xml.rels", on_link)
    for name, link in sheets.items():
        target = targets.get(link, "")
        path = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if target and path in archive.namelist():
            found.parts[name] = path
    return found


def _walk(
    archive: zipfile.ZipFile, part: str, on_start: Callable[[str, dict[str, str]], None]
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = on_start

    def refuse(*_: object) -> None:
        raise Unsafe("import.file.entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(archive.read(part), True)
    except (expat.ExpatError, *UNREADABLE):
        raise Unsafe("import.file.damaged") from None


def marks_of_sheet(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], str]:
    """Row and column (from 0) of every faulty formula, with the mark that goes there."""
    try:
        xml = archive.read(part)
    except UNREADABLE:
        raise Unsafe("import.file.damaged") from None
    if declares_entities(xml):
        raise Unsafe("import.file.entities")
    marks: dict[tuple[int, int], str] = {}
    if any(end in xml for end in _FORMULA_ENDS):
        for match in _UNCALCULATED.finditer(xml):
            kind = _TYPE.search(match[1])
            # An empty text is a result (t="str"); no result at all has no type.
            if kind is None or kind[1] not in (b"str", b"inlineStr", b"s"):
                _mark(marks, match[1], UNCALCULATED)
    if b't="e"' in xml or b"t='e'" in xml:
        for match in _FAILED.finditer(xml):
            kind = _TYPE.search(match[1])
            if kind is not None and kind[1] == b"e":
                _mark(marks, match[1], ERROR_MARK + match[2].decode("utf-8", "replace"))
    return marks


def _mark(marks: dict[tuple[int, int], str], attributes: bytes, mark: str) -> None:
    reference = _REFERENCE.search(attributes)
    if reference is None or len(marks) >= MOST_MARKS:
        raise Unsafe("import.file.uncalculated")
    column = 0
    for letter in reference[1].upper():
        column = column * 26 + letter - 64
    marks[int(reference[2]) - 1, column - 1] = mark

"""Tables that are text: separated values and JSON lines. Read in this process, row by row."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from handlers.importing.limits import Limits
from handlers.importing.raw import RawCell, RawSheet
from scoring.errors import BadArgument

DELIMITERS = ",;\t|"
_SNIFFED_LINES = 20
_CHUNK = 2_000


def read_separated(text: str, name: str, limits: Limits) -> tuple[RawSheet, str]:
    """A CSV or TSV file as one sheet, and its delimiter. Rows count as a spreadsheet's do."""
    text, delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _sheet(name, _checked(rows), limits), delimiter


def _checked(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 1
    try:
        for row in rows:
            yield row
            number += 1
    except csv.Error as wrong:
        key = "import.file.quote"
        if "field larger" in str(wrong):
            key = "import.file.long_field"
        raise BadArgument(key, row=number) from None


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter that gives the most even rows; `sep=;` in the first line decides."""
    first, _, rest = text.partition("\n")
    said = first.strip().strip('"').lower()
    if said.startswith("sep=") and len(said) == 5:
        return "\n" + rest, said[4]
    head = "\n".join(text[: 64 * 1024].splitlines()[:_SNIFFED_LINES])
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter))
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
            if (count, width) > best_score:
                best, best_score = delimiter, (count, width)
    return text, best


def read_json_lines(text: str, name: str, limits: Limits) -> RawSheet:
    """One object a line; the header is every key in order of appearance. Rows count as lines."""
    keys: dict[str, int] = {}
    rows: list[list[RawCell]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if number > limits.rows + 1 and line.strip():
            raise BadArgument("import.file.too_many_rows", most=limits.rows)
        row: list[RawCell] = [""] * len(keys)
        for key, value in _object(line, number).items():
            position = keys.setdefault(key.strip(), len(keys))
            if position >= limits.columns:
                raise BadArgument("import.file.too_many_columns", most=limits.columns)
            row.extend([""] * (position + 1 - len(row)))
            row[position] = json_cell(value, number)
        rows.append(row)
    header: list[RawCell] = list(keys)
    sheet = _sheet(name, iter([header, *rows]), limits)
    sheet.first_row = 0
    return sheet


def _object(line: str, number: int) -> dict[str, object]:
    if not line.strip():
        return {}
    try:
        value = json.loads(line, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadArgument("import.file.json_line", row=number)
    return value


def json_cell(value: object, number: int) -> RawCell:
    """A value of JSON as a spreadsheet would hold it; BadArgument when it is nested."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value.replace("\0", "")
        case int():
            return value if abs(value) < 10**15 else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case list() if all(isinstance(item, str | int | float) for item in value):
            return ";".join(str(item) for item in value).replace("\0", "")
    raise BadArgument("import.file.json_nested", row=number)


def _sheet(
    name: str, rows: Iterator[list[RawCell]] | Iterator[list[str]], limits: Limits
) -> RawSheet:
    """Rows of any width as columns of equal length; stops at the first row too many."""
    columns: list[list[RawCell]] = []
    height = filled = 0
    chunk: list[list[RawCell]] = []

    def flush() -> None:
        nonlocal height
        for position, cells in enumerate(zip_longest(*chunk, fillvalue="")):
            if position == len(columns):
                columns.append([""] * height)
            columns[position].extend(cells)
        height += len(chunk)
        for column in columns:
            column.extend([""] * (height - len(column)))
        chunk.clear()

    for row in rows:
        if len(row) > limits.columns:
            if any(cell != "" for cell in row[limits.columns :]):
                raise BadArgument("import.file.too_many_columns", most=limits.columns)
            row = row[: limits.columns]
        if row:
            filled += 1
            if filled > limits.rows + limits.header_rows:
                raise BadArgument("import.file.too_many_rows", most=limits.rows)
        chunk.append(row)  # type: ignore[arg-type]
        if len(chunk) == _CHUNK:
            flush()
    flush()
    return RawSheet(name, columns)

"""A copy of the file that was brought, with every refused or doubtful cell marked and explained.

Written from the cells, not from the original's markup, so that nothing hostile travels on: text
stays text, whatever it starts with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from handlers.importing.cell_reading import plain_text
from handlers.importing.intake import read_book
from handlers.importing.limits import DEFAULT_LIMITS, Limits
from handlers.importing.parsed import ParsedFile, ParsedTable
from handlers.importing.raw import (
    DATE_MARK,
    ERROR_MARK,
    MARK,
    MOMENT_MARK,
    RawCell,
    RawSheet,
)
from handlers.importing.texts import clean_line, clean_note
from scoring.errors import RowProblem

_REFUSED_FILL = "FFC7CE"
_NOTICE_FILL = "FFF2CC"
_CELL_CHARS = 32_767  # Excel's own bound
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def annotate(
    source: Path | str | bytes,
    filename: str,
    parsed: ParsedFile,
    sentence: Callable[[RowProblem], str],
    *,
    title: str,
    more_problems: Iterable[RowProblem] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The annotated copy as the bytes of an xlsx; `title` heads the column of sentences.

    `more_problems` are refusals that only the book could find. Rows keep their numbers.
    """
    from openpyxl import Workbook

    book, _ = read_book(source, filename, limits)
    tables = {table.sheet: table for table in parsed.tables}
    found = _by_row([*parsed.problems, *more_problems])
    doubtful = _by_row(parsed.row_notices)
    copy = Workbook(write_only=True)
    for sheet in book.sheets:
        table = tables.get(sheet.name) or (parsed.tables[0] if "" in tables else None)
        name = table.sheet if table else sheet.name
        page = copy.create_sheet(_safe_title(sheet.name))
        writer = _PageWriter(page, sheet, table, title)
        writer.write(found.get(name, {}), doubtful.get(name, {}), sentence)
    out = BytesIO()
    copy.save(out)
    return out.getvalue()


_ByRow = dict[str, dict[int, list[RowProblem]]]


def _by_row(problems: Iterable[RowProblem]) -> _ByRow:
    rows: _ByRow = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        rows[problem.sheet][problem.row].append(problem)
    return rows


def _safe_title(name: str) -> str:
    kept = "".join(" " if character in "[]:*?/\\" else character for character in name)
    return clean_note(kept)[0][:31].strip("'") or "Sheet"


class _PageWriter:
    """One sheet of the copy."""

    def __init__(self, page: Any, sheet: RawSheet, table: ParsedTable | None, title: str) -> None:
        from openpyxl.styles import Font, PatternFill

        self._page = page
        self._sheet = sheet
        self._table = table
        self._title = title
        self._bold = Font(bold=True)
        self._refused = PatternFill("solid", fgColor=_REFUSED_FILL)
        self._notice = PatternFill("solid", fgColor=_NOTICE_FILL)

    def write(
        self,
        problems: dict[int, list[RowProblem]],
        notices: dict[int, list[RowProblem]],
        sentence: Callable[[RowProblem], str],
    ) -> None:
        """Every row of the sheet, its sentences in one more column at the right."""
        sheet, table = self._sheet, self._table
        header_row = table.header_row if table else -1
        places = self._columns_by_header(header_row)
        self._page.column_dimensions[_letters(len(sheet.columns))].width = 60
        for position in range(sheet.height):
            number = position + sheet.first_row
            raw = [column[position] for column in sheet.columns]
            refused, doubtful = problems.get(number, []), notices.get(number, [])
            fills = {
                **{places[n.column]: self._notice for n in doubtful if n.column in places},
                **{places[p.column]: self._refused for p in refused if p.column in places},
            }
            cells = [self._cell(cell, fills.get(at)) for at, cell in enumerate(raw)]
            if number == header_row:
                cells.append(self._styled(self._title, None, bold=True))
            elif refused or doubtful:
                text = "\n".join(dict.fromkeys(sentence(told) for told in [*refused, *doubtful]))
                cells.append(self._styled(text, self._refused if refused else self._notice))
            self._page.append(cells)

    def _columns_by_header(self, header_row: int) -> dict[str, int]:
        position = header_row - self._sheet.first_row
        if not 0 <= position < self._sheet.height:
            return {}
        headers: Sequence[RawCell] = [column[position] for column in self._sheet.columns]
        return {clean_line(plain_text(header, []))[0]: at for at, header in enumerate(headers)}

    def _cell(self, raw: RawCell, fill: Any) -> object:
        value = _shown(raw)
        risky = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        if fill is None and not risky:
            return value
        return self._styled(value, fill)

    def _styled(self, value: object, fill: Any, *, bold: bool = False) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell: Any = WriteOnlyCell(self._page)
        cell.value = value
        if isinstance(value, str):
            # A text that looks like a formula is shown, never run, even when it is edited.
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(_FORMULA_STARTS)
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        if fill is not None:
            cell.fill = fill
        if bold:
            cell.font = self._bold
        return cell


def _shown(raw: RawCell) -> object:
    if not isinstance(raw, str):
        return raw
    if raw.startswith((DATE_MARK, MOMENT_MARK)):
        moment = datetime.fromisoformat(raw[2:])
        return moment.date() if raw.startswith(DATE_MARK) else moment
    if raw.startswith(ERROR_MARK):
        return raw[2:]
    if raw.startswith(MARK) or raw == "":
        return None
    return clean_note(raw)[0][:_CELL_CHARS]


def _letters(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index + 1))

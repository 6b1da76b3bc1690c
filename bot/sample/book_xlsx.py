"""Contracts as the spreadsheet that an office keeps, to try the import with."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.sample.book import SampleBook
from bot.sample.vocabulary import Row, spreadsheet
from scoring.model import Locale

HEALTH = ("signals", "tickets", "payments")
"""Kinds of rows that are written beside the contracts; their files are called so."""

Cell = str | int | Decimal | date | None


def write_xlsx(path: Path, rows: Sequence[Row], locale: Locale = Locale.ZH) -> None:
    """The contracts as one sheet with real dates and numbers, headed in the language.

    Columns that are empty in every row are left out. An existing file is replaced.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    columns = _columns(rows, locale)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(spreadsheet(locale)["sheet"])
    sheet.append([header for _, header in columns])
    for row in rows:
        sheet.append([_cell(column, row[column], locale) for column, _ in columns])
    for head in sheet[1]:
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", start_color="DDE8F0")
        head.alignment = Alignment(horizontal="center")
    for number, (column, header) in enumerate(columns, start=1):
        texts = [header, *(row[column] for row in rows)]
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(40, 3 + max(map(_width, texts)))
        for cell in sheet[letter][1:]:
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
            elif column == "arr":
                cell.number_format = "#,##0"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)


def write_csv(path: Path, rows: Sequence[Row], locale: Locale = Locale.EN) -> None:
    """The contracts as comma-separated text that Excel opens as UTF-8, headed in the language."""
    columns = _columns(rows, locale)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header for _, header in columns])
        for row in rows:
            writer.writerow([_word(row[column], locale) for column, _ in columns])


def write_beside(path: Path, book: SampleBook) -> None:
    """What health lives on beside the sheet of contracts: signals, tickets and payments."""
    for name in HEALTH:
        rows: list[Row] = getattr(book, name)
        with (path.parent / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _columns(rows: Sequence[Row], locale: Locale) -> list[tuple[str, str]]:
    headers = spreadsheet(locale)["headers"]
    return [(column, header) for column, header in headers.items() if any(r[column] for r in rows)]


def _cell(column: str, text: str, locale: Locale) -> Cell:
    if not text:
        return None
    if column.endswith("_on"):
        return date.fromisoformat(text)
    if column in ("seats", "notice_days"):
        return int(text)
    return Decimal(text) if column == "arr" else _word(text, locale)


def _word(text: str, locale: Locale) -> str:
    words: dict[str, str] = spreadsheet(locale)["cells"]
    return words.get(text, text)


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)

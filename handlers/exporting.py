"""The book as a spreadsheet that the import reads back without a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from handlers.importing.header_words import HEADER_WORDS
from messages.i18n import Phrasebook
from scoring.model import Locale, Person
from scoring.permissions import Field, PlaceScope, reach_of, sees
from storage.transaction import Tx
from storage.views.export import SHEETS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Text that a spreadsheet would run (reliability.md, injection): stored as text."""

_AMOUNTS = frozenset({"arr", "amount", "new_arr"})
_DETAILS = frozenset({"email", "phone"})


async def export_book(
    tx: Tx, viewer: Person, phrases: Phrasebook, *, operator: bool = False
) -> tuple[bytes, dict[str, int]]:
    """An xlsx of what the viewer may read, with the number of rows per sheet.

    Amounts, notes and contact details are left empty where the viewer may not see them.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    counts: dict[str, int] = {}
    reach = None if operator else reach_of(viewer)
    for kind, columns in SHEETS.items():
        page = book.create_sheet(phrases.t(f"import.kind.{kind}"))
        page.freeze_panes = "A2"
        header = []
        for column in columns:
            cell = WriteOnlyCell(page, value=heading(kind, column, phrases.locale))
            cell.font = Font(bold=True)
            header.append(cell)
        page.append(header)
        counts[kind] = 0
        async for row in tx.exports.rows(kind, reach):
            hidden = set() if operator else _hidden(viewer, row)
            page.append([None if name in hidden else _cell(page, row[name]) for name in columns])
            counts[kind] += 1
    out = BytesIO()
    book.save(out)
    return out.getvalue(), counts


def heading(kind: str, column: str, locale: Locale) -> str:
    """A header that the import maps back to this column, in the reader's language."""
    if locale is Locale.ZH:
        words = HEADER_WORDS.get(f"{kind}.{column}") or HEADER_WORDS.get(column, "")
        first = words.split("|")[0]
        if first and not first.isascii():
            return first
    return column


def _hidden(viewer: Person, row: dict[str, Any]) -> set[str]:
    def shown(field: Field) -> bool:
        return sees(
            viewer,
            field,
            team=row["team_scope"],
            owner_id=row["owner_scope"],
            place=PlaceScope.DM,
            shared_amounts_allowed=False,
        )

    hidden: set[str] = set()
    if not shown(Field.AMOUNT):
        hidden |= _AMOUNTS
    if not shown(Field.NOTE):
        hidden.add("note")
    if not shown(Field.CONTACT_DETAILS):
        hidden |= _DETAILS
    return hidden


def _cell(page: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ";".join(map(str, value))
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        cell = WriteOnlyCell(page, value=value)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    return value

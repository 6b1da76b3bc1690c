"""The book as a spreadsheet that the import reads back without a change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from handlers.importing.own_sheets import chinese_header
from messages.cards.expansion import facts_of
from messages.i18n import Phrasebook
from scoring.errors import Refused
from scoring.model import Locale, LossReason, Movement, Person, Stage
from scoring.permissions import Field, PlaceScope, reach_of, sees
from storage.transaction import Tx
from storage.views.export import SHEETS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Text that a spreadsheet would run (reliability.md, injection): stored as text."""

_AMOUNTS = frozenset({"arr", "amount", "new_arr"})
_DETAILS = frozenset({"email", "phone"})


async def export_book(
    tx: Tx,
    viewer: Person,
    phrases: Phrasebook,
    *,
    operator: bool = False,
    most: int | None = None,
) -> tuple[bytes, dict[str, int]]:
    """An xlsx of what the viewer may read, with the number of rows per sheet.

    Amounts, notes and contact details are left empty where the viewer may not see them. Refused
    when that is more than `most` rows. Cells are written in a thread: they take far longer than
    reading them, and others want to be answered meanwhile.
    """
    reach = None if operator else reach_of(viewer)
    if most is not None and await tx.exports.more_than(most, reach):
        raise Refused("export.too_many", most=most)
    book = await asyncio.to_thread(_Workbook, phrases)
    for kind in SHEETS:
        await asyncio.to_thread(book.begin, kind)
        async for rows in tx.exports.batches(kind, reach):
            if kind == "expansions":
                rows = [told_expansion(row, phrases) for row in rows]
            await asyncio.to_thread(book.add, rows, None if operator else viewer)
    return await asyncio.to_thread(book.content), book.counts


def told_expansion(row: dict[str, Any], phrases: Phrasebook) -> dict[str, Any]:
    """A row of the list of expansions in the reader's words, for it is made to be read."""
    stage = Stage(row["stage"])
    reason = row["reason"]
    if reason:
        kind: type[Movement | LossReason] = Movement if stage is Stage.WON else LossReason
        reason = phrases.label(kind(reason)) if reason in set(kind) else reason
    decided_at = row["decided_at"]
    zone = phrases.zone or UTC
    return {
        **row,
        "code": f"E-{row['id']}",
        "stage": phrases.label(stage),
        "opened_on": row["opened_at"].astimezone(zone).date(),
        "decided_on": decided_at and decided_at.astimezone(zone).date(),
        "reason": reason,
        "why": "; ".join(facts_of(phrases, row["why"] or {})),
    }


class _Workbook:
    """The sheets as they are written; whoever calls decides in which thread."""

    def __init__(self, phrases: Phrasebook) -> None:
        from openpyxl import Workbook

        self.counts: dict[str, int] = {}
        self._phrases = phrases
        self._book = Workbook(write_only=True)

    def begin(self, kind: str) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        self._kind = kind
        self._page: Any = self._book.create_sheet(self._phrases.t(f"import.kind.{kind}"))
        self._page.freeze_panes = "A2"
        self.counts[kind] = 0
        header = []
        for column in SHEETS[kind]:
            cell = WriteOnlyCell(self._page, value=heading(kind, column, self._phrases.locale))
            cell.font = Font(bold=True)
            header.append(cell)
        self._page.append(header)

    def add(self, rows: Sequence[dict[str, Any]], viewer: Person | None) -> None:
        """Rows as `viewer` may see them; None is the operator, who sees everything."""
        columns = SHEETS[self._kind]
        for row in rows:
            hidden = set() if viewer is None else _hidden(viewer, row)
            self._page.append(
                [None if name in hidden else _cell(self._page, row[name]) for name in columns]
            )
        self.counts[self._kind] += len(rows)

    def content(self) -> bytes:
        out = BytesIO()
        self._book.save(out)
        return out.getvalue()


def heading(kind: str, column: str, locale: Locale) -> str:
    """A header that the import knows, in the reader's language."""
    if locale is Locale.ZH:
        first = chinese_header(kind, column)
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

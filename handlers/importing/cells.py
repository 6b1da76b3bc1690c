"""The cells of one column as typed values; each distinct content is read once.

Typed values by column type: NAME, CODE, NOTE, CURRENCY str · NAMES tuple of str · DATE date ·
MOMENT datetime · MONEY CellAmount · COUNT int · MEASURE float · RATE Decimal · YES_NO bool ·
CHOICE a member of an enum. An empty cell is None in all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.importing import cell_numbers, cell_texts, choices
from handlers.importing.amounts import UnreadableAmount
from handlers.importing.cell_reading import (
    CellContext,
    CellRefused,
    Fault,
    Reader,
    refuse_marked_fault,
    shorten,
)
from handlers.importing.columns import CellType, Presence
from handlers.importing.dates import UnreadableDate
from handlers.importing.raw import RawCell


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """One column read: a value per row (None where refused), refusals and notices by row."""

    values: list[object]
    refused: dict[int, Fault]
    notices: dict[int, Fault]


# Text in which nothing needs cleaning and nothing is marked: nearly every name and number.
_PLAIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff](?: ?[A-Za-z0-9\u4e00-\u9fff.,@&()（）·_/-]){0,200}")
_nothing = choices.stands_for_nothing


def read_column(cells: Sequence[RawCell], context: CellContext) -> ColumnReading:
    """All cells of a column. The work is per distinct content, the rest is look-up."""
    known: dict[RawCell, object] = {}
    refused: dict[RawCell, Fault] = {}
    noted: dict[RawCell, Fault] = {}
    plain_is_value = context.column.type in (CellType.NAME, CellType.CODE)
    for raw in set(cells):
        if plain_is_value and type(raw) is str and _PLAIN.fullmatch(raw) and not _nothing(raw):
            known[raw] = raw
            continue
        notices: list[Fault] = []
        try:
            known[raw] = _read_cell(raw, context, notices)
        except CellRefused as refusal:
            known[raw] = None
            refused[raw] = refusal.fault
        if notices:
            noted[raw] = notices[0]
    values = [known[raw] for raw in cells]
    return ColumnReading(values, _by_row(cells, refused), _by_row(cells, noted))


def _by_row(cells: Sequence[RawCell], faults: Mapping[RawCell, Fault]) -> dict[int, Fault]:
    if not faults:
        return {}
    return {row: faults[raw] for row, raw in enumerate(cells) if raw in faults}


def _read_cell(raw: RawCell, context: CellContext, notices: list[Fault]) -> object:
    if isinstance(raw, str):
        refuse_marked_fault(raw)
    elif not math.isfinite(raw):
        raise CellRefused("import.cell.number", value=str(raw))
    column = context.column
    try:
        value = _READERS[column.type](raw, context, notices)
    except UnreadableDate as wrong:
        shown = {name: _shown(word) for name, word in wrong.params.items()}
        raise CellRefused(wrong.key, **shown) from None
    except UnreadableAmount as wrong:
        raise CellRefused(wrong.key, value=shorten(raw)) from None
    if (value is None or value == ()) and column.presence is Presence.MUST:
        raise CellRefused("import.cell.missing")
    return value


def _shown(word: object) -> object:
    return shorten(word) if isinstance(word, str) else word


_READERS: Mapping[CellType, Reader] = {
    CellType.NAME: cell_texts.read_line,
    CellType.CODE: cell_texts.read_line,
    CellType.NOTE: cell_texts.read_note,
    CellType.NAMES: cell_texts.read_names,
    CellType.DATE: cell_numbers.read_day,
    CellType.MOMENT: cell_numbers.read_instant,
    CellType.MONEY: cell_numbers.read_money_cell,
    CellType.CURRENCY: cell_texts.read_currency,
    CellType.COUNT: cell_numbers.read_whole,
    CellType.MEASURE: cell_numbers.read_measure,
    CellType.RATE: cell_numbers.read_rate,
    CellType.YES_NO: cell_texts.read_yes_no,
    CellType.CHOICE: cell_texts.read_choice,
}

"""Numbers as they are written where a comma stands before the tenths: `1.234,56`, `1 234,5 %`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.importing.cell_reading import Fault, shorten
from handlers.importing.columns import CellType
from handlers.importing.raw import RawCell
from handlers.reading.digits import halfwidth

NUMBERS = frozenset({CellType.MONEY, CellType.COUNT, CellType.MEASURE, CellType.RATE})
"""The types whose cells are numbers."""

_WRITTEN = re.compile(
    r"(\D{0,8}?)(\d{1,3}(?:[. \u00a0\u202f\u2019']\d{3})+|\d{1,15})(?:,(\d{1,12}))?(\D{0,8})"
)


def with_points(cells: Sequence[RawCell]) -> tuple[list[RawCell], dict[int, Fault]]:
    """The same numbers with a point, and the rows whose text can be no such number (`12.5`).

    What is no number at all is left to whoever reads it.
    """
    made: list[RawCell] = []
    refused: dict[int, Fault] = {}
    for row, cell in enumerate(cells):
        text = halfwidth(cell).strip() if isinstance(cell, str) else ""
        found = _WRITTEN.fullmatch(text)
        if found is not None:
            before, whole, tenths, after = found.groups()
            digits = re.sub(r"\D", "", whole)
            made.append(f"{before}{digits}{f'.{tenths}' if tenths else ''}{after}")
            continue
        made.append(cell)
        if re.search(r"\d[.,]\d", text):
            refused[row] = Fault("import.cell.decimal_comma", {"value": shorten(text)})
    return made, refused

"""Cells as a file gives them, before anybody asked what they mean.

A raw cell is a text, a number, or one of the marked texts below. The marks start with NUL, which
no text of a spreadsheet can hold, so that dates and faults travel as plain JSON strings.
Truth values are the texts `TRUE` and `FALSE`, as spreadsheets show them; empty cells are "".
"""

from __future__ import annotations

from dataclasses import dataclass, field

RawCell = str | float | int

MARK = "\0"
DATE_MARK = "\0d"
MOMENT_MARK = "\0t"
ERROR_MARK = "\0e"
UNCALCULATED = "\0f"


@dataclass(frozen=True, slots=True)
class MergedRange:
    """Cells shown as one: rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class RawSheet:
    """One sheet by columns, all of equal length; `columns[0][0]` is in row `first_row`.

    `first_column` is the number (from 0) of the first column that is kept. `merged` are the
    ranges whose value was repeated downwards.
    """

    name: str
    columns: list[list[RawCell]]
    first_column: int = 0
    merged: tuple[MergedRange, ...] = ()
    epoch_1904: bool = False
    first_row: int = 1

    @property
    def height(self) -> int:
        """How many rows there are, blank ones included."""
        return len(self.columns[0]) if self.columns else 0


@dataclass(slots=True)
class RawBook:
    """All sheets of a file, and what the reader of the file has to be told about it."""

    format: str
    sheets: list[RawSheet]
    hidden: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    encoding: str = ""


def column_letters(index: int) -> str:
    """The name a spreadsheet gives to column `index` (from 0): A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""What a column is and what a kind of table is, as declarations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from handlers.importing.choices import Choices


class CellType(StrEnum):
    """How the cells of a column are read."""

    NAME = "name"
    CODE = "code"
    NOTE = "note"
    NAMES = "names"
    DATE = "date"
    MOMENT = "moment"
    MONEY = "money"
    CURRENCY = "currency"
    COUNT = "count"
    MEASURE = "measure"
    RATE = "rate"
    YES_NO = "yes_no"
    CHOICE = "choice"


class Presence(StrEnum):
    """Whether a sheet can do without the column, and a row without a value."""

    MUST = "must"
    COLUMN_MUST = "column_must"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a kind. `low` and `high` bound numbers, both included. `nothing` are words that
    say outright that there is no value (any more), where an empty cell only says nothing about it.

    The headers it is known by stand in `header_words`.
    """

    name: str
    type: CellType
    presence: Presence = Presence.MAY
    choices: Choices | None = None
    low: float | None = None
    high: float | None = None
    nothing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One kind of table: its columns and the columns that tell one row from another.

    An empty `key` means that any two rows that differ at all are two different things.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the kind has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def must_columns(self) -> tuple[str, ...]:
        """The columns a sheet of this kind cannot do without."""
        return tuple(c.name for c in self.columns if c.presence is not Presence.MAY)

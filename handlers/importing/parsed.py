"""What comes out of a file: typed rows, refused rows and what the reader should be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scoring.errors import RowProblem


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One good row. `row` counts as the spreadsheet does, from 1.

    `values` holds a field for every known column of the sheet, None where its cell is empty, so
    that an absent column changes nothing and an empty cell can. `custom` holds filled cells only.
    `cleared` are the fields of which the row says in words that there is nothing (any more).
    """

    row: int
    values: dict[str, object]
    custom: dict[str, str]
    notices: tuple[RowProblem, ...] = ()
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileNotice:
    """Something about a file or sheet as a whole; `key` and `params` name the sentence."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """One sheet of one kind. `columns` maps field to the header as it was written.

    `sheet` is empty for files with a single table. `problems` has every reason of every refused
    row; a refused row is not in `rows`.
    """

    kind: str
    sheet: str
    header_row: int
    columns: Mapping[str, str]
    custom_columns: tuple[str, ...]
    rows: list[ParsedRow]
    problems: tuple[RowProblem, ...] = ()

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len({problem.row for problem in self.problems})


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All tables of a file in the file's order; `format` is what it is, whatever its name says."""

    tables: tuple[ParsedTable, ...]
    notices: tuple[FileNotice, ...] = ()
    format: str = ""

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Why rows are refused, all tables in order."""
        return tuple(problem for table in self.tables for problem in table.problems)

    @property
    def refused(self) -> int:
        """How many rows are refused in all tables."""
        return sum(table.refused for table in self.tables)

    @property
    def row_notices(self) -> Iterable[RowProblem]:
        """What is doubtful about rows that were accepted."""
        return (notice for table in self.tables for row in table.rows for notice in row.notices)

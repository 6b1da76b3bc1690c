"""A table while it is being read: typed columns, and which rows are refused or doubtful."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from handlers.importing.cell_reading import Fault
from handlers.importing.columns import KindSpec
from handlers.importing.parsed import FileNotice
from scoring.errors import RowProblem


@dataclass(slots=True)
class TableDraft:
    """Rows as they are typed and judged. Positions count from 0; `numbers` are the file's rows.

    `values` maps a field to one value per row; `headers` maps it to its header as written.
    """

    spec: KindSpec
    sheet: str
    default_currency: str
    numbers: list[int]
    headers: dict[str, str]
    values: dict[str, list[object]]
    custom: dict[str, list[str]]
    problems: dict[int, list[RowProblem]] = field(default_factory=lambda: defaultdict(list))
    notices: dict[int, list[RowProblem]] = field(default_factory=lambda: defaultdict(list))
    dropped: set[int] = field(default_factory=set)
    cleared: dict[int, frozenset[str]] = field(default_factory=dict)
    file_notices: list[FileNotice] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many rows there are, refused ones included."""
        return len(self.numbers)

    def header(self, name: str) -> str:
        """The header of a field as written, its canonical name where the sheet has none."""
        return self.headers.get(name, name)

    def refuse(self, row: int, column: str, key: str, **params: object) -> None:
        """Refuse the row at position `row`; `column` is a field."""
        self.refuse_for(row, self.header(column), Fault(key, params))

    def refuse_for(self, row: int, header: str, fault: Fault) -> None:
        """Refuse the row for a cell under `header`."""
        self.problems[row].append(self._problem(row, header, fault))

    def notice(self, row: int, column: str, key: str, **params: object) -> None:
        """Tell something about an accepted row; `column` is a field."""
        self.notice_for(row, self.header(column), Fault(key, params))

    def notice_for(self, row: int, header: str, fault: Fault) -> None:
        """Tell something about a cell under `header`."""
        self.notices[row].append(self._problem(row, header, fault))

    def tell(self, key: str, **params: object) -> None:
        """Tell something about the sheet as a whole."""
        self.file_notices.append(FileNotice(key, params, self.sheet))

    def _problem(self, row: int, header: str, fault: Fault) -> RowProblem:
        params = {"column": header, **fault.params}
        return RowProblem(self.numbers[row], header, fault.key, params, self.sheet)

"""What the tests of the import share: reading a table from text and telling what came out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from handlers.importing.dates import DateOrder
from handlers.importing.intake import read_file
from handlers.importing.parsed import ParsedFile, ParsedTable
from scoring.errors import RowProblem


def read_rows(
    *rows: Sequence[str],
    kind: str | None = "contracts",
    order: DateOrder | None = None,
    currency: str = "CNY",
) -> ParsedTable:
    """The table of a tab-separated file with these rows."""
    text = "\n".join("\t".join(row) for row in rows)
    parsed = read_file(
        text.encode(), "table.tsv", kind=kind, date_order=order, default_currency=currency
    )
    return parsed.tables[0]


def read_cell(header: str, cell: str, *, kind: str = "contracts", **more: Any) -> object:
    """The value of one cell below `header`; the key of the sentence when it is refused."""
    must = {"contracts": ["客户", "到期日"], "signals": ["客户", "信号", "日期", "值"]}[kind]
    filled = {
        "客户": "星河",
        "到期日": "2026-12-31",
        "信号": "temperature",
        "日期": "2026-01-01",
        "值": "1",
    }
    headers = [name for name in must if name != header] + [header]
    table = read_rows(
        headers, [cell if name == header else filled[name] for name in headers], kind=kind, **more
    )
    if table.problems:
        return table.problems[0].key
    field = next(name for name, written in table.columns.items() if written == header)
    return table.rows[0].values[field]


def plain(value: object) -> object:
    """A typed value as JSON can hold it."""
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return str(value)
        case date() | datetime():
            return value.isoformat()
        case tuple():
            return [plain(item) for item in value]
    return value


def told(parsed: ParsedFile) -> dict[str, Any]:
    """Everything that came out of a file, as the golden JSON files write it down."""
    return {
        "format": parsed.format,
        "notices": sorted(notice.key for notice in parsed.notices),
        "tables": [
            {
                "kind": table.kind,
                "sheet": table.sheet,
                "header_row": table.header_row,
                "good": len(table.rows),
                "refused": table.refused,
                "custom_columns": list(table.custom_columns),
                "problems": [_line(problem) for problem in table.problems],
                "row_notices": [_line(notice) for row in table.rows for notice in row.notices],
                "rows": {
                    str(row.row): {
                        **{k: plain(v) for k, v in row.values.items() if v is not None},
                        **row.custom,
                    }
                    for row in table.rows
                },
            }
            for table in parsed.tables
        ],
    }


def _line(problem: RowProblem) -> str:
    return f"{problem.row} {problem.column} {problem.key}"

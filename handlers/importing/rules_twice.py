"""Rows that say the same thing twice, and rows that contradict each other."""

from __future__ import annotations

from handlers.importing.table_draft import TableDraft
from handlers.importing.texts import folded


def drop_copies(draft: TableDraft) -> None:
    """Of rows that are alike in every cell the first one counts; the others are told with it."""
    columns = [*draft.values.values(), *draft.custom.values()]
    first_rows: dict[tuple[object, ...], int] = {}
    for row, content in enumerate(zip(*columns, strict=True)):
        if row in draft.problems:
            continue
        first = first_rows.setdefault(content, row)
        if first != row:
            draft.dropped.add(row)
            draft.notice(
                first, draft.spec.columns[0].name, "import.notice.copy", other=draft.numbers[row]
            )


def refuse_contradictions(draft: TableDraft) -> None:
    """Rows with one key and different contents are all refused, each naming another one."""
    key = draft.spec.key
    if not key or any(name not in draft.values for name in key if name != "respondent"):
        return
    columns = [draft.values[name] for name in key if name in draft.values]
    rows_of: dict[tuple[object, ...], list[int]] = {}
    for row, parts in enumerate(zip(*columns, strict=True)):
        if row in draft.dropped:
            continue
        if None in parts and key != ("account", "kind", "answered_on", "respondent"):
            continue
        identity = tuple(folded(part) if type(part) is str else part for part in parts)
        rows_of.setdefault(identity, []).append(row)
    for rows in rows_of.values():
        if len(rows) < 2:
            continue
        for row in rows:
            other = rows[0] if row != rows[0] else rows[1]
            draft.refuse(
                row,
                key[-1] if draft.spec.name == "contracts" else key[0],
                "import.row.number_twice" if key == ("contract_no",) else "import.row.twice",
                value=draft.values[key[0]][row],
                other=draft.numbers[other],
            )

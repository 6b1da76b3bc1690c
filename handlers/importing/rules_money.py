"""Amounts of a table as exact numbers beside one currency per row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from handlers.importing.amounts import CellAmount
from handlers.importing.columns import CellType
from handlers.importing.table_draft import TableDraft


def settle_money(draft: TableDraft) -> None:
    """Turn amounts into decimals and give every row its currency.

    Kinds with a currency column get the default where nothing names one; the other kinds get a
    `currency` only for rows whose cells name one, to be compared with the contract's.
    """
    columns = {column.name: column.type for column in draft.spec.columns}
    money = [name for name in draft.values if columns[name] is CellType.MONEY]
    if "currency" in columns and (money or "currency" in draft.values):
        if draft.spec.name == "rates":
            return
        _settle(draft, money, draft.default_currency)
    elif money:
        _settle(draft, money, None)


def _settle(draft: TableDraft, money: list[str], default: str | None) -> None:
    stated = cast("list[str | None]", draft.values.get("currency", [None] * draft.height))
    found = list(stated)
    for name in money:
        cells = cast("Sequence[CellAmount | None]", draft.values[name])
        draft.values[name] = [None if cell is None else cell.amount for cell in cells]
        for row, cell in enumerate(cells):
            if cell is None or cell.currency is None:
                continue
            currency = cell.currency_beside(found[row])
            if currency is None:
                draft.refuse(
                    row,
                    name,
                    "import.row.currency_conflict",
                    cell=cell.currency,
                    stated=found[row],
                )
            else:
                found[row] = currency
    if default is not None:
        draft.values["currency"] = [currency or default for currency in found]
    elif any(found):
        draft.values["currency"] = list(found)

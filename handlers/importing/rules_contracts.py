"""The rules of contract rows: their term, their amount, their number."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from handlers.importing import terms
from handlers.importing.table_draft import TableDraft
from handlers.importing.texts import folded

Days = Sequence[date | None]


def judge_terms(draft: TableDraft) -> None:
    """End before start is refused; no end and odd lengths are told."""
    ends = cast("Days", draft.values["ends_on"])
    nothing: Days = [None] * draft.height
    starts = cast("Days", draft.values.get("starts_on", nothing))
    refused = draft.problems
    for row, (starts_on, ends_on) in enumerate(zip(starts, ends, strict=True)):
        if ends_on is None:
            if row not in refused:
                draft.notice(row, "ends_on", "import.notice.open_ended")
        elif starts_on is not None:
            days = (ends_on - starts_on).days + 1
            if days < 1:
                draft.refuse(
                    row, "ends_on", "import.row.end_before_start", start=starts_on, end=ends_on
                )
            elif days < terms.SHORTEST_DAYS or days > terms.LONGEST_DAYS:
                draft.notice(row, "ends_on", "import.notice.odd_length", days=days)


def settle_arr(draft: TableDraft) -> None:
    """One `arr` from the year's, the term's or the month's amount, in that order.

    Columns that are not needed stay with the row as custom fields, so that nothing is lost.
    """
    present = [name for name in ("arr", "term_value", "mrr") if name in draft.values]
    if not present:
        return
    chosen = present[0]
    for other in present[1:]:
        amounts = cast("Sequence[Decimal | None]", draft.values.pop(other))
        header = draft.headers.pop(other)
        draft.custom[header] = ["" if amount is None else str(amount) for amount in amounts]
        draft.tell("import.notice.amount_kept_aside", column=header, used=draft.headers[chosen])
    if chosen == "arr":
        return
    header = draft.headers.pop(chosen)
    draft.headers["arr"] = header
    amounts = cast("Sequence[Decimal | None]", draft.values.pop(chosen))
    if chosen == "mrr":
        draft.values["arr"] = [None if amount is None else amount * 12 for amount in amounts]
        draft.tell("import.notice.monthly", column=header)
    else:
        draft.values["arr"] = _annualise(draft, amounts)


def _annualise(draft: TableDraft, totals: Sequence[Decimal | None]) -> list[object]:
    nothing: Days = [None] * draft.height
    starts = cast("Days", draft.values.get("starts_on", nothing))
    ends = cast("Days", draft.values["ends_on"])
    yearly: list[object] = list(totals)
    unknown_term = 0
    for row, (total, starts_on, ends_on) in enumerate(zip(totals, starts, ends, strict=True)):
        if total is None or row in draft.problems:
            continue
        if starts_on is None or ends_on is None:
            unknown_term += 1
            continue
        months = terms.whole_months(starts_on, ends_on)
        if months == 12:
            continue
        arr = terms.annualised(total, starts_on, ends_on)
        if arr == total:
            continue
        yearly[row] = arr
        key = "import.notice.annualised_months" if months else "import.notice.annualised_days"
        length = months or terms.term_days(starts_on, ends_on)
        # Amounts to the cent, as text: a reader compares them with the cell.
        draft.notice(row, "arr", key, total=f"{total:,.2f}", arr=f"{arr:,.2f}", length=length)
    if unknown_term:
        draft.tell(
            "import.notice.total_taken_as_year", column=draft.headers["arr"], count=unknown_term
        )
    return yearly


def made_number(account: str, product: str | None) -> str:
    """The stable contract number of a row that has none, from account and product alone."""
    seed = f"{folded(account)}\x1f{folded(product or '')}"
    return "AUTO-" + hashlib.sha256(seed.encode()).hexdigest()[:10].upper()


def number_contracts(draft: TableDraft) -> None:
    """Give a number to every row without one.

    Several terms of one account and product are told apart by their order in time: the one that
    ends first keeps the plain number, the others get -2, -3, … A term added later then leaves
    the earlier ones alone, and a corrected date still meets its own contract.
    """
    numbers = draft.values.setdefault("contract_no", [None] * draft.height)
    accounts = cast("Sequence[str | None]", draft.values["account"])
    products = draft.values.get("product", [None] * draft.height)
    groups: dict[str, list[int]] = defaultdict(list)
    for row, number in enumerate(numbers):
        account = accounts[row]
        if number is None and account is not None and row not in draft.dropped:
            groups[made_number(account, cast("str | None", products[row]))].append(row)
    for number, rows in groups.items():
        if len(rows) > 1:
            rows.sort(key=lambda row: (_term_key(draft, row), row))
        for ordinal, row in enumerate(rows, start=1):
            numbers[row] = number if ordinal == 1 else f"{number}-{ordinal}"
            if len(rows) > 1 and row not in draft.problems:
                draft.notice(row, "contract_no", "import.notice.several_terms", number=numbers[row])
    if groups:
        draft.tell("import.notice.numbers_made", count=sum(map(len, groups.values())))


def _term_key(draft: TableDraft, row: int) -> tuple[date, date]:
    ends_on = cast("date | None", draft.values["ends_on"][row])
    starts = draft.values.get("starts_on")
    starts_on = cast("date | None", starts[row]) if starts else None
    return ends_on or date.max, starts_on or date.min

"""The rules that a row must keep on its own, before the book is asked, in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import cast

from handlers.importing.choices import SurveyKind
from handlers.importing.rules_contracts import judge_terms, number_contracts, settle_arr
from handlers.importing.rules_facts import judge_signals
from handlers.importing.rules_money import settle_money
from handlers.importing.rules_twice import drop_copies, refuse_contradictions
from handlers.importing.table_draft import TableDraft

Rule = Callable[[TableDraft], None]


def refuse_backwards(draft: TableDraft, *, first: str, last: str) -> None:
    """Refuse rows whose `last` day is before their `first`."""
    if first not in draft.values or last not in draft.values:
        return
    firsts = cast("Sequence[date | None]", draft.values[first])
    lasts = cast("Sequence[date | None]", draft.values[last])
    for row, (start, end) in enumerate(zip(firsts, lasts, strict=True)):
        if start is not None and end is not None and end < start:
            draft.refuse(row, last, "import.row.end_before_start", start=start, end=end)


def judge_scores(draft: TableDraft) -> None:
    """A CSAT answer is 1 to 5, an NPS answer 0 to 10."""
    pairs = zip(draft.values["kind"], draft.values["score"], strict=True)
    for row, (kind, score) in enumerate(pairs):
        if kind is SurveyKind.CSAT and score is not None and not 1 <= cast("float", score) <= 5:
            draft.refuse(row, "score", "import.cell.range", value=f"{score:g}", low="1", high="5")


_RULES: Mapping[str, tuple[Rule, ...]] = {
    "contracts": (judge_terms, settle_money, settle_arr, drop_copies, number_contracts),
    "tickets": (partial(refuse_backwards, first="opened_on", last="closed_on"),),
    "surveys": (judge_scores,),
    "signals": (judge_signals,),
}


def judge(draft: TableDraft) -> None:
    """Apply the rules of the draft's kind, then those that compare rows."""
    for rule in _RULES.get(draft.spec.name, (settle_money,)):
        rule(draft)
    if draft.spec.name != "contracts":
        drop_copies(draft)
    refuse_contradictions(draft)

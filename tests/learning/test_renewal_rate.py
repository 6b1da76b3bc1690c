"""The base rate counts what learning counts as decided, wherever that is written down."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.model import ContractStatus, Segment
from storage.decided import DecidedRenewals
from storage.renewal_rate import RenewalRates
from storage.store import Store
from tests.health_book import NOW, TODAY, add_accounts, days_ago, term

ENDED = {"ends_on": days_ago(30), "starts_on": days_ago(395), "known_on": days_ago(395)}


@pytest.mark.parametrize(
    ("status", "outcome", "renewed", "lost"),
    [
        (ContractStatus.ACTIVE, None, 0, 0),
        (ContractStatus.RENEWED, None, 1, 0),
        (ContractStatus.LOST, None, 0, 1),
        (ContractStatus.CANCELLED, None, 0, 0),
        (ContractStatus.ACTIVE, "churned", 0, 1),
        (ContractStatus.ACTIVE, "downgraded", 1, 0),
        (ContractStatus.LOST, "churned", 0, 1),
        (ContractStatus.RENEWED, "expanded", 1, 0),
        (ContractStatus.CANCELLED, "churned", 0, 1),
    ],
)
async def test_a_decision_counts_once_as_what_its_outcome_or_else_its_status_says(
    store: Store, status: ContractStatus, outcome: str | None, renewed: int, lost: int
) -> None:
    ended: dict[str, Any] = {**ENDED, "status": status}
    async with store.begin() as tx:
        await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many([term(1, 1, **ended)])
        if outcome is not None:
            row = {"contract_id": 1, "decided_on": days_ago(5), "outcome": outcome}
            await tx.facts.add("outcomes", [row | {"from_chat": False, "at": NOW}])
    async with store.read() as tx:
        rate = await RenewalRates(tx.connection).of_book()
        learned = await DecidedRenewals(tx.connection).until(TODAY, "CNY")
    assert (rate.renewed_n, rate.lost_n) == (renewed, lost)
    assert learned.lost.tolist() == [False] * renewed + [True] * lost

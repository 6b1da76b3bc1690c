"""The daily proof that nothing was forgotten (防遗漏证明)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.rules import Rules
from scoring.permissions import Reach
from storage.transaction import Tx
from storage.views.proof import ProofException, ProofQuestion, examine

__all__ = ["Proof", "ProofException", "prove"]

STUCK_AFTER = timedelta(minutes=15)
"""An alert that still waits so long after it was due to go out is named as not delivered."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Contracts in the horizon: how many have an owner, were told of, had every alert delivered.

    `exceptions` has one entry per contract and problem (failed, needs_review, not_delivered,
    nobody_to_tell, not_told, no_owner), cut at the limit; `contracts_with_exceptions` counts all.
    """

    contracts: int
    owned: int
    told: int
    delivered: int
    exceptions: tuple[ProofException, ...]
    contracts_with_exceptions: int


async def prove(
    tx: Tx,
    rules: Rules,
    now: datetime,
    *,
    reach: Reach | None = None,
    limit: int | None = None,
) -> Proof:
    """The proof over every undecided contract that ends within the horizon, or did in the grace.

    `reach` narrows it to what somebody may read. A contract whose milestones all lie ahead counts
    as told and delivered; alerts that wait for working hours count as neither sent nor stuck.
    """
    today = now.astimezone(rules.zone).date()
    question = ProofQuestion(
        today=today,
        horizon_on=today + timedelta(days=rules.proof_horizon_days),
        overdue_at=now - STUCK_AFTER,
        schedule=rules.schedule,
        reach=reach or Reach(every_team=True),
    )
    counts, found = await examine(tx.connection, question, limit=limit)
    return Proof(
        contracts=counts.contracts,
        owned=counts.owned,
        told=counts.told,
        delivered=counts.delivered,
        exceptions=tuple(found),
        contracts_with_exceptions=counts.exceptions,
    )

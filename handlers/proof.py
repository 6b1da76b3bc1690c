"""The daily proof that nothing was forgotten (防遗漏证明)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.audit_record import last_audit
from handlers.jobs import vanished
from handlers.jobs.auditor import Finding, look
from handlers.rules import Rules
from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.transaction import Tx
from storage.views.proof import ProofException, ProofQuestion, examine
from storage.views.proof_deliveries import deliveries_by_end

__all__ = ["Proof", "ProofException", "prove"]

VANISHED_MOST = 200

STUCK_AFTER = timedelta(minutes=15)
"""An alert that still waits so long after it was due to go out is named as not delivered."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Contracts in the horizon: how many have an owner, were told of, had every alert delivered.

    `exceptions` has one entry per contract and problem (failed, needs_review, not_delivered,
    nobody_to_tell, not_told, no_owner), cut at the limit; `contracts_with_exceptions` counts all. `deliveries` counts every row of the outbox
    by its end. `findings` are the auditor's, and what was deleted by hand in the last week; only for
    who reads every team.
    """

    contracts: int
    owned: int
    told: int
    delivered: int
    exceptions: tuple[ProofException, ...]
    contracts_with_exceptions: int
    deliveries: dict[DeliveryState, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


async def prove(
    tx: Tx,
    rules: Rules,
    now: datetime,
    *,
    reach: Reach | None = None,
    limit: int | None = None,
    live: bool = False,
) -> Proof:
    """The proof over every undecided contract that ends within the horizon, or did in the grace.

    `reach` narrows it to what somebody may read. A contract whose milestones all lie ahead counts
    as told and delivered; alerts that wait for working hours count as neither sent nor stuck. `live` audits anew, which takes
    seconds in a large book; else the findings are those of the last audit.
    """
    today = now.astimezone(rules.zone).date()
    question = ProofQuestion(
        today=today,
        horizon_on=today + timedelta(days=rules.proof_horizon_days),
        overdue_at=now - STUCK_AFTER,
        schedule=rules.schedule,
        reach=reach or Reach(every_team=True),
    )
    reach = question.reach
    counts, found = await examine(tx.connection, question, limit=limit)
    return Proof(
        contracts=counts.contracts,
        owned=counts.owned,
        told=counts.told,
        delivered=counts.delivered,
        exceptions=tuple(found),
        contracts_with_exceptions=counts.exceptions,
        deliveries=await deliveries_by_end(tx.connection, reach),
        findings=await _findings(tx, rules, now, live=live) if reach.every_team else (),
    )


async def _findings(tx: Tx, rules: Rules, now: datetime, *, live: bool) -> tuple[Finding, ...]:
    gone = await vanished.of_the_week(tx, most=VANISHED_MOST)
    if live:
        return (*gone, *(await look(tx, rules, now)).findings)
    record = await last_audit(tx)
    return gone if record is None else (*gone, *record.findings)

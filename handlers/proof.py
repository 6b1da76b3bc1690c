"""The daily proof that nothing was forgotten (防遗漏证明)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.audit_record import last_audit
from handlers.jobs import vanished
from handlers.jobs.auditor import Finding, look
from handlers.rules import Rules
from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.transaction import Tx
from storage.views.proof import ProofQuestion, ProofShare, examine
from storage.views.proof_deliveries import DeliveryShare, deliveries_by_end, delivery_shares

VANISHED_MOST = 200

STUCK_AFTER = timedelta(minutes=15)
"""An alert that still waits so long after it was due to go out is named as not delivered."""

EVERYTHING = Reach(every_team=True)


@dataclass(frozen=True, slots=True)
class ProofException:
    """One contract for which the proof fails, and why."""

    contract_no: str
    problem: str


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


@dataclass(frozen=True, slots=True)
class Shares:
    """The proof of the whole book by who answers for what, from which everybody's own is summed.

    Exceptions are those that end first: as many of each share as were asked for.
    """

    at: datetime
    shares: tuple[ProofShare, ...]
    deliveries: tuple[DeliveryShare, ...]
    all_deliveries: dict[DeliveryState, int]

    def within(
        self, reach: Reach, *, limit: int | None = None, findings: tuple[Finding, ...] = ()
    ) -> Proof:
        """The proof over what somebody reads, with the exceptions that end first."""
        own = [each for each in self.shares if _covered(each, reach)]
        wrong = sorted(
            (one for each in own for one in each.wrong),
            key=lambda one: (one.countdown_on, one.contract_no),
        )
        found = [
            ProofException(one.contract_no, problem) for one in wrong for problem in one.problems
        ]
        return Proof(
            contracts=sum(each.counts.contracts for each in own),
            owned=sum(each.counts.owned for each in own),
            told=sum(each.counts.told for each in own),
            delivered=sum(each.counts.delivered for each in own),
            exceptions=tuple(found[:limit]),
            contracts_with_exceptions=sum(each.counts.exceptions for each in own),
            deliveries=self._deliveries(reach),
            findings=findings if reach.every_team else (),
        )

    def _deliveries(self, reach: Reach) -> dict[DeliveryState, int]:
        """All states are there, also those of none. Who reads every team gets every row."""
        counted: Counter[DeliveryState] = Counter()
        if reach.every_team:
            counted.update(self.all_deliveries)
        for each in () if reach.every_team else self.deliveries:
            if _covered(each, reach):
                counted[each.state] += each.n
        return {state: counted[state] for state in DeliveryState}


def _covered(share: ProofShare | DeliveryShare, reach: Reach) -> bool:
    return reach.covers(team=share.team, owner_id=share.owner_id)


async def prove(
    tx: Tx, rules: Rules, now: datetime, *, reach: Reach = EVERYTHING, live: bool = False
) -> Proof:
    """The proof over every undecided contract that ends within the horizon, or did in the grace.

    `reach` narrows it to what somebody may read. A contract whose milestones all lie ahead counts as told and delivered; alerts that wait for
    working hours count as neither sent nor stuck. `live` audits anew, which takes seconds in a
    large book; else the findings are those of the last audit.
    """
    shares = await read_shares(tx, rules, now, limit=None)
    return shares.within(reach, findings=await findings_of(tx, rules, now, live=live))


async def read_shares(tx: Tx, rules: Rules, now: datetime, *, limit: int | None) -> Shares:
    """The whole book by who answers for what; in a book of a million contracts that takes seconds."""
    today = now.astimezone(rules.zone).date()
    question = ProofQuestion(
        today=today,
        horizon_on=today + timedelta(days=rules.proof_horizon_days),
        overdue_at=now - STUCK_AFTER,
        schedule=rules.schedule,
    )
    return Shares(
        at=now,
        shares=tuple(await examine(tx.connection, question, limit=limit)),
        deliveries=tuple(await delivery_shares(tx.connection)),
        all_deliveries=await deliveries_by_end(tx.connection),
    )


async def findings_of(
    tx: Tx, rules: Rules, now: datetime, *, live: bool = False
) -> tuple[Finding, ...]:
    """What was deleted by hand in the last week, and what the audit found: the last one, or anew."""
    gone = await vanished.of_the_week(tx, most=VANISHED_MOST)
    if live:
        return (*gone, *(await look(tx, rules, now)).findings)
    record = await last_audit(tx)
    return gone if record is None else (*gone, *record.findings)

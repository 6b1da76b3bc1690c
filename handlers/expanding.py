"""Opening expansions where the rule says that a customer grows (O1), and telling of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from handlers.audience import routes, turns
from handlers.rules import Rules
from scoring.expansion import document, estimate
from storage.countdown_routes import RoundRobin
from storage.expansions import Expansions, Growing, NewExpansion
from storage.transaction import Tx

NAME = "expansions"
"""The mark that lets two replicas open expansions in turn."""


async def open_expansions(
    tx: Tx,
    rules: Rules,
    now: datetime,
    account_ids: Sequence[int],
    reasons: Mapping[int, Mapping[str, object]],
) -> int:
    """Open an expansion for each of these customers that may have one; returns how many are new.

    It goes onto the customer's main running term, with its `reasons` (`scoring.expansion` names
    the facts), an estimate of its value and an owner by the rule of renewals. A customer with an
    undecided expansion, with one decided within the rest or without a running term gets none, so
    this may be said again and again. Who answers for it is told in working hours.
    """
    if not account_ids:
        return 0
    expansions = Expansions(tx.connection)
    await tx.marks.take(NAME)
    found = await expansions.growing(
        account_ids,
        today=now.astimezone(rules.zone).date(),
        decided_before=now - timedelta(days=rules.expansion_rest_days),
    )
    if not found:
        return 0
    reps: dict[str, dict[int, RoundRobin]] = {}
    for turn in await turns(tx):
        reps.setdefault(turn.team, {})[turn.turn] = turn
    opened = await expansions.open(
        [_new(term, reps, reasons.get(term.account_id, {}), rules) for term in found], now=now
    )
    if opened:
        await expansions.announce(opened, await routes(tx, rules, now), now=now)
    return len(opened)


def _new(
    term: Growing,
    reps: Mapping[str, Mapping[int, RoundRobin]],
    facts: Mapping[str, object],
    rules: Rules,
) -> NewExpansion:
    owner_id = term.owner_id
    of_team = reps.get(term.team or "", {})
    if owner_id is None and of_team:
        owner_id = of_team[term.contract_id % len(of_team)].person_id
    estimated = estimate(facts, rules.expansion_share)
    return NewExpansion(term, owner_id, estimated.of(term.arr), document(facts, estimated))

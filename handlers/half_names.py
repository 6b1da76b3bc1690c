"""A customer by a part of its name at the terminal, where nobody can be asked which one is meant."""

from __future__ import annotations

from handlers.lookup import PER_PROBE
from handlers.lookup_ranking import Grade, probes, rank, rivals, winner
from handlers.naming import Forms
from scoring.errors import NotFound
from storage.transaction import Tx

MOST_NAMED = 5
"""Customers named where a part of a name fits several."""


async def meant(tx: Tx, name: str) -> dict[int, str]:
    """The one customer whose name this is a part or sound of, as in chat; never one merely alike.

    Id and name, nothing when there is none; NotFound names those that it fits alike.
    """
    typed = Forms(name)
    if not typed.full:
        return {}
    hits = rank(typed, await tx.accounts.with_prefixes(probes(typed), limit=PER_PROBE))
    hits = [hit for hit in hits if hit.grade < Grade.ALIKE]
    best = winner(hits)
    if best is not None:
        return {best.account.id: best.account.name}
    if fit := [hit.account.name for hit in rivals(hits)[:MOST_NAMED]]:
        raise NotFound("score.several", name=name[:60], names=", ".join(fit))
    return {}

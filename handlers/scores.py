"""Scores with their parts, of one customer or of the whole book, for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.half_names import meant
from handlers.models.in_force import model_in_force
from handlers.rules import Rules
from scoring.errors import NotFound
from storage.store import Store
from storage.transaction import Tx

if TYPE_CHECKING:
    from scoring.health.scored import HealthView

CHUNK = 4096


@dataclass(frozen=True, slots=True)
class NamedView:
    """A customer's name and health."""

    account: str
    view: HealthView


async def scores(
    store: Store, rules: Rules, now: datetime, *, account: str | None = None
) -> AsyncIterator[NamedView]:
    """Health as of the local day of `now`, worked out anew; nothing is written.

    Raises NotFound where nobody has that name, or several could be meant by it.
    """
    from scoring.health.assess import assess
    from scoring.health.explain import explain

    today = now.astimezone(rules.zone).date()
    async with store.read() as tx:
        _, model = await model_in_force(tx)
        last = 0
        while named := await _next(tx, last, account):
            subjects = await tx.health_scores.subjects(list(named), today)
            facts = await tx.health_facts.load(subjects, model, zone=rules.zone)
            before = await tx.health_scores.before(subjects)
            assessed = assess(facts, model, before.score_band)
            for place, number in enumerate(subjects.account_id.tolist()):
                yield NamedView(named[number], explain(assessed, place, facts, model, stored=None))
            last = max(named)
            if account is not None:
                return
        if account is not None:
            raise NotFound("error.no_such_customer", name=account[:60])


async def _next(tx: Tx, after: int, account: str | None) -> dict[int, str]:
    if account is None:
        return await tx.accounts.names_after(after, limit=CHUNK)
    written = await tx.accounts.by_names([account])
    return {one.id: one.name for one in written.values()} or await meant(tx, account)

"""Lost terms of a period, put together in one statement whatever their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    case,
    exists,
    func,
    select,
    text,
    union_all,
)

from scoring.losses import LostTerms
from scoring.model import Segment
from scoring.permissions import Reach
from scoring.successors import Outcome
from storage.columns import Amount
from storage.repository import Repository
from storage.tables import accounts, contracts, outcomes, people
from storage.views.reached import owner_of_term, team_of_term, terms_within

MOST_GROUPS = 20_000
"""Combinations of reason, segment, product, owner and currency; a report of more says nothing."""


# Written out, not bound: only so do the databases see that the partial index applies.
_OVER = text("contracts.status IN ('lost', 'cancelled')")


@dataclass(frozen=True, slots=True)
class LossAsk:
    """Which losses: decided between two days, both included; None does not narrow."""

    from_on: date
    to_on: date
    person_id: int | None = None
    team: str | None = None
    segment: Segment | None = None


class Losses(Repository):
    """Why customers left."""

    async def between(self, ask: LossAsk, reach: Reach, amounts_of: Reach) -> list[LostTerms]:
        """Lost terms that `reach` covers, with the amounts of those in `amounts_of`.

        Lost is what was decided so, or what a sheet brought as lost or cancelled: then the day of
        the cancellation counts, else the last day of the term.
        """
        seen: ColumnElement[bool] = and_(terms_within(amounts_of), contracts.c.arr.is_not(None))
        names = {
            "reason": func.coalesce(outcomes.c.reason, ""),
            "segment": contracts.c.segment,
            "product": func.coalesce(contracts.c.product, ""),
            "owner": func.coalesce(people.c.name, ""),
            "currency": contracts.c.currency,
        }
        columns = [column.label(name) for name, column in names.items()]
        query = (
            select(
                *columns,
                func.count().label("n"),
                func.sum(case((seen, contracts.c.arr), else_=0), type_=Amount()).label("arr"),
                func.sum(case((seen, 1), else_=0)).label("seen"),
            )
            .select_from(contracts)
            .join(accounts, accounts.c.id == contracts.c.account_id)
            .outerjoin(outcomes, outcomes.c.contract_id == contracts.c.id)
            .outerjoin(people, people.c.id == owner_of_term)
            .where(contracts.c.id.in_(_lost_in(ask.from_on, ask.to_on)), terms_within(reach))
            .group_by(*columns)
            .order_by(func.count().desc(), *columns)
            .limit(MOST_GROUPS)
        )
        if ask.person_id is not None:
            query = query.where(owner_of_term == ask.person_id)
        if ask.team is not None:
            query = query.where(team_of_term == ask.team)
        if ask.segment is not None:
            query = query.where(contracts.c.segment == ask.segment)
        return [
            LostTerms(r.reason, r.segment, r.product, r.owner, r.currency, r.n, r.arr, int(r.seen))
            for r in await self._connection.execute(query)
        ]


def _lost_in(from_on: date, to_on: date) -> CompoundSelect[Any]:
    """Ids of the terms that were lost between two days: each walk is along an index of its days."""
    decided = select(outcomes.c.contract_id).where(
        outcomes.c.outcome == Outcome.CHURNED, outcomes.c.decided_on.between(from_on, to_on)
    )
    over = select(contracts.c.id).where(
        _OVER, ~exists().where(outcomes.c.contract_id == contracts.c.id)
    )
    return union_all(
        decided,
        over.where(contracts.c.cancelled_on.between(from_on, to_on)),
        over.where(contracts.c.cancelled_on.is_(None), contracts.c.ends_on.between(from_on, to_on)),
    )

"""What somebody answers for, as others may see it: counts, the nearest dates, amounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    FromClause,
    TextClause,
    and_,
    func,
    or_,
    select,
    text,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import Money
from scoring.permissions import Reach
from scoring.views import RenewalLine
from storage.tables import accounts, contracts
from storage.views.reached import customers_within, owner_of_term, terms_within
from storage.views.renewal_lines import line_query, renewal_line

# Written out, not bound: only so do the databases see that the partial indexes apply.
_ACTIVE = text("contracts.status = 'active'")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counts are of all, `lines` only the terms whose date is nearest; amounts by currency."""

    customers: int
    terms: int
    lines: tuple[RenewalLine, ...]
    amounts: tuple[Money, ...]


async def holdings(
    connection: AsyncConnection, person_id: int, *, reach: Reach, amounts_of: Reach, limit: int
) -> Holdings:
    """The customers and active terms of a person within `reach`, amounts within `amounts_of`."""
    mine = _answered_for(person_id)
    lines = await connection.execute(
        line_query()
        .where(_ACTIVE, mine, _within(reach))
        .order_by(contracts.c.countdown_on.is_(None), contracts.c.countdown_on, contracts.c.id)
        .limit(limit)
    )
    terms = (
        select(contracts.c.id, contracts.c.account_id)
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .where(_ACTIVE, mine, _within(reach))
    )
    sums = await connection.execute(
        select(contracts.c.currency, func.sum(contracts.c.arr))
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .where(_ACTIVE, mine, _within(reach), _within(amounts_of), contracts.c.arr.is_not(None))
        .group_by(contracts.c.currency)
        .order_by(contracts.c.currency)
    )
    looked_after = select(accounts.c.id).where(
        _looks_after(person_id), true() if reach.every_team else customers_within(reach)
    )
    customers = union(looked_after, terms.with_only_columns(contracts.c.account_id)).subquery()
    return Holdings(
        customers=await _count(connection, customers),
        terms=await _count(connection, terms.subquery()),
        lines=tuple(renewal_line(row) for row in lines),
        amounts=tuple(Money(total, currency) for currency, total in sums if total is not None),
    )


async def _count(connection: AsyncConnection, rows: FromClause) -> int:
    return (await connection.scalar(select(func.count()).select_from(rows))) or 0


def _within(reach: Reach) -> ColumnElement[bool] | TextClause:
    return true() if reach.every_team else terms_within(reach)


def _looks_after(person_id: int) -> ColumnElement[bool]:
    return or_(accounts.c.csm_id == person_id, accounts.c.account_executive_id == person_id)


def _answered_for(person_id: int) -> ColumnElement[bool]:
    """An index finds the candidates, the rest decides."""
    theirs = select(accounts.c.id).where(_looks_after(person_id))
    return and_(
        or_(contracts.c.owner_id == person_id, contracts.c.account_id.in_(theirs)),
        owner_of_term == person_id,
    )

"""Expansions as lines: those of a list, those that rows of the outbox tell of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    TextClause,
    func,
    or_,
    select,
    text,
    union,
    union_all,
)

from scoring.lists import DueScope, ExpansionAsk, ExpansionPage
from scoring.model import ContractStatus, Money, OpportunityKind
from scoring.permissions import Reach
from scoring.views import RenewalLine
from storage.repository import Repository
from storage.tables import accounts, contracts, health_scores, opportunities
from storage.views.reached import expansions_within, owner_of_expansion, team_of_term
from storage.views.renewal_lines import CLAIMER, LINE_COLUMNS, OWNER, renewal_line

COUNTED_TO = 100
"""Lists say "99+" from here on."""

MOST_PAGES = 50

MOST_OF_A_PERSON = 1000
"""Nobody works on more at once."""

# Written out, not bound: only so do the databases see that the partial index applies.
_EXPANSION = text("opportunities.kind = 'expansion'")
_OPEN = text("opportunities.stage NOT IN ('won', 'lost')")

_OVER = (ContractStatus.LOST, ContractStatus.CANCELLED)


class ExpansionLines(Repository):
    """Lines by the expansion's own id."""

    async def of(self, opportunity_ids: Sequence[int]) -> dict[int, RenewalLine]:
        """Lines of a bounded number of expansions by id, in one statement."""
        if not opportunity_ids:
            return {}
        query = _lines().where(opportunities.c.id.in_(sorted(set(opportunity_ids))))
        rows = await self._connection.execute(query)
        return {row.opportunity_id: expansion_line(row) for row in rows}

    async def of_account(self, account_id: int, *, limit: int = 3) -> list[RenewalLine]:
        """A customer's undecided expansions, the newest first."""
        query = (
            _lines()
            .where(opportunities.c.account_id == account_id, *_undecided())
            .order_by(opportunities.c.id.desc())
            .limit(limit)
        )
        return [expansion_line(row) for row in await self._connection.execute(query)]

    async def page(self, ask: ExpansionAsk, reach: Reach) -> ExpansionPage:
        """One page of what `reach` covers, the largest estimate first.

        Nobody's expansion whose signs are gone is left out until they are back; what somebody works
        on stays.
        """
        ask = replace(ask, page=min(max(ask.page, 1), MOST_PAGES))
        offset = (ask.page - 1) * ask.page_size
        enough = max(COUNTED_TO, offset + ask.page_size + 1)
        found = union_all(*(walk.subquery().select() for walk in _walks(ask, reach, enough)))
        hits = _in_order(select(found.subquery("found"))).limit(enough).cte("hits")
        shown = _in_order(select(hits)).limit(ask.page_size).offset(offset).subquery("shown")
        total = select(func.count()).select_from(hits).scalar_subquery()
        query = _in_order(
            _lines()
            .add_columns(total.label("total"))
            .join(shown, shown.c.id == opportunities.c.id),
            "opportunity_id",
        )
        rows = list(await self._connection.execute(query))
        return ExpansionPage(
            ask,
            tuple(expansion_line(row) for row in rows),
            rows[0].total if rows else 0,
            max(COUNTED_TO, enough),
        )


def expansion_line(row: Row[Any]) -> RenewalLine:
    """The line of a row of these queries."""
    return replace(
        renewal_line(row),
        kind=OpportunityKind.EXPANSION,
        expected=None if row.amount is None else Money(row.amount, row.amount_currency),
        why=row.why or {},
    )


def _lines() -> Select[Any]:
    query = select(
        *LINE_COLUMNS,
        owner_of_expansion.label("owner_id"),
        opportunities.c.amount,
        opportunities.c.currency.label("amount_currency"),
        opportunities.c.why,
    )
    return (
        _joined(query)
        .outerjoin(OWNER, OWNER.c.id == owner_of_expansion)
        .outerjoin(CLAIMER, CLAIMER.c.id == opportunities.c.claimed_by_id)
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(opportunities)
        .join(contracts, contracts.c.id == opportunities.c.contract_id)
        .join(accounts, accounts.c.id == opportunities.c.account_id)
        .outerjoin(health_scores, health_scores.c.account_id == opportunities.c.account_id)
        .where(_EXPANSION)
    )


def _undecided() -> Iterator[ColumnElement[bool] | TextClause]:
    yield _OPEN
    yield contracts.c.status.not_in(_OVER)


def _walks(ask: ExpansionAsk, reach: Reach, enough: int) -> Iterator[Select[Any]]:
    """Bounded walks whose union is the list: a person's few, else the index of open ones from the
    largest on, and those of unknown value."""
    wanted = _joined(select(opportunities.c.id, opportunities.c.amount)).where(
        *_undecided(), *_filters(ask), *_reached(ask, reach)
    )
    if ask.scope in (DueScope.MINE, DueScope.PERSON):
        yield wanted.where(
            opportunities.c.id.in_(_of_person(ask.person_id)),
            or_(
                opportunities.c.claimed_by_id == ask.person_id,
                owner_of_expansion == ask.person_id,
            ),
        )
        return
    if ask.scope is DueScope.TEAM:
        wanted = wanted.where(team_of_term == ask.team)
    amount = opportunities.c.amount
    known = wanted.where(amount.is_not(None)).order_by(amount.desc(), opportunities.c.id)
    yield known.limit(enough)
    yield wanted.where(amount.is_(None)).order_by(opportunities.c.id).limit(enough)


def _of_person(person_id: int | None) -> CompoundSelect[Any]:
    """Ids of what somebody claimed, was given, or may answer for through the term or customer."""
    ids = select(opportunities.c.id).where(_EXPANSION, _OPEN)
    held = [
        ids.where(column == person_id).limit(MOST_OF_A_PERSON)
        for column in (opportunities.c.claimed_by_id, opportunities.c.owner_id)
    ]
    # COALESCE keeps the databases from walking all that nobody owns by the owner's index.
    unowned = ids.where(func.coalesce(opportunities.c.owner_id, 0) == 0)
    terms = select(contracts.c.account_id).where(
        contracts.c.owner_id == person_id, text("contracts.status = 'active'")
    )
    customers = [
        select(accounts.c.id).where(column == person_id)
        for column in (accounts.c.csm_id, accounts.c.account_executive_id)
    ]
    looked_after = [
        unowned.where(opportunities.c.account_id.in_(few.limit(MOST_OF_A_PERSON)))
        for few in (terms, *customers)
    ]
    return union(*(one.subquery().select() for one in (*held, *looked_after)))


def _in_order(query: Select[Any], id_name: str = "id") -> Select[Any]:
    """The largest value first, unknown ones last."""
    columns = query.selected_columns
    amount = columns["amount"]
    return query.order_by(amount.is_(None), amount.desc(), columns[id_name])


def _filters(ask: ExpansionAsk) -> Iterator[ColumnElement[bool]]:
    if ask.segment is not None:
        yield contracts.c.segment == ask.segment
    if ask.amount_from is not None:
        yield opportunities.c.amount >= ask.amount_from
        yield opportunities.c.currency == ask.currency
    if ask.unclaimed:
        yield opportunities.c.claimed_by_id.is_(None)
    yield or_(
        opportunities.c.claimed_by_id.is_not(None),
        health_scores.c.rules.is_(None),
        health_scores.c.rules.contains("O1"),
    )
    if not ask.snoozed:
        yield or_(
            opportunities.c.snoozed_until.is_(None), opportunities.c.snoozed_until <= ask.today
        )


def _reached(ask: ExpansionAsk, reach: Reach) -> Iterator[TextClause]:
    if not reach.every_team:
        yield expansions_within(reach)
    if ask.amount_from is not None and not ask.amounts_of.every_team:
        yield expansions_within(ask.amounts_of)

"""Lists of renewals by stored priority, at a cost that does not grow with the book.

For each month of the window one walk along an index that is already in the order of work
(owner or team, month, priority), stopped after as many rows as the page needs; the walks are one
statement. Rows are counted up to a hundred, the same bounded way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, text, true, union_all

from scoring.milestones import due_month
from scoring.model import OpportunityKind
from scoring.permissions import Reach
from scoring.views import DueAsk, DuePage, DueScope
from storage.repository import Repository
from storage.tables import accounts, contracts, opportunities
from storage.views.renewal_lines import (
    LATEST_OPPORTUNITY,
    line_query,
    owner_of,
    renewal_line,
    team_of,
)

COUNTED_TO = 100
"""Lists say "99+" from here on."""

MOST_PAGES = 50

MOST_MONTHS = 24
"""A longer window is cut: nobody works on what ends in three years."""

MOST_OF_A_PERSON = 1000
"""Renewals a person claimed, or owns by their customers; nobody handles more at once."""

# Written out, not bound: only so do the databases see that the partial indexes apply.
_ACTIVE = text("contracts.status = 'active'")
_OPEN = text("opportunities.stage NOT IN ('won', 'lost')")


class Due(Repository):
    """What has to be renewed, in the order of work."""

    async def page(self, ask: DueAsk, reach: Reach) -> DuePage:
        """One page of what `reach` covers; terms that are decided are not in it."""
        ask = replace(ask, page=min(max(ask.page, 1), MOST_PAGES))
        offset = (ask.page - 1) * ask.page_size
        enough = max(COUNTED_TO, offset + ask.page_size + 1)
        walks = [walk.subquery().select() for walk in _walks(ask, reach, enough)]
        if not walks:
            return DuePage(ask, (), 0, COUNTED_TO)
        found = union_all(*walks).subquery("found")
        hits = (
            select(found.c.id, func.max(found.c.priority).label("priority"))
            .group_by(found.c.id)
            .order_by(func.max(found.c.priority).desc(), found.c.id)
            .limit(enough)
            .cte("hits")
        )
        shown = (
            select(hits)
            .order_by(hits.c.priority.desc(), hits.c.id)
            .limit(ask.page_size)
            .offset(offset)
            .subquery("shown")
        )
        total = select(func.count()).select_from(hits).scalar_subquery()
        query = (
            line_query()
            .add_columns(total.label("total"))
            .join(shown, shown.c.id == contracts.c.id)
            .order_by(shown.c.priority.desc(), shown.c.id)
        )
        rows = list(await self._connection.execute(query))
        return DuePage(
            ask,
            tuple(renewal_line(row) for row in rows),
            rows[0].total if rows else 0,
            max(COUNTED_TO, enough),
        )


def _walks(ask: DueAsk, reach: Reach, enough: int) -> Iterator[Select[Any]]:
    """The bounded walks whose union is the list; a row may be found by several."""
    if ask.scope in (DueScope.MINE, DueScope.PERSON):
        if ask.person_id is None:
            return
        own = contracts.c.owner_id == ask.person_id
        all_own = reach.every_team or reach.owner_id == ask.person_id
        for month in _months(ask):
            yield _month(ask, month, enough, own, within=None if all_own else reach)
        yield from _by_hand(ask, ask.person_id, reach)
        return
    if ask.scope is DueScope.TEAM:
        whole = reach.every_team or reach.team == ask.team
        for month in _months(ask):
            ours = contracts.c.team == ask.team
            yield _month(ask, month, enough, ours, within=None if whole else reach)
        return
    for condition, within in _indexed(reach):
        for month in _months(ask):
            yield _month(ask, month, enough, condition, within=within)


def _indexed(reach: Reach) -> Iterator[tuple[ColumnElement[bool], Reach | None]]:
    """Conditions that each start one of the indexes, and together are what may be read."""
    if reach.every_team:
        yield true(), None
        return
    if reach.team:
        yield contracts.c.team == reach.team, None
    if reach.pool:
        # A term without a team may still be another team's by its account.
        yield contracts.c.team.is_(None), reach
    if reach.owner_id is not None:
        yield contracts.c.owner_id == reach.owner_id, None


def _within(reach: Reach) -> ColumnElement[bool]:
    """What may be read, of rows found by another index."""
    if reach.every_team:
        return true()
    arms: list[ColumnElement[bool]] = [false()]
    if reach.team:
        arms.append(team_of == reach.team)
    if reach.pool:
        arms.append(team_of.is_(None))
    if reach.owner_id is not None:
        arms.append(owner_of == reach.owner_id)
    return or_(*arms)


def _months(ask: DueAsk) -> range:
    first, last = due_month(ask.from_on) or 0, due_month(ask.to_on) or 0
    return range(first, min(last, first + MOST_MONTHS) + 1)


def _month(
    ask: DueAsk,
    month: int,
    enough: int,
    condition: ColumnElement[bool],
    *,
    within: Reach | None,
) -> Select[Any]:
    """The best rows of one month; the window is only checked in the months it cuts."""
    cut: list[ColumnElement[bool]] = []
    if month == due_month(ask.from_on) and ask.from_on.day > 1:
        cut.append(contracts.c.countdown_on >= ask.from_on)
    if month == due_month(ask.to_on):
        cut.append(contracts.c.countdown_on <= ask.to_on)
    return (
        _terms(ask, within)
        .where(_ACTIVE, contracts.c.due_month == month, condition, *cut)
        .order_by(contracts.c.priority.desc())
        .limit(enough)
    )


def _by_hand(ask: DueAsk, person_id: int, reach: Reach) -> Iterator[Select[Any]]:
    """What somebody claimed, was given, or owns through the customer: few, so taken whole."""
    window = (
        contracts.c.countdown_on >= ask.from_on,
        contracts.c.countdown_on <= ask.to_on,
    )
    for column in (opportunities.c.claimed_by_id, opportunities.c.owner_id):
        held = (
            select(opportunities.c.contract_id)
            .where(column == person_id, _OPEN, opportunities.c.kind == OpportunityKind.RENEWAL)
            .limit(MOST_OF_A_PERSON)
        )
        yield _terms(ask, reach).where(_ACTIVE, contracts.c.id.in_(held), *window)
    looked_after = (
        select(accounts.c.id).where(accounts.c.csm_id == person_id).limit(MOST_OF_A_PERSON)
    )
    yield _terms(ask, reach).where(
        _ACTIVE, contracts.c.account_id.in_(looked_after), contracts.c.owner_id.is_(None), *window
    )


def _terms(ask: DueAsk, within: Reach | None) -> Select[Any]:
    """Terms that pass the filters, joined only with what these look at.

    A term whose renewal is decided is not active any more, so the stage need not be asked.
    """
    found = select(contracts.c.id, contracts.c.priority).select_from(contracts)
    if within is not None and not within.every_team:
        found = found.join(accounts, accounts.c.id == contracts.c.account_id)
    if ask.unclaimed or (within is not None and not within.every_team):
        found = found.outerjoin(opportunities, LATEST_OPPORTUNITY)
    found = found.where(*_filters(ask))
    return found if within is None else found.where(_within(within))


def _filters(ask: DueAsk) -> Iterator[ColumnElement[bool]]:
    if ask.segment is not None:
        yield contracts.c.segment == ask.segment
    if ask.product:
        yield func.lower(contracts.c.product).contains(ask.product.lower(), autoescape=True)
    if ask.amount_from is not None:
        yield contracts.c.arr >= ask.amount_from
        yield contracts.c.currency == ask.currency
    if ask.unclaimed:
        yield opportunities.c.claimed_by_id.is_(None)

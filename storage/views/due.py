"""Lists of renewals by stored priority, at a cost that does not grow with the book.

For each month of the window one walk along an index that is already in the order of work
(owner or team, month, priority), stopped after as many rows as the page needs; the walks are one
statement. Rows are counted up to a hundred, the same bounded way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, func, or_, select, text, true, union_all

from scoring.lists import DueAsk, DuePage, DueScope
from scoring.milestones import due_month
from scoring.model import OpportunityKind
from scoring.permissions import Reach
from storage.repository import Repository
from storage.tables import accounts, contracts, health_scores, opportunities
from storage.views.reached import terms_within
from storage.views.renewal_lines import LATEST_OPPORTUNITY, line_query, renewal_line

COUNTED_TO = 100
"""Lists say "99+" from here on."""

MOST_PAGES = 50

MOST_MONTHS = 24
"""A longer window is cut: nobody works on what ends in three years."""

MOST_WITHOUT_TEAM = 300
"""Terms of a month without a team that are looked at for being a team's by their customer."""

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
        if ask.person_id is not None:
            yield from _of_person(ask, ask.person_id, reach, enough)
    elif ask.scope is DueScope.TEAM:
        whole = reach.every_team or reach.team == ask.team
        yield from _of_team(ask, ask.team or "", None if whole else reach, enough)
    elif reach.every_team:
        yield from _by_month(ask, enough, true(), None)
    else:
        if reach.team:
            yield from _of_team(ask, reach.team, None, enough)
        if reach.pool:
            # A term without a team may still be another team's by its account.
            yield from _by_month(ask, enough, contracts.c.team.is_(None), reach)
        if reach.owner_id is not None:
            yield from _of_person(ask, reach.owner_id, reach, enough)


def _of_person(ask: DueAsk, person_id: int, reach: Reach, enough: int) -> Iterator[Select[Any]]:
    yield from _by_month(ask, enough, contracts.c.owner_id == person_id, reach)
    yield from _by_hand(ask, person_id, reach)


def _of_team(ask: DueAsk, team: str, within: Reach | None, enough: int) -> Iterator[Select[Any]]:
    """A team's terms, and the few that are its own only by their customer."""
    yield from _by_month(ask, enough, contracts.c.team == team, within)
    for month in _months(ask):
        unnamed = (
            select(contracts.c.id)
            .where(_ACTIVE, *_ends_in(ask, month), contracts.c.team.is_(None))
            .order_by(contracts.c.priority.desc())
            .limit(MOST_WITHOUT_TEAM)
            .subquery("unnamed")
        )
        # No further condition here: it would let the databases walk a whole month instead.
        by_customer = _terms(ask, Reach(team=team)).where(contracts.c.id.in_(select(unnamed.c.id)))
        yield by_customer.where(*_only(within))


def _by_month(
    ask: DueAsk, enough: int, condition: ColumnElement[bool], within: Reach | None
) -> Iterator[Select[Any]]:
    for month in _months(ask):
        yield _month(ask, month, enough, condition, within)


def _months(ask: DueAsk) -> Sequence[int | None]:
    """The months of the window; None stands for the terms without an end."""
    first, last = due_month(ask.from_on) or 0, due_month(ask.to_on) or 0
    months = range(first, min(last, first + MOST_MONTHS) + 1)
    return [*months, None] if ask.open_ended else months


def _month(
    ask: DueAsk,
    month: int | None,
    enough: int,
    condition: ColumnElement[bool],
    within: Reach | None,
) -> Select[Any]:
    """The best rows of one month."""
    return (
        _terms(ask, within)
        .where(_ACTIVE, *_ends_in(ask, month), condition)
        .order_by(contracts.c.priority.desc())
        .limit(enough)
    )


def _ends_in(ask: DueAsk, month: int | None) -> Iterator[ColumnElement[bool]]:
    """The month, and the window only in the months that it cuts."""
    if month is None:
        yield contracts.c.due_month.is_(None)
        return
    yield contracts.c.due_month == month
    if month == due_month(ask.from_on) and ask.from_on.day > 1:
        yield contracts.c.countdown_on >= ask.from_on
    if month == due_month(ask.to_on):
        yield contracts.c.countdown_on <= ask.to_on


def _by_hand(ask: DueAsk, person_id: int, reach: Reach) -> Iterator[Select[Any]]:
    """What somebody claimed, was given, or owns through the customer: few, so taken whole."""
    within = contracts.c.countdown_on.between(ask.from_on, ask.to_on)
    window = (or_(within, contracts.c.countdown_on.is_(None)) if ask.open_ended else within,)
    for column in (opportunities.c.claimed_by_id, opportunities.c.owner_id):
        held = (
            select(opportunities.c.contract_id)
            .where(column == person_id, _OPEN, opportunities.c.kind == OpportunityKind.RENEWAL)
            .limit(MOST_OF_A_PERSON)
        )
        yield _terms(ask, reach).where(_ACTIVE, contracts.c.id.in_(held), *window)
    executive = accounts.c.account_executive_id == person_id
    # COALESCE keeps the databases from walking all that nobody owns by the owner's index.
    for looks_after in (
        (accounts.c.csm_id == person_id,),
        (executive, func.coalesce(accounts.c.csm_id, 0) == 0),
    ):
        looked_after = select(accounts.c.id).where(*looks_after).limit(MOST_OF_A_PERSON)
        yield _terms(ask, reach).where(
            _ACTIVE,
            contracts.c.account_id.in_(looked_after),
            func.coalesce(contracts.c.owner_id, 0) == 0,
            *window,
        )


def _terms(ask: DueAsk, within: Reach | None) -> Select[Any]:
    """Terms that pass the filters, joined only with what these look at.

    A term whose renewal is decided is not active any more, so the stage need not be asked.
    """
    conditions = [*_only(within), *_only(ask.amounts_of if ask.amount_from is not None else None)]
    found = select(contracts.c.id, contracts.c.priority).select_from(contracts)
    if conditions:
        found = found.join(accounts, accounts.c.id == contracts.c.account_id)
    if ask.unclaimed:
        found = found.outerjoin(opportunities, LATEST_OPPORTUNITY)
    if ask.bands or ask.p_from is not None or ask.p_below is not None:
        found = found.join(health_scores, health_scores.c.account_id == contracts.c.account_id)
    return found.where(*conditions, *_filters(ask))


def _only(within: Reach | None) -> list[TextClause]:
    return [] if within is None or within.every_team else [terms_within(within)]


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
    if ask.bands:
        # COALESCE keeps the databases from walking every customer of a band by its index.
        yield func.coalesce(health_scores.c.band, "").in_(sorted(ask.bands))
    if ask.p_from is not None:
        yield health_scores.c.p_renew >= ask.p_from
    if ask.p_below is not None:
        yield health_scores.c.p_renew < ask.p_below

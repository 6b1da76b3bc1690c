"""What somebody's Home shows, read from the book for that person alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.due_reading import LATE_DAYS
from handlers.own_expansions import expansions_of_person
from handlers.rules import Rules
from handlers.veiling import shown_to, veil_line
from scoring.home import QUARTER_DAYS, AtRisk, HomeView, Task, at_risk, gravity_of
from scoring.lists import DueAsk, DuePage, DueScope
from scoring.model import Person
from scoring.permissions import PlaceScope, Right, may_start, reach_of
from scoring.views import RenewalLine
from storage.transaction import Tx
from storage.views.risks import Risks

MOST_ROWS = 40
"""Renewals looked at; what is urgent among more is in the list behind the button."""

MOST_AT_RISK = 5

MOST_EXPANSIONS = 4
"""The largest; the others are in the list behind the button."""


async def home_of(tx: Tx, person: Person, rules: Rules, now: datetime) -> HomeView:
    """Everything on the Home of somebody whom the book knows, within what they may read.

    Nobody else sees a Home, so amounts are shown as in a direct message.
    """
    today = now.astimezone(rules.zone).date()
    rights = frozenset(
        right for right in Right if may_start(person, right, place=PlaceScope.DM).allowed
    )
    view = HomeView(
        person=person,
        today=today,
        locale=person.locale or rules.locale,
        hours=rules.hours_of(person),
        zone=rules.zone_of(person).key,
        may=rights,
    )
    if Right.READ_BOOK not in rights:
        return view
    page, mine = await _renewals(tx, person, today)
    shows = shown_to(person, rules)
    rows = tuple(veil_line(row, shows) for row in page.rows)
    promises = await tx.promises.of_person(person.id, today)
    risks = Risks(tx.connection)
    return replace(
        view,
        rows=rows,
        mine=mine,
        total=page.counted_to - 1 if page.more_than_counted else page.total,
        more_than_counted=page.more_than_counted,
        tasks=tuple(
            Task(each.account_id, each.account, each.kind, each.next_on, each.contact)
            for each in promises
        ),
        at_risk=await _at_risk(risks, rows, today),
        expansions=await expansions_of_person(
            tx, person.id, reader=person, rules=rules, today=today, most=MOST_EXPANSIONS
        ),
        newcomer=not await risks.has_worked(person.id),
    )


async def _renewals(tx: Tx, person: Person, today: date) -> tuple[DuePage, bool]:
    """Their own, or what else they may see when nothing is."""
    ask = DueAsk(
        from_on=today - timedelta(days=LATE_DAYS),
        to_on=today + timedelta(days=QUARTER_DAYS),
        scope=DueScope.MINE,
        person_id=person.id,
        page_size=MOST_ROWS,
    )
    reach = reach_of(person)
    page = await tx.due.page(ask, reach)
    if page.rows:
        return page, True
    return await tx.due.page(replace(ask, scope=DueScope.ALL, person_id=None), reach), False


async def _at_risk(risks: Risks, rows: tuple[RenewalLine, ...], today: date) -> tuple[AtRisk, ...]:
    """The renewals to worry about most, by how the customer stands, then in the order of work."""
    known = await risks.of({row.account_id for row in rows}, today)
    found: dict[int, AtRisk] = {}
    for row in rows:
        facts = known.get(row.account_id)
        risk = at_risk(row, facts, today) if facts else None
        if risk is not None:  # of a customer the most urgent renewal stands for all
            found.setdefault(row.account_id, risk)
    return tuple(sorted(found.values(), key=gravity_of)[:MOST_AT_RISK])

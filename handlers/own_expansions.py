"""Somebody's expansions, as a part of what else they look after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.rules import Rules
from handlers.veiling import shown_to, veil_line
from scoring.lists import DueScope, ExpansionAsk, ExpansionPage
from scoring.model import Person
from scoring.permissions import reach_of
from storage.transaction import Tx
from storage.views.expansions import ExpansionLines


async def expansions_of_person(
    tx: Tx,
    person_id: int,
    *,
    reader: Person,
    rules: Rules,
    today: date,
    most: int,
    snoozed: bool = False,
) -> ExpansionPage:
    """The largest of what a person claimed or answers for, as `reader` sees it in their own chat."""
    ask = ExpansionAsk(
        today=today,
        scope=DueScope.MINE if person_id == reader.id else DueScope.PERSON,
        person_id=person_id,
        snoozed=snoozed,
        page_size=most,
    )
    page = await ExpansionLines(tx.connection).page(ask, reach_of(reader))
    shows = shown_to(reader, rules)
    return replace(page, rows=tuple(veil_line(row, shows) for row in page.rows))

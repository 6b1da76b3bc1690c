"""Contracts that come in, or change, while a tick is between two of its statements.

On PostgreSQL every statement sees what was committed before it. (On SQLite nobody else writes
meanwhile, so there they come in just before.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, text, update

from handlers.jobs import milestones
from storage.store import Store
from storage.tables import contracts
from tests.chatting import Chat
from tests.sample_book import MONDAY, RULES, TODAY

SOON, LATER = TODAY + timedelta(days=5), TODAY + timedelta(days=400)


async def _add(store: Store, ends_on: date = SOON) -> None:
    """Somebody imports a contract."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        row = (await tx.connection.execute(select(contracts).limit(1))).one()
        dates = {"ends_on": ends_on, "countdown_on": ends_on, "cancel_by_on": None}
        new = {"id": 9_001, "contract_no": "NEW-1", "number_key": "new1", "clock_rev": rev}
        same = {"segment": "standard", "status": "active", "countdown_no": 1, "due_month": None}
        await tx.connection.execute(
            insert(contracts).values({**row._mapping, **new, **dates, **same})
        )


async def _end_sooner(store: Store) -> None:
    """Somebody moves the end of a contract that was to run for another year."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        await tx.connection.execute(
            update(contracts)
            .where(contracts.c.contract_no == "NEW-1")
            .values(ends_on=SOON, countdown_on=SOON, clock_rev=rev)
        )


async def _tick_while(store: Store, meanwhile: Callable[[Store], Awaitable[None]]) -> None:
    """The steps of the job, with something done by others after its first look."""
    if store.dialect == "sqlite":
        await meanwhile(store)
    async with store.begin() as tx:
        mark = await tx.marks.take(milestones.NAME)
        rev = await tx.marks.current_rev()
        await tx.countdown.find(TODAY, RULES.schedule, seen_rev=mark.rev, only_changed=True)
        if store.dialect == "postgresql":
            await meanwhile(store)
        await tx.countdown.record(
            TODAY, RULES.schedule, now=MONDAY, seen_rev=mark.rev, up_to_rev=rev
        )
        await tx.marks.put(milestones.NAME, on=TODAY, rev=rev, at=MONDAY)
    async with store.begin() as tx:
        await milestones.run(tx, RULES, MONDAY)


async def _due(store: Store) -> list[int]:
    async with store.read() as tx:
        rows = await tx.connection.execute(
            text(
                "SELECT l.offset_days FROM ledger l JOIN contracts c ON c.id = l.contract_id "
                "WHERE c.contract_no = 'NEW-1' AND l.state = 'due'"
            )
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize("changed", [False, True])
async def test_what_comes_in_during_a_tick_is_told_by_the_next(
    chat: Chat, store: Store, changed: bool
) -> None:
    if changed:
        await _add(store, LATER)
    await chat.tick()
    await _tick_while(store, _end_sooner if changed else _add)
    assert await _due(store) == [7]

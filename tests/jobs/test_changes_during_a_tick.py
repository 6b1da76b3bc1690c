"""Contracts that come in, or change, while a tick is between two of its statements.

On PostgreSQL every statement sees what was committed before it. (On SQLite nobody else writes
meanwhile, so there they come in just before.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, text, update

from handlers.jobs import escalations, milestones
from storage.store import Store
from storage.tables import contracts, opportunities
from storage.transaction import Tx
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
    await _tick_in_steps(store, meanwhile)
    async with store.begin() as tx:
        await milestones.run(tx, RULES, MONDAY)


async def _tick_in_steps(store: Store, meanwhile: Callable[[Store], Awaitable[None]]) -> None:
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
        await milestones.tell_found(tx, RULES, MONDAY)
        await tx.marks.put(milestones.NAME, on=TODAY, rev=rev, at=MONDAY)


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


async def _move(store: Store, ends_on: date) -> None:
    """Somebody extends the contract that has just been found."""
    async with store.begin() as tx:
        await _change(tx, ends_on)


async def _change(tx: Tx, ends_on: date) -> None:
    rev = await tx.marks.next_rev()
    (number,) = await _numbers(tx)
    before = await tx.contracts.row(number)
    new = {"ends_on": ends_on}
    changed = tx.contracts.change(
        number, before, new, clock_rev=rev, schedule=RULES.schedule, today=TODAY
    )
    assert await changed


async def _cancel(store: Store) -> None:
    """An import says that it was cancelled."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        (number,) = await _numbers(tx)
        await tx.connection.execute(
            update(contracts)
            .where(contracts.c.id == number)
            .values(status="cancelled", clock_rev=rev)
        )
        await tx.opportunities.settle_decided(clock_rev=rev, at=MONDAY)


async def _numbers(tx: Tx) -> list[int]:
    query = select(contracts.c.id).where(contracts.c.contract_no == "NEW-1")
    return list(await tx.connection.scalars(query))


async def _stages(store: Store) -> list[str]:
    async with store.read() as tx:
        rows = await tx.connection.execute(
            text(
                "SELECT o.stage FROM opportunities o JOIN contracts c ON c.id = o.contract_id "
                "WHERE c.contract_no = 'NEW-1'"
            )
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize("days", [-20, 5])
@pytest.mark.parametrize("meanwhile", [partial(_move, ends_on=LATER), _cancel])
async def test_no_renewal_is_opened_for_what_was_extended_or_cancelled_meanwhile(
    chat: Chat, store: Store, meanwhile: Callable[[Store], Awaitable[None]], days: int
) -> None:
    await chat.tick()
    await _add(store, TODAY + timedelta(days=days))
    await _tick_in_steps(store, meanwhile)
    await chat.tick()
    assert await _stages(store) == []
    if meanwhile is not _cancel:  # it is told when its new time has come
        chat.later(days=394)
        await chat.tick()
        assert await _stages(store) == ["open"]


@pytest.mark.parametrize("days", [-20, 5])
async def test_a_renewal_follows_its_term_that_was_being_extended(
    chat: Chat, store: Store, days: int
) -> None:
    await chat.tick()
    await _add(store, TODAY + timedelta(days=days))
    if store.dialect == "sqlite":
        await chat.tick()
        await _move(store, LATER)
    else:
        async with store.begin() as tx:
            await _change(tx, LATER)
            await chat.tick()  # sees the term as it was, and the change does not see its renewal
    await chat.tick()
    assert await _stages(store) == ["open"]
    chat.later(days=394)
    await chat.tick()
    assert await _stages(store) == ["open"]  # one for both times


async def test_what_somebody_changes_right_now_is_escalated_by_the_next_tick(
    chat: Chat, store: Store
) -> None:
    await chat.tick()
    chat.later(hours=25)
    told_again = update(opportunities).values(announced_at=chat.now, escalated_at=None)
    mine = told_again.where(opportunities.c.contract_id == 2)

    async def escalate() -> set[int | None]:
        async with store.begin() as tx:
            await escalations.run(tx, chat.rules, chat.now)
        return {row.contract_id for row in await chat.outbox("escalation")}

    if store.dialect == "sqlite":  # nobody else writes meanwhile
        async with store.begin() as tx:
            await tx.connection.execute(mine)
        assert 2 not in await escalate()
    else:
        async with store.begin() as tx:  # a tick that announces it anew
            await tx.connection.execute(mine)
            found = await escalate()
            assert len(found) > 1
            assert 2 not in found
    assert 2 not in await escalate()
    chat.later(hours=25)
    assert 2 in await escalate()

"""Undo: one's own last change, for ten minutes, and never somebody else's."""

from __future__ import annotations

import asyncio

import pytest

from scoring.model import ContractStatus, Stage
from tests.chatting import Chat


async def state_of(chat: Chat) -> object:
    """Everything that a command on HT-1 may change and an undo has to bring back."""
    async with chat.store.read() as tx:
        row = await tx.contracts.row(1)
        opportunity = await tx.opportunities.of_contract(1)
        touches = await tx.touches.of_account(1)
        successor = await tx.contracts.by_no("HT-1-R1")
        outcome = await tx.facts.existing("outcomes", [1], ["outcome"])
    assert opportunity is not None
    kept = (
        opportunity.stage,
        opportunity.claimed_by_id,
        opportunity.claimed_at,
        opportunity.snoozed_until,
        opportunity.snooze_reason,
        opportunity.decided_at,
        opportunity.reason,
        opportunity.amount,
        opportunity.owner_id,
    )
    term = {name: value for name, value in row.items() if name not in ("revision", "clock_rev")}
    return kept, term, touches, successor, outcome


@pytest.mark.parametrize(
    ("before", "line", "who"),
    [
        ((), "claim HT-1", "李雷"),
        (("claim HT-1",), "release HT-1", "李雷"),
        (("claim HT-1",), "log HT-1 电话沟通, 下周三跟进", "李雷"),
        ((), "snooze HT-1 2026-12-02 预算", "李雷"),
        (("snooze HT-1 2026-12-02 预算",), "snooze HT-1 2026-12-09 再等等", "李雷"),
        (("claim HT-1",), "stage HT-1 proposal", "李雷"),
        (("stage HT-1 committed",), "won HT-1 130万", "李雷"),
        ((), "lost HT-1 price 太贵", "李雷"),
        (("claim HT-1",), "assign HT-1 韩梅梅", "Ada Park"),
        ((), "edit HT-1 ends_on=2027-06-30 arr=150万 owner=韩梅梅 confirm=yes", "Ada Park"),
        (("log HT-1 电话沟通",), "fix T-1 kind=visit contact=李总", "李雷"),
    ],
)
async def test_undo_brings_back_exactly_what_was(
    chat: Chat, before: tuple[str, ...], line: str, who: str
) -> None:
    await chat.tick()
    for step in before:
        assert not (await chat(step)).refused
    was = await state_of(chat)
    chat.later(minutes=1)
    done = await chat(line, as_=who)
    assert not done.refused, done.text
    assert await state_of(chat) != was
    chat.later(minutes=1)
    reply = await chat("撤销", as_=who)
    assert not reply.refused, reply.text
    assert "华为" in reply
    assert await state_of(chat) == was


async def test_undo_takes_one_step_after_the_other(chat: Chat) -> None:
    await chat("claim HT-1")
    await chat("log 华为 电话沟通")
    await chat("stage HT-1 proposal")
    assert "阶段" in await chat("undo")
    assert (await chat.opportunity("HT-1")).stage is Stage.CONTACTED
    assert "记跟进" in await chat("undo")
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN
    assert "认领" in await chat("undo")
    assert (await chat.opportunity("HT-1")).claimed_by_id is None
    assert (await chat("undo")).refused


async def test_undo_ends_after_ten_minutes(chat: Chat) -> None:
    done = await chat("claim HT-1")
    chat.later(minutes=11)
    assert "10" in await chat("undo")
    late = await chat(done.line("undo"))
    assert late.refused
    assert (await chat.opportunity("HT-1")).claimed_by_id is not None


async def test_an_old_undo_button_takes_back_its_own_change_only(chat: Chat) -> None:
    first = await chat("claim HT-1")
    await chat("claim HT-2")
    reply = await chat(first.line("undo"))
    assert "华为" in reply
    assert (await chat.opportunity("HT-1")).claimed_by_id is None
    assert (await chat.opportunity("HT-2")).claimed_by_id is not None


async def test_nobody_takes_back_what_somebody_else_did(chat: Chat) -> None:
    done = await chat("claim HT-1", as_="李雷")
    assert (await chat("undo", as_="韩梅梅")).refused
    reply = await chat(done.line("undo"), as_="韩梅梅")
    assert reply.refused
    assert "李雷" in reply


async def test_a_later_change_of_somebody_else_is_not_overwritten(chat: Chat) -> None:
    await chat("stage HT-1 proposal", as_="李雷")
    await chat("stage HT-1 committed", as_="韩梅梅")
    reply = await chat("undo", as_="李雷")
    assert reply.refused
    assert (await chat.opportunity("HT-1")).stage is Stage.COMMITTED


async def test_a_reassigned_claim_stays_with_its_new_holder(chat: Chat) -> None:
    await chat("claim HT-1", as_="李雷")
    await chat("assign HT-1 韩梅梅", as_="Ada Park")
    assert (await chat("undo", as_="李雷")).refused
    assert (await chat.opportunity("HT-1")).claimed_by_id == chat.book.people["韩梅梅"]


async def test_twenty_undo_clicks_at_once_act_once(chat: Chat) -> None:
    await chat("claim HT-1")
    done = await chat("stage HT-1 proposal")
    line = done.line("undo")
    replies = await asyncio.gather(*(chat(line) for _ in range(20)))
    assert sum(not reply.refused for reply in replies) == 1
    opportunity = await chat.opportunity("HT-1")
    assert opportunity.stage is Stage.OPEN
    assert opportunity.claimed_by_id == chat.book.people["李雷"]


async def test_undo_against_a_simultaneous_change_is_one_or_the_other(chat: Chat) -> None:
    for _ in range(5):
        await chat("stage HT-1 proposal", as_="李雷")
        undone, moved = await asyncio.gather(
            chat("undo", as_="李雷"), chat("stage HT-1 committed", as_="韩梅梅")
        )
        stage = (await chat.opportunity("HT-1")).stage
        if undone.refused:
            assert stage is Stage.COMMITTED
        else:
            assert stage is (Stage.OPEN if moved.refused else Stage.COMMITTED)
        await chat("undo", as_="韩梅梅")
        await chat("undo", as_="李雷")


async def test_an_undone_win_whose_successor_was_announced_cancels_it(chat: Chat) -> None:
    await chat("won HT-4 until=2027-01-10")
    chat.later(minutes=1)
    await chat.tick()
    reply = await chat("undo")
    assert not reply.refused, reply.text
    async with chat.store.read() as tx:
        old = await tx.contracts.by_no("HT-4")
        new = await tx.contracts.by_no("HT-4-R1")
    assert old is not None
    assert new is not None
    assert old.status is ContractStatus.ACTIVE
    assert new.status is ContractStatus.CANCELLED
    assert "HT-4-R2" in await chat("won HT-4")


async def test_taking_back_a_moved_date_tells_nothing_twice(chat: Chat) -> None:
    await chat.tick()
    told = len(await chat.outbox("milestone"))
    await chat("edit HT-1 ends_on=2028-12-31 confirm=yes", as_="Ada Park")
    await chat("undo", as_="Ada Park")
    chat.later(minutes=2)
    await chat.tick()
    assert len(await chat.outbox("milestone")) == told


async def test_undo_refuses_what_is_no_change(chat: Chat) -> None:
    assert (await chat("undo nonsense")).refused
    assert (await chat("undo U-999")).refused

"""What nobody claims goes to the lead after a day, once, in working hours."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import text

from handlers.jobs import escalations, snoozes
from tests.chatting import Chat
from tests.sample_book import ZONE


async def escalate(chat: Chat) -> int:
    async with chat.store.begin() as tx:
        return await escalations.run(tx, chat.rules, chat.now)


async def escalated(chat: Chat) -> set[tuple[int, str]]:
    return {(row.contract_id or 0, row.place) for row in await chat.outbox("escalation")}


async def test_nothing_escalates_within_a_day(chat: Chat) -> None:
    await chat.tick()
    chat.later(hours=23, minutes=59)
    assert await escalate(chat) == 0


async def test_after_a_day_the_lead_of_the_team_hears_of_the_unclaimed(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    await chat("snooze HT-3 2026-12-10 预算")
    await chat("lost HT-5 price", as_="李雷")
    chat.later(hours=24)
    await escalate(chat)
    # 华北 has no lead of its own and HT-9 no team: all leads hear of those.
    assert await escalated(chat) == {(number, "U3ADA") for number in (2, 4, 6, 7, 9)}


async def test_running_it_again_adds_nothing(chat: Chat) -> None:
    await chat.tick()
    chat.later(hours=25)
    first = await escalate(chat)
    assert first > 0
    assert await escalate(chat) == 0
    chat.later(days=3)
    assert await escalate(chat) == 0


async def test_ten_replicas_at_once_escalate_once(chat: Chat) -> None:
    await chat.tick()
    chat.later(hours=25)
    counts = await asyncio.gather(*(escalate(chat) for _ in range(10)))
    assert max(counts) == sum(counts) == len(await chat.outbox("escalation"))


async def test_a_new_announcement_can_escalate_again(chat: Chat) -> None:
    await chat.tick()
    chat.later(hours=25)
    await escalate(chat)
    before = len([one for one in await escalated(chat) if one[0] == 1])
    chat.later(days=9)  # D-30 of HT-1 was crossed
    await chat.tick()
    chat.later(hours=25)
    await escalate(chat)
    rows = [row for row in await chat.outbox("escalation") if row.contract_id == 1]
    assert (before, len(rows)) == (1, 2)


async def test_a_lead_is_told_in_working_hours(chat: Chat) -> None:
    chat.at(datetime(2026, 11, 27, 17, 30, tzinfo=ZONE))  # Friday
    await chat.tick()
    chat.later(hours=24)
    await escalate(chat)
    due = {row.due_at.astimezone(ZONE) for row in await chat.outbox("escalation")}
    assert due == {datetime(2026, 11, 30, 9, 0, tzinfo=ZONE)}


async def test_a_book_without_leads_tries_again_later(chat: Chat) -> None:
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE people SET slack_id = NULL WHERE role IN ('lead', 'admin')")
        )
    chat.later(hours=25)
    assert await escalate(chat) == 0
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE people SET slack_id = 'U3ADA' WHERE name = 'Ada Park'")
        )
    assert await escalate(chat) > 0


async def test_a_snoozed_renewal_wakes_on_its_day_and_says_so_once(chat: Chat) -> None:
    await chat("snooze HT-1 2026-12-02 预算")
    for day, woke in ((1, 0), (2, 1), (2, 0), (3, 0)):
        chat.at(datetime(2026, 12, day, 9, 7, tzinfo=ZONE))
        async with chat.store.begin() as tx:
            assert await snoozes.run(tx, chat.rules, chat.now) == woke
    assert (await chat.opportunity("HT-1")).snoozed_until is None
    told = [row for row in await chat.outbox("followup") if row.facts["what"] == "woke"]
    assert [row.place for row in told] == ["user:lilei"]

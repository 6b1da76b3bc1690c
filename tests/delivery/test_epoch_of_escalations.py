"""A renewal that the lost book escalated is not escalated again, days later, by the restored one."""

from __future__ import annotations

import pytest

from handlers.jobs import escalations
from handlers.jobs.tick import tick_once
from handlers.restoring import begin_epoch
from scoring.model import Platform
from storage.outbox import Delivery
from tests.chat.conftest import book, chat
from tests.chatting import Chat
from tests.delivery.test_epoch_of_a_book import Everywhere, deliver, lost, names, other_url
from tests.delivery.test_epoch_out_of_hours import hanging
from tests.delivery.world import Clock

__all__ = ["book", "chat", "lost", "other_url"]


async def escalated(chat: Chat, clock: Clock) -> list[Delivery]:
    async with chat.store.begin() as tx:
        await escalations.run(tx, chat.rules, clock.now)
    return [row for row in await chat.outbox() if row.kind == "escalation"]


@pytest.mark.parametrize("lost_told_them", [True, False])
async def test_what_the_lost_book_escalated_since_the_backup_is_looked_for_when_its_day_comes(
    chat: Chat, lost: Chat, lost_told_them: bool
) -> None:
    desks = [Everywhere(platform=platform) for platform in (Platform.SLACK, Platform.WECOM)]
    clock = Clock(lost.now, lost.now)
    clock.move(minutes=5)
    await tick_once(lost.store, lost.rules, clock.now, only="milestones")
    await deliver(lost, desks, clock)
    if lost_told_them:
        clock.move(hours=25)
        assert await escalated(lost, clock)
        await deliver(lost, desks, clock)
    told = hanging(desks)

    clock.move(hours=48)
    await begin_epoch(chat.store, chat.rules, clock.now, backup_at=lost.now)
    clock.move(minutes=3)
    await deliver(chat, desks, clock)
    clock.move(hours=25)
    rows = await escalated(chat, clock)
    assert rows
    assert {row.suspect_since for row in rows} == {lost.now}
    for _ in range(3):
        clock.move(minutes=3)
        await deliver(chat, desks, clock)
    assert {row.state for row in await chat.outbox() if row.kind == "escalation"} == {"sent"}
    lead = "U3ADA"
    assert (hanging(desks)[lead] == told.get(lead)) is lost_told_them
    if lost_told_them:
        assert await names(chat, "escalation") == await names(lost, "escalation")


async def test_what_nobody_can_have_escalated_yet_is_not_doubted(chat: Chat) -> None:
    clock = Clock(chat.now, chat.now)
    clock.move(hours=20)
    await begin_epoch(chat.store, chat.rules, clock.now, backup_at=chat.now)
    clock.move(hours=30)
    assert {row.suspect_since for row in await escalated(chat, clock)} == {None}


async def test_each_announcement_of_a_renewal_is_escalated_under_its_own_name(chat: Chat) -> None:
    clock = Clock(chat.now, chat.now)
    for _ in range(2):
        await tick_once(chat.store, chat.rules, clock.now, only="milestones")
        clock.move(hours=25)
        rows = await escalated(chat, clock)
        clock.move(days=9)
    assert len(await names(chat, "escalation")) == len(rows)

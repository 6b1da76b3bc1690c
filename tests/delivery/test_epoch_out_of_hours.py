"""A book restored in the evening tells nothing the next morning that the lost one told by day."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.jobs.tick import tick_once
from handlers.restoring import begin_epoch
from scoring.model import Platform
from tests.chat.conftest import book, chat
from tests.chatting import Chat
from tests.delivery.test_epoch_of_a_book import Everywhere, deliver, lost, other_url
from tests.delivery.world import Clock

__all__ = ["book", "chat", "lost", "other_url"]


@pytest.mark.parametrize("lost_told_them", [True, False])
async def test_what_was_put_since_the_backup_is_looked_for_in_its_hours(
    chat: Chat, lost: Chat, lost_told_them: bool
) -> None:
    desks = [Everywhere(platform=platform) for platform in (Platform.SLACK, Platform.WECOM)]
    clock = Clock(lost.now, lost.now)
    clock.move(minutes=5)
    await tick_once(lost.store, lost.rules, clock.now)
    if lost_told_them:
        clock.move(minutes=20)
        await deliver(lost, desks, clock)
    by_day = hanging(desks)
    assert bool(by_day) is lost_told_them

    clock.move(hours=12)
    begun = await begin_epoch(chat.store, chat.rules, clock.now, backup_at=lost.now)
    assert begun.put == begun.suspect > 0
    clock.move(hours=1)
    await deliver(chat, desks, clock)
    assert hanging(desks) == by_day  # late in the evening nobody is told anything

    clock.move(hours=12)
    for _ in range(3):
        clock.move(minutes=20)
        await deliver(chat, desks, clock)
    assert {row.state for row in await chat.outbox()} == {"sent"}
    places = {row.place: 1 for row in await chat.outbox()}
    assert hanging(desks) == (by_day if lost_told_them else places)


def hanging(desks: Sequence[Everywhere]) -> dict[str, int]:
    """How many messages hang where."""
    return {place: len(messages) for desk in desks for place, messages in desk.hung.items()}

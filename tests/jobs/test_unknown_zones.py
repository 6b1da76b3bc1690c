"""A time zone that no clock knows stops nobody's work."""

from __future__ import annotations

import pytest

from handlers.audience import Desks
from handlers.jobs.tick import tick_once
from handlers.reconcile import reconcile
from handlers.simulate import simulate
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import RULES, ZONE


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../../etc/passwd", "Factory", "localtime"])
async def test_the_tick_goes_on_in_the_organisations_zone(
    store: Store, chat: Chat, zone: str
) -> None:
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["李雷"], {"time_zone": zone})
    person = await chat.person("李雷")
    assert Desks(RULES, chat.now).zone_of(person) == ZONE
    ticked = await tick_once(store, RULES, chat.now)
    assert ticked["notifications"]
    async with store.read() as tx:
        assert await simulate(tx, RULES, chat.now, days=30)
        told = [f.detail for f in await reconcile(tx, RULES, chat.now) if f.problem == "bad_zone"]
    assert told == ([f"李雷: {zone}"] if zone else [])

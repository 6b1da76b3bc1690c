"""From a chat line to the message that others see because of it: one id in every log line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.dispatcher import Dispatcher
from bot.sending import composer
from handlers.commands import COMMANDS
from messages.incoming import Incoming
from scoring.model import DeliveryState
from storage.store import Store
from tests.api.clients import serving_api
from tests.api.test_bringing_facts import SIGNAL
from tests.chatting import TERMINAL, Chat
from tests.delivery.world import Clock, World
from tests.fakes.robot import FakeRobots
from tests.logged import logged, only
from tests.sample_book import fill


@pytest.fixture
async def robots() -> AsyncIterator[FakeRobots]:
    """Group robots on loopback."""
    fake = FakeRobots()
    await fake.start()
    yield fake
    await fake.stop()


async def test_a_line_and_what_it_makes_others_see_have_one_id(
    store: Store, robots: FakeRobots
) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    world = World(store, robots, Clock(chat.now, chat.now, chat.now))
    robots.clock = lambda: world.clock.steady
    try:
        await chat.tick()
        await world.deliver(compose=composer(chat.rules))
        line = f"assign {await chat.code('HT-1')} 李雷"
        incoming = Incoming(TERMINAL.platform, "operator", line, TERMINAL, operator=True)
        with logged() as events:
            await Dispatcher(store, COMMANDS, chat.rules).dispatch(incoming, chat.now)
            world.clock.move(minutes=2)
            await world.deliver(compose=composer(chat.rules))
    finally:
        await world.close()
    answered, told = only(events, "answered"), only(events, "told")
    assert told["deliveries"]
    assert told["origins"] == [answered["origin"]]
    rows = {f"D-{row.id}": row for row in await chat.outbox()}
    for code in told["deliveries"]:
        assert rows[code].origin == answered["origin"]
        assert rows[code].state is DeliveryState.SENT
        assert rows[code].receipt == told["message_id"]


async def test_the_reference_of_a_request_that_goes_wrong_is_the_id_of_its_work(
    store: Store,
) -> None:
    async with serving_api(store) as client:
        client.time.now = None  # type: ignore[assignment]
        with logged() as events:
            answer = await client.post("signals", [SIGNAL])
    told = only(events, "a request could not be answered")
    assert answer.status == 500
    assert answer.body["reference"] == told["reference"] == told["origin"]
    assert told["origin"].startswith("api-")

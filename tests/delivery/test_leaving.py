"""A worker that is told to stop finishes, or gives back what it holds, so that others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.delivery.leaving import finish
from bot.delivery.rounds import run_delivery
from handlers.announcing_types import Composed
from storage.outbox import Delivery
from storage.transaction import Tx
from tests.delivery.world import World, tell_names
from tests.fakes.desk import FakeDesk

NO_TIME_S = 0.01


class Hanging(FakeDesk):
    """Takes a message into its place, and never answers in a place called #hanging."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def send(self, place: str, payload: Any, key: str) -> Any:
        receipt = await super().send(place, payload, key)
        self.asked.set()
        if place == "#hanging":
            await asyncio.Event().wait()
        return receipt


async def test_a_worker_with_time_finishes_and_gives_nothing_back(world: World) -> None:
    desk = Hanging()
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    courier, stop = world.courier(), asyncio.Event()
    work = asyncio.create_task(run_delivery(courier, wake=asyncio.Event(), stop=stop))
    await asyncio.wait_for(desk.asked.wait(), 20)
    await finish(courier, work, stop, within_s=20)
    assert await world.states() == {"A-1": "sent"}


async def test_what_cannot_end_in_time_is_in_doubt_at_once(world: World) -> None:
    desk = Hanging()
    world.adapters = [desk]
    await world.put(["A-1"], "#hanging")
    courier, stop = world.courier(), asyncio.Event()
    work = asyncio.create_task(run_delivery(courier, wake=asyncio.Event(), stop=stop))
    await asyncio.wait_for(desk.asked.wait(), 20)
    await finish(courier, work, stop, within_s=NO_TIME_S)
    assert work.done()
    assert await world.states() == {"A-1": "ambiguous"}
    # It was taken before: the next worker finds it after the settle time, without any lease's end.
    world.clock.move(seconds=world.rules.settle_s + 1)
    await world.deliver()
    assert await world.states() == {"A-1": "sent"}
    assert desk.keys == desk.keys[:1]


async def test_rows_that_no_message_was_made_of_are_free_at_once(world: World) -> None:
    composing = asyncio.Event()

    async def never_done(tx: Tx, rows: Sequence[Delivery], now: datetime) -> Composed:
        composing.set()
        await asyncio.Event().wait()
        return await tell_names(tx, rows, now)

    world.adapters = [FakeDesk()]
    await world.put(["A-1", "A-2"], "#east")
    courier, stop = world.courier(compose=never_done), asyncio.Event()
    work = asyncio.create_task(run_delivery(courier, wake=asyncio.Event(), stop=stop))
    await asyncio.wait_for(composing.wait(), 20)
    await finish(courier, work, stop, within_s=NO_TIME_S)
    assert await world.states() == {"A-1": "waiting", "A-2": "waiting"}
    summary = await world.deliver()
    assert summary.sent == 2


async def test_nobody_gives_back_what_another_worker_holds(world: World) -> None:
    desk = Hanging()
    world.adapters = [desk]
    await world.put(["A-1"], "#hanging")
    holder, leaver = world.courier(), world.courier()
    stop, other_stop = asyncio.Event(), asyncio.Event()
    held = asyncio.create_task(run_delivery(holder, wake=asyncio.Event(), stop=stop))
    await asyncio.wait_for(desk.asked.wait(), 20)
    work = asyncio.create_task(run_delivery(leaver, wake=asyncio.Event(), stop=other_stop))
    await finish(leaver, work, other_stop, within_s=20)
    assert await world.states() == {"A-1": "leased"}
    await finish(holder, held, stop, within_s=NO_TIME_S)

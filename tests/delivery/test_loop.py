"""The loop of the service: wakes, polls, stops cleanly."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.delivery.rounds import run_delivery
from bot.delivery.summary import DeliverySummary
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk


class Loop:
    """A running loop and what it reported."""

    def __init__(self, world: World, *, poll_s: float = 3_600) -> None:
        world.rules = replace(world.rules, poll_s=poll_s)
        self.wake, self.stop, self.reported = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.total = DeliverySummary()
        self.task = asyncio.create_task(
            run_delivery(world.courier(), wake=self.wake, stop=self.stop, report=self._report)
        )

    def _report(self, summary: DeliverySummary) -> None:
        self.total += summary
        self.reported.set()

    async def until_sent(self, rows: int) -> None:
        """Wait until so many rows were reported as sent."""
        while self.total.sent < rows:
            self.reported.clear()
            await asyncio.wait_for(self.reported.wait(), 20)

    async def end(self) -> None:
        """Ask it to stop and wait until it has."""
        self.stop.set()
        await asyncio.wait_for(self.task, 20)


async def test_the_loop_sends_what_is_there_and_what_is_put_later(world: World) -> None:
    await world.put(["A-1"])
    loop = Loop(world)
    await loop.until_sent(1)
    await world.put(["A-2"])
    loop.wake.set()
    await loop.until_sent(2)
    await loop.end()
    assert await world.states() == {"A-1": "sent", "A-2": "sent"}


async def test_the_loop_notices_by_itself_what_others_put(world: World) -> None:
    loop = Loop(world, poll_s=0.01)
    await world.put(["A-1"])
    await loop.until_sent(1)
    await loop.end()


async def test_a_stop_lets_what_is_under_way_finish(world: World) -> None:
    begun, going = asyncio.Event(), asyncio.Event()

    class Slow(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            begun.set()
            await going.wait()
            return await super().send(place, payload, key)

    world.adapters = [Slow()]
    await world.put(["A-1"], "#east")
    loop = Loop(world)
    await begun.wait()
    loop.stop.set()
    going.set()
    await asyncio.wait_for(loop.task, 20)
    assert loop.total.sent == 1
    assert await world.states() == {"A-1": "sent"}


async def test_a_slow_place_keeps_no_other_waiting(world: World) -> None:
    begun, going = asyncio.Event(), asyncio.Event()

    class Slow(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            if place == "#slow":
                begun.set()
                await going.wait()
            return await super().send(place, payload, key)

    world.adapters = [Slow()]
    await world.put(["A-1"], "#slow")
    loop = Loop(world)
    await begun.wait()
    for number in range(3):
        await world.put([f"B-{number}"], "#fast")
        loop.wake.set()
        await loop.until_sent(number + 1)
    going.set()
    await loop.until_sent(4)
    await loop.end()


async def test_a_database_that_is_away_for_a_while_stops_nothing(world: World) -> None:
    waited = asyncio.Event()

    async def rename(old: str, new: str) -> None:
        async with world.store.begin() as tx:
            await tx.connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    await world.put(["A-1"])
    await rename("pauses", "gone")
    loop = Loop(world, poll_s=0.01)
    loop.reported.clear()
    await asyncio.wait({asyncio.create_task(waited.wait())}, timeout=0.05)
    assert not loop.task.done()
    await rename("gone", "pauses")
    await loop.until_sent(1)
    await loop.end()

"""F11: a platform that answers nothing at all delays no other one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.rounds import run_delivery
from scoring.errors import OutcomeUnknown
from tests.delivery.conftest import robots, world
from tests.delivery.world import ROBOTS, World, told, told_again
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import Fault

__all__ = ["robots", "world"]

WITHIN_S = 10.0
CHANNELS = 40
"""More than there are places posted to at once."""


class Silent(FakeDesk):
    """Takes connections and never answers; `asked` once somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def send(self, place: str, payload: Any, key: str) -> Any:
        return await self._never()

    async def find(self, place: str, key: str, since: Any, thread: str = "") -> Any:
        return await self._never()

    async def _never(self) -> Any:
        self.asked.set()
        await asyncio.Event().wait()


@asynccontextmanager
async def delivering(world: World) -> AsyncIterator[asyncio.Event]:
    """A loop that delivers, as the service does; the event is set when it says what it did."""
    did = asyncio.Event()
    loop = asyncio.create_task(
        run_delivery(
            world.courier(), wake=asyncio.Event(), stop=asyncio.Event(), report=lambda _: did.set()
        )
    )
    try:
        yield did
    finally:
        loop.cancel()
        await asyncio.wait({loop})


async def until_told(world: World, name: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        while name not in told(world.robots.taken) + told_again(world.robots.taken):
            world.robots.arrived.clear()
            await world.robots.arrived.wait()


@pytest.fixture
def silent(world: World) -> Silent:
    """Slack is away, WeCom is not."""
    desk = Silent()
    world.adapters = [desk, world.robot_adapter()]
    world.rules = replace(world.rules, poll_s=0.02, places_at_once=4)
    return desk


async def test_the_other_platform_is_told_while_every_channel_of_one_hangs(
    world: World, silent: Silent
) -> None:
    for number in range(CHANNELS):
        await world.put([f"A-{number}"], f"#east{number}")
    async with delivering(world):
        await asyncio.wait_for(silent.asked.wait(), WITHIN_S)
        world.clock.move(seconds=1)
        await world.put(["B-1"])
        await until_told(world, "B-1")


async def test_the_other_platform_is_told_by_hand_while_one_hangs(
    world: World, silent: Silent
) -> None:
    for number in range(CHANNELS):
        await world.put([f"A-{number}"], f"#east{number}")
    world.clock.move(seconds=1)
    await world.put(["B-1"])
    by_hand = asyncio.create_task(world.deliver())
    await until_told(world, "B-1")
    by_hand.cancel()
    await asyncio.wait({by_hand})


async def test_looking_whether_a_message_arrived_holds_up_nothing(
    world: World, silent: Silent
) -> None:
    desk = FakeDesk()
    desk.faults.append(OutcomeUnknown("reset"))
    world.adapters[0] = desk
    await world.put(["A-1"], "#east")
    await world.deliver()
    assert await world.states() == {"A-1": "ambiguous"}
    world.clock.move(seconds=121)
    world.adapters[0] = silent
    async with delivering(world):
        await asyncio.wait_for(silent.asked.wait(), WITHIN_S)
        await world.put(["B-1"])
        await until_told(world, "B-1")


async def test_what_is_in_doubt_elsewhere_is_decided_meanwhile(
    world: World, silent: Silent
) -> None:
    desk = FakeDesk()
    desk.faults.append(OutcomeUnknown("reset"))
    world.adapters[0] = desk
    world.robots.script(ROBOTS["east"], Fault.ERROR_500)
    await world.put(["A-1"], "#east")
    await world.put(["B-1"])
    await world.deliver()
    assert await world.states() == {"A-1": "ambiguous", "B-1": "ambiguous"}
    world.clock.move(seconds=121)
    world.adapters[0] = silent
    async with delivering(world) as did:
        await asyncio.wait_for(silent.asked.wait(), WITHIN_S)
        async with asyncio.timeout(WITHIN_S):
            while (await world.states())["B-1"] == "ambiguous":
                did.clear()
                await asyncio.wait({asyncio.create_task(did.wait())}, timeout=0.1)
        world.clock.move(seconds=5)
        await until_told(world, "B-1")
    assert (await world.states())["A-1"] == "ambiguous"

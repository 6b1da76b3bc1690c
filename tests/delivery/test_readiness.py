"""Where only one replica can post, the others leave its places alone; where none can, it is said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.base import Adapters
from bot.delivery.absences import PATIENCE
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all, run_delivery
from bot.delivery.summary import NOTHING, DeliverySummary
from scoring.errors import OutcomeUnknown, PlatformDown
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk


async def pauses(world: World) -> list[str]:
    async with world.store.read() as tx:
        return [pause.place for pause in await tx.pacing.pauses(steady=world.clock.steady)]


def worker(world: World, desk: FakeDesk) -> Courier:
    return world.courier(adapters=Adapters([desk]))


async def test_of_two_workers_the_one_that_is_ready_posts(world: World) -> None:
    holder, other = FakeDesk(), FakeDesk(away={"#east"})
    await world.put(["A-1", "A-2"], "#east")
    await world.put(["B-1"], "#west")
    assert await deliver_all(worker(world, other)) == DeliverySummary(messages=1, sent=1)
    rows = await world.rows()
    assert [(rows[name].state, rows[name].error) for name in ("A-1", "A-2")] == [
        ("waiting", None)
    ] * 2
    assert await pauses(world) == []
    assert (await deliver_all(worker(world, holder))).sent == 2
    assert (holder.texts("#east"), other.texts("#west")) == (["A-1", "A-2"], ["B-1"])


async def test_both_at_once_tell_everything_once(world: World) -> None:
    holder, other = FakeDesk(away={"#west"}), FakeDesk(away={"#east"})
    for number in range(6):
        await world.put([f"A-{number}"], "#east")
        await world.put([f"B-{number}"], "#west")
    workers = [worker(world, desk) for desk in (holder, other)]
    await asyncio.gather(*map(deliver_all, workers))
    assert len(holder.texts("#east")) == len(other.texts("#west")) == 6
    assert set((await world.states()).values()) == {"sent"}


async def test_a_connection_that_is_lost_on_the_way_pauses_nobody(world: World) -> None:
    class Losing(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            self.away.add(place)
            raise PlatformDown("not connected")

    losing, holder = Losing(), FakeDesk()
    await world.put(["A-1"], "#east")
    assert (await deliver_all(worker(world, losing))).put_back == 1
    assert await pauses(world) == []
    await deliver_all(worker(world, holder))
    assert holder.texts("#east") == ["A-1"]


async def test_only_who_is_ready_looks_whether_a_message_arrived(world: World) -> None:
    losing = FakeDesk()
    losing.lost.append(OutcomeUnknown("reset"))
    await world.put(["A-1"], "#east")
    assert (await deliver_all(worker(world, losing))).ambiguous == 1
    world.clock.move(seconds=121)
    losing.away.add("#east")
    assert await deliver_all(worker(world, losing)) == NOTHING
    assert await world.states() == {"A-1": "ambiguous"}
    losing.away.clear()
    assert (await deliver_all(worker(world, losing))).sent == 1
    assert losing.texts("#east") == ["A-1"]


async def test_when_nobody_is_ready_for_long_the_rows_say_so(world: World) -> None:
    desk = FakeDesk(away={"#east"})
    lonely = worker(world, desk)
    await world.put(["A-1"], "#east")
    await deliver_all(lonely)
    world.clock.steady += PATIENCE - timedelta(seconds=1)
    await deliver_all(lonely)
    assert (await world.rows())["A-1"].error is None
    world.clock.move(seconds=1)
    await deliver_all(lonely)
    assert (await world.rows())["A-1"].error == "delivery.error.nobody_ready"
    assert [place.place for place in lonely.absences.long_away(world.clock.steady)] == ["#east"]
    assert await pauses(world) == []
    desk.away.clear()
    await deliver_all(lonely)
    row = (await world.rows())["A-1"]
    assert (row.state, row.error, row.attempts) == ("sent", None, 0)
    assert lonely.absences.long_away(world.clock.steady) == []


@pytest.mark.parametrize("kind", ["unserved", "away"])
async def test_places_that_cannot_be_posted_to_take_no_turns_from_others(
    world: World, kind: str
) -> None:
    """They are the longest waiting, and more of them than places that are served at once."""
    places = [f"#none{number}" for number in range(5)]
    for number, place in enumerate(places):
        await world.put([f"X-{number}"], place)
    world.clock.move(seconds=1)
    await world.put(["A-1"], "#east")

    class Choosy(FakeDesk):
        def serves(self, place: str) -> bool:
            return kind == "away" or place == "#east"

    desk = Choosy(away=set(places))
    world.rules = replace(world.rules, places_at_once=2, poll_s=3_600)
    sent, stop = asyncio.Event(), asyncio.Event()

    def report(summary: DeliverySummary) -> None:
        if summary.sent:
            sent.set()

    loop = asyncio.create_task(
        run_delivery(worker(world, desk), wake=asyncio.Event(), stop=stop, report=report)
    )
    await asyncio.wait_for(sent.wait(), 20)
    stop.set()
    await loop
    errors = {row.error for name, row in (await world.rows()).items() if name != "A-1"}
    assert errors == ({"delivery.error.no_adapter"} if kind == "unserved" else {None})

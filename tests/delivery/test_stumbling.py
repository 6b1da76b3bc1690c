"""A bug that one row, one place or one step brings up stops nobody else's deliveries (F14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.delivery.reconciling import reconcile
from bot.delivery.stumbling import PAUSE_MOST_S, Step, Stumbles
from storage.pacing import Pace
from tests.delivery.test_loop import Loop
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import Fault

DOUBTED = "UPDATE deliveries SET state = 'ambiguous', settle_until = '2020-01-01 00:00:00.000000' "


class Odd(FakeDesk):
    """A way that breaks over one place."""

    def ready(self, place: str) -> bool:
        if place == "#odd":
            raise RuntimeError("nobody thought of this")
        return super().ready(place)


async def sql(world: World, statement: str) -> None:
    async with world.store.begin() as tx:
        await tx.connection.exec_driver_sql(statement)


@pytest.mark.parametrize("state", ["waiting", "ambiguous"])
async def test_a_place_that_breaks_the_choice_ends_neither_the_loop_nor_the_others(
    world: World, state: str
) -> None:
    world.adapters = [Odd()]
    await world.put(["A-1"], "#odd")
    await world.put(["A-2"], "#fine")
    if state == "ambiguous":
        await sql(world, DOUBTED)
    await world.put(["A-3"], "#fine")
    loop = Loop(world, poll_s=0.01)
    await loop.until_sent(1)
    while (await world.states())["A-2"] != "sent":
        await world.settle(hours=0.1)
    await loop.end()
    assert await world.states() == {"A-1": state, "A-2": "sent", "A-3": "sent"}


async def test_a_message_that_cannot_be_read_is_put_off_and_the_others_are_decided(
    world: World,
) -> None:
    for robot in ("east", "west"):
        world.robots.script(f"key-of-{robot}", Fault.ERROR_500)
    await world.put(["A-1"])
    await world.put(["A-2"], "robot:west")
    assert (await world.deliver()).ambiguous == 2
    await sql(
        world,
        """UPDATE parcels SET versions = '{"no number": 1}' WHERE key IN """
        "(SELECT batch FROM deliveries WHERE key = 'A-1')",
    )
    world.clock.move(seconds=world.rules.settle_s + 1)
    told: list[str] = []
    courier = world.courier(stumbles=Stumbles(told.append))
    await reconcile(courier)
    await reconcile(courier)
    assert told == [Step.DECIDE]  # by then it is put off
    assert (await world.states())["A-2"] != "ambiguous"
    assert (await world.states())["A-1"] == "ambiguous"
    world.clock.move(seconds=world.rules.lease_s + 1)
    await reconcile(courier)
    assert told == [Step.DECIDE, Step.DECIDE]


async def test_what_is_delivered_once_goes_on_to_the_end_and_then_tells_of_the_bug(
    world: World,
) -> None:
    class Unpaced(FakeDesk):
        def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
            if place == "#odd":
                raise RuntimeError("nobody thought of this")
            return super().pace(place, edits=edits)

    world.adapters = [Unpaced()]
    await world.put(["A-1"], "#odd")
    await world.put(["A-2"], "#fine")
    await world.put(["A-3"], "#fine")
    world.rules = replace(world.rules, batch=1)
    with pytest.raises(RuntimeError, match="nobody thought"):
        await world.deliver()
    assert await world.states() == {"A-1": "waiting", "A-2": "sent", "A-3": "sent"}


async def test_a_step_that_fails_in_a_row_rests_longer_and_is_not_well_until_it_works() -> None:
    counted: list[str] = []
    stumbles = Stumbles(counted.append)
    pauses = []
    for _ in range(12):
        stumbles.over(Step.CHOOSE)
        pauses.append(stumbles.pause_s(Step.CHOOSE, least=1.0))
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2.0, PAUSE_MOST_S)
    assert len(counted) == 12
    assert "choose" in stumbles.standing()
    assert stumbles.pause_s(Step.RECONCILE, least=1.0) == 1.0
    stumbles.well(Step.CHOOSE)
    assert stumbles.standing() == ""

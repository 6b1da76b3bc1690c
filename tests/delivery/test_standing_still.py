"""A worker that stood still past its lease (SIGSTOP, a paused machine) sends nothing any more."""

from __future__ import annotations

import pytest

from bot.delivery.checkpoints import Point
from bot.delivery.pipeline import deliver_next
from storage.dispatches import PlaceName
from tests.delivery.world import World, told

PLACE = PlaceName("wecom", "robot:east")


class Watch:
    """The time that passes for everybody, also for a worker that stands still.

    It does at the nth look at it, or when it is told to.
    """

    def __init__(self, look: int = 0) -> None:
        self.now_s, self.looks, self.still_at = 0.0, 0, look

    def __call__(self) -> float:
        self.looks += 1
        if self.looks == self.still_at:
            self.stand_still()
        return self.now_s

    def stand_still(self) -> None:
        """Past half a lease: what is sent now may arrive when the lease is over."""
        self.now_s += 31


async def test_what_was_kept_before_is_not_posted_after(world: World) -> None:
    await world.put(["A-1"])
    watch = Watch()

    def check(point: Point) -> None:
        if point is Point.BEFORE_POST:
            watch.stand_still()

    await deliver_next(world.courier(elapsed=watch, checkpoint=check), PLACE)
    assert world.robots.requests == 0
    await world.settle(hours=1)
    assert told(world.robots.taken) == {"A-1": 1}


@pytest.mark.parametrize("look", [2, 3], ids=["before asking", "before the first byte"])
async def test_at_the_last_moment_not_a_byte_goes_out(world: World, look: int) -> None:
    await world.put(["A-1"])
    watch = Watch(look)
    await deliver_next(world.courier(elapsed=watch), PLACE)
    assert (watch.looks, world.robots.requests) == (look, 0)
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts, row.batch) == ("waiting", 0, None)
    assert row.error == "delivery.error.stood_still"
    await world.settle(hours=1)
    assert told(world.robots.taken) == {"A-1": 1}


async def test_each_part_of_a_message_has_its_own_half_of_a_lease(world: World) -> None:
    await world.put(["A-1"], long=2_000)
    watch = Watch()

    def check(point: Point) -> None:
        if point is Point.AFTER_POST:
            watch.now_s += 29

    await deliver_next(world.courier(elapsed=watch, checkpoint=check), PLACE)
    assert world.robots.requests > 1
    assert await world.states() == {"A-1": "sent"}

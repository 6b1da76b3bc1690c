"""The oracle: what the groups show equals what was put, once each, repetitions marked."""

from __future__ import annotations

import os
import random

import pytest

from bot.delivery.checkpoints import Point
from bot.delivery.reconciling import reconcile
from bot.delivery.rounds import deliver_all
from tests.delivery.world import ROBOTS, World, told, told_again
from tests.fakes.robot import DEFINITE, Fault, windows_kept

MISCHIEF = (
    *DEFINITE,
    Fault.ERROR_500,
    Fault.TAKEN_500,
    Fault.RESET,
    Fault.TAKEN_RESET,
    Fault.TAKEN_HTML,
    Fault.TAKEN_HALF_JSON,
)


SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "3"))
"""More of them take minutes; see docs/delivery.md for a long run."""


class Died(BaseException):
    """Ends a worker without any handler noticing, as a kill does."""


async def _work(world: World, dice: random.Random) -> None:
    """One round of one worker, which may die at any point."""
    fate = dice.choice([None, None, *Point])

    def check(here: Point) -> None:
        if here is fate and dice.random() < 0.5:
            raise Died

    courier = world.courier(checkpoint=check)
    try:
        await deliver_all(courier)
    except Died:
        await reconcile(world.courier())


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_under_faults_and_deaths_nothing_is_lost_and_nothing_is_doubled_unmarked(
    world: World, seed: int
) -> None:
    dice = random.Random(seed)
    world.adapters = [world.robot_adapter()]
    world.robots.shuffle(seed, MISCHIEF, rate=0.35)
    put: list[str] = []
    for number in range(30):
        robot = dice.choice(list(ROBOTS))
        put.append(f"{robot.upper()}-{number}")
        await world.put([put[-1]], f"robot:{robot}")
        await _work(world, dice)
        world.clock.move(seconds=dice.choice([1, 20, 70, 130]))
    world.robots.calm()
    await world.settle(hours=8)
    states = await world.states()
    reviewed = {name for name, state in states.items() if state == "review"}
    assert set(states.values()) <= {"sent", "review"}
    once, again = told(world.robots.taken), told_again(world.robots.taken)
    assert set(put) - reviewed <= set(once + again)
    assert max(once.values()) == 1
    assert max(again.values(), default=0) <= 1
    assert windows_kept(world.robots.taken, most=20, seconds=60)
    async with world.store.read() as tx:
        left = await tx.connection.exec_driver_sql(
            "SELECT count(*) FROM parcels WHERE key NOT IN "
            "(SELECT batch FROM deliveries WHERE state = 'review')"
        )
        assert left.scalar() == 0

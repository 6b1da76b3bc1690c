"""The oracle of what goes out: in any weather every alert arrives, or somebody is told why not."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from bot.delivery.checkpoints import Point
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from storage.store import Store
from tests.wecom.faults.alerts import PLACES, Book, crowd, judged
from tests.wecom.faults.mishaps import Died
from tests.wecom.faults.service import Replica
from tests.wecom.faults.site import Site, replica, site, until
from tests.wecom.faults.weather import STORM

SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "1"))
"""More of them take minutes; docs/delivery.md says how many were run."""

ALERTS = 30
RATE = 0.3
CALM_STEPS = 400


async def work(here: Site, worker: Replica, dice: random.Random) -> None:
    """One round of one worker, which may die at any point."""
    fate = dice.choice([None, None, *Point])

    def check(point: Point) -> None:
        if point is fate and dice.random() < 0.5:
            raise Died

    try:
        await deliver_all(here.worker(worker, checkpoint=check))
    except Died:
        here.weather.count("worker died")


async def mishap(here: Site, dice: random.Random) -> None:
    """Something that happens to the company as a whole, or nothing."""
    match dice.choice(["nothing"] * 6 + ["revoked", "kicked", "cut", "half-open", "late"]):
        case "revoked":
            here.cloud.revoke_tokens()
            here.weather.count("tokens revoked")
        case "kicked":
            here.weather.count("connection kicked")
            await here.cloud.lines.kick()
        case "cut" if here.cloud.lines.live is not None:
            here.weather.count("connection closed 1011")
            await here.cloud.lines.live.close(1011)
        case "half-open" if any(one.connected for one in here.replicas):
            here.weather.count("connection half-open")
            here.weather.half_open = True
            await asyncio.gather(*(deliver_all(here.worker(one)) for one in here.replicas))
            await until(lambda: not any(one.connected for one in here.replicas))
            here.weather.half_open = False
        case "late":
            await here.weather.release()


async def settle(here: Site, book: Book) -> None:
    """Let workers come by in calm weather until every alert has its end."""
    here.weather.calm()
    await here.weather.release()
    for _ in range(CALM_STEPS):
        await asyncio.gather(*(deliver_all(one.courier) for one in here.replicas))
        if not await book.open_rows():
            return
        await book.next_turn(here.clock)
        await here.connected()
    raise AssertionError("some alerts never end")


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_no_alert_is_lost_or_doubled_in_a_storm(
    store: Store, database_url: str, seed: int, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(seed)
    book = await crowd(store)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        rules = DeliveryRules(batch=dice.choice([1, 3, 200]))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other, rules=rules))
        await here.connected()
        here.weather.turn(seed, STORM, rate=RATE)
        while len(book.put) < ALERTS:
            for _ in range(dice.choice([1, 1, 2, 5])):
                await book.any_alert(dice.choice(PLACES), dice)
            await mishap(here, dice)
            workers = dice.choice([here.replicas, here.replicas[:1], here.replicas[1:]])
            await asyncio.gather(*(work(here, one, dice) for one in workers))
            here.clock.pass_by(dice.choice([1, 20, 70, 130]))
        injected = here.weather.injected.total()
        await settle(here, book)
        verdict = await judged(book, here.cloud)
        dropped = here.cloud.ledger.dropped()
    record_property("outgoing", {**verdict.figures, "faults": injected, "seeds": 1})
    assert not verdict.lost
    assert not verdict.doubled
    assert not verdict.unexplained
    assert not dropped

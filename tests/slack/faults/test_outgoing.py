"""The oracle of what goes out: in any weather every alert arrives once, or it is said why not."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.delivery.checkpoints import Point
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from scoring.model import DeliveryState
from storage.store import Store
from tests.slack.faults.alerts import PLACES, SlackBook, alerts_in, crowd, judged
from tests.slack.faults.site import CHANNELS, Replica, Site, replica, site
from tests.slack.faults.weather import STORM
from tests.wecom.faults.mishaps import Died

SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "1"))
"""More of them take minutes; docs/delivery.md says how many were run."""

ALERTS = 30
RATE = 0.45
CALM_STEPS = 400
SHIFTS_H = (0, 0, 0, 1, -1, 25, -25)


async def work(here: Site, one: Replica, dice: random.Random) -> None:
    """One round of one worker, which may die at any point."""
    fate = dice.choice([None, None, *Point])

    def check(point: Point) -> None:
        if point is fate and dice.random() < 0.5:
            raise Died

    try:
        await deliver_all(here.worker(one, checkpoint=check))
    except Died:
        here.weather.count("worker died")


def mishap(here: Site, dice: random.Random) -> None:
    """Somebody moves the business's clock, or nobody does."""
    hours = dice.choice(SHIFTS_H)
    if timedelta(hours=hours) != here.shift:
        here.shift = timedelta(hours=hours)
        here.weather.count("clock moved")


async def settle(here: Site, book: SlackBook) -> None:
    """Let workers come by in calm weather until everything has its end."""
    here.weather.calm()
    here.shift = timedelta(0)
    for _ in range(CALM_STEPS):
        await asyncio.gather(*(deliver_all(one.courier) for one in here.replicas))
        if not await book.open_rows():
            return
        await book.next_turn(here.clock)
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
        here.weather.turn(seed, STORM, rate=RATE)
        while len(book.put) < ALERTS:
            for _ in range(dice.choice([1, 1, 2, 5])):
                await book.any_alert(dice.choice(PLACES), dice)
            mishap(here, dice)
            workers = dice.choice([here.replicas, here.replicas[:1], here.replicas[1:]])
            await asyncio.gather(*(work(here, one, dice) for one in workers))
            here.clock.pass_by(dice.choice([1, 20, 70, 130]))
        await settle(here, book)
        verdict = await judged(book, here.cloud)
        injected = here.weather.injected.total()
    record_property("slack outgoing", {**verdict.figures, "faults": injected, "seeds": 1})
    assert not verdict.lost
    assert not verdict.doubled
    assert not verdict.unexplained
    assert not verdict.keys_twice


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_every_card_shows_its_end_and_tells_it_once_below_in_a_storm(
    store: Store, database_url: str, seed: int, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(seed)
    book = await crowd(store)
    names = dice.sample(sorted(book.patterns), 4)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other, rules=DeliveryRules(batch=1)))
        here.cloud.app.request_url = f"{here.replicas[0].address}/slack/events"
        for place in CHANNELS:
            for name in names:
                await book.alert(place, name)
        await settle(here, book)
        assert len(here.cloud.ledger.sent) == len(names) * len(CHANNELS)
        here.weather.turn(seed, {**STORM, "chat.update": STORM["chat.update"][:-1]}, rate=RATE)
        for name in names:
            await here.cloud.people.slash("U1LILEI", "C0EAST", f"claim {book.code(name)}")
            await asyncio.gather(*(work(here, one, dice) for one in here.replicas))
            here.clock.pass_by(dice.choice([1, 20, 70]))
        await here.over()
        await settle(here, book)
        injected = here.weather.injected.total()
        async with store.read() as tx:
            rows = await tx.outbox.rows()
        failed = [row for row in rows if row.state is DeliveryState.FAILED]
        below = [one for one in here.cloud.ledger.sent if one.thread and one.key]
        for place, channel in CHANNELS.items():
            for post in alerts_in(here.cloud, place):
                shown = next(p for p in here.cloud.posts(channel) if p.ts == post.ts)
                lines = [one for one in below if one.thread == post.ts and one.channel == channel]
                if not any(row.place == place for row in failed):
                    assert "认领人" not in str(shown.blocks)
                    assert "未认领" not in str(shown.blocks), shown.text
                    assert len(lines) == 1, lines
                assert len(lines) <= 1, lines
    counts = {"cards": len(names) * len(CHANNELS), "history": len(below), "failed": len(failed)}
    record_property("slack outgoing", {**counts, "faults": injected})

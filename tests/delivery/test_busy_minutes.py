"""At :00 and :30 the service sends to WeCom only what may not wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.adapters.base import Adapters
from bot.delivery.choosing import choose
from storage.outbox import Notification
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk
from tests.fakes.strict import StrictWecom

FULL = datetime(2026, 11, 23, 1, 0, 30, tzinfo=UTC)


async def chosen(world: World, *, politely: bool = True) -> list[str]:
    wecom = StrictWecom(lambda: world.clock.steady)
    courier = world.courier(adapters=Adapters([wecom, FakeDesk()]))
    return sorted(place.place for place in (await choose(courier, politely=politely)).places)


async def put(
    world: World, place: str, limit_on: date | None = None, kind: str = "milestone"
) -> None:
    platform = "slack" if place.startswith("#") else "wecom"
    due_at = FULL - timedelta(minutes=5)
    row = Notification(place, kind, platform, place, due_at, limit_on=limit_on)
    async with world.store.begin() as tx:
        await tx.outbox.put([row], now=due_at)


@pytest.fixture
async def waiting(world: World) -> World:
    """Things due on both platforms: two may not wait past tomorrow, one is what somebody did."""
    await put(world, "robot:east")
    await put(world, "user:zhang", date(2026, 11, 24))
    await put(world, "bot:li", date(2026, 11, 20))
    await put(world, "group:g", date(2026, 12, 24))
    await put(world, "group:told", kind="followup")
    await put(world, "#east")
    return world


URGENT = ["#east", "bot:li", "group:told", "user:zhang"]
ALL = ["#east", "bot:li", "group:g", "group:told", "robot:east", "user:zhang"]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-1, ALL), (0, URGENT), (0.4, URGENT), (1, ALL), (29, ALL), (30, URGENT), (31, ALL)],
)
async def test_what_can_wait_avoids_the_full_and_half_hours(
    waiting: World, minutes: float, expected: list[str]
) -> None:
    waiting.clock.now = FULL + timedelta(minutes=minutes)
    assert await chosen(waiting) == expected


async def test_who_asks_for_delivery_now_gets_it(waiting: World) -> None:
    waiting.clock.now = FULL
    assert await chosen(waiting, politely=False) == ALL


async def test_a_demo_whose_clock_jumps_need_not_be_polite(waiting: World) -> None:
    waiting.clock.now = FULL
    waiting.rules = replace(waiting.rules, avoid_busy_minutes=False)
    assert await chosen(waiting) == ALL

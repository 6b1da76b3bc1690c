"""What delivery logs of a message leads back to the lines and ticks that put it."""

from __future__ import annotations

from bot.origins import Begun, beginning
from scoring.errors import DeliveryError
from tests.delivery.world import ROBOTS, World
from tests.fakes.robot import Fault
from tests.logged import logged, only


async def test_a_message_is_logged_with_its_rows_and_what_put_them(world: World) -> None:
    with beginning(Begun.LINE) as line:
        await world.put(["A-1"])
    with beginning(Begun.TICK) as tick:
        await world.put(["A-2"])
    with logged() as events:
        await world.deliver()
    told = only(events, "told")
    rows = await world.rows()
    assert told["origins"] == sorted([line, tick])
    assert told["deliveries"] == [f"D-{rows[name].id}" for name in ("A-1", "A-2")]
    assert (told["sent"], told["message_id"]) == (2, rows["A-1"].receipt)
    assert rows["A-1"].origin == line


async def test_what_a_platform_refuses_is_counted_by_its_kind(world: World) -> None:
    refused: list[tuple[str, str]] = []

    def count(platform: str, fault: DeliveryError) -> None:
        refused.append((platform, type(fault).__name__))

    await world.put(["A-1"])
    world.robots.script(ROBOTS["east"], Fault.LIMIT_45009)
    await world.deliver(refused=count)
    assert refused == [("wecom", "RateLimited")]

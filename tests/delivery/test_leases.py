"""Workers die, stall and race; clocks move. Nothing is lost and nothing is told twice unmarked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.adapters.base import Payload, Receipt
from bot.delivery.checkpoints import Point
from bot.delivery.pipeline import deliver_next
from bot.delivery.rounds import deliver_all
from scoring.errors import (
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RecipientGone,
    Rejected,
    Retryable,
)
from storage import tables
from storage.dispatches import Attempt, PlaceName
from tests.delivery.world import World, told, told_again
from tests.fakes.desk import FakeDesk

EAST = PlaceName("wecom", "robot:east")


class Died(BaseException):
    """Ends a worker without any handler noticing, as a kill does."""


def dies_at(point: Point) -> Any:
    def check(here: Point) -> None:
        if here is point:
            raise Died

    return check


async def die(world: World, point: Point) -> None:
    with pytest.raises(Died):
        await deliver_next(world.courier(checkpoint=dies_at(point)), EAST)


async def test_a_worker_that_died_before_sending_leaves_nothing_in_doubt(world: World) -> None:
    await world.put(["A-1"])
    await die(world, Point.AFTER_LEASE)
    assert await world.states() == {"A-1": "leased"}
    world.clock.move(seconds=59)
    assert (await world.deliver()).messages == 0
    world.clock.move(seconds=2)
    await world.deliver()
    assert told(world.robots.taken) == {"A-1": 1}
    assert not told_again(world.robots.taken)


@pytest.mark.parametrize("point", [Point.BEFORE_POST, Point.AFTER_POST, Point.BEFORE_ACK])
async def test_a_lease_that_runs_out_is_ambiguous_and_settles_first(
    world: World, point: Point
) -> None:
    await world.put(["A-1"])
    await die(world, point)
    world.clock.move(seconds=61)
    assert (await world.deliver()).ambiguous == 1
    assert await world.states() == {"A-1": "ambiguous"}
    before = world.robots.requests
    world.clock.move(seconds=119)
    await world.deliver()
    assert world.robots.requests == before
    await world.settle(hours=1)
    assert told_again(world.robots.taken) == {"A-1": 1}
    assert await world.states() == {"A-1": "sent"}


async def test_a_worker_that_died_after_recording_is_not_missed(world: World) -> None:
    await world.put(["A-1"])
    await die(world, Point.AFTER_ACK)
    await world.settle(hours=1)
    assert world.robots.requests == 1


async def test_two_workers_share_the_work_and_tell_everything_once(world: World) -> None:
    for place in ("robot:east", "robot:west", "robot:north"):
        for number in range(8):
            await world.put([f"{place[6:].upper()}-{number}"], place)
    await asyncio.gather(*(deliver_all(world.courier()) for _ in range(4)))
    await world.settle(hours=1)
    assert sum(told(world.robots.taken).values()) == 24
    assert set(told(world.robots.taken).values()) == {1}
    assert not told_again(world.robots.taken)


async def test_a_worker_that_was_overtaken_changes_no_row(world: World) -> None:
    await world.put(["A-1"])
    async with world.store.begin() as tx:
        slow = await tx.dispatches.lease(
            EAST,
            Attempt("slow", "1"),
            now=world.clock.now,
            steady=world.clock.steady,
            lease_s=60,
            limit=10,
        )
        assert slow is not None
    world.clock.move(seconds=61)
    await world.deliver()
    async with world.store.begin() as tx:
        until = world.clock.steady + timedelta(seconds=60)
        assert await tx.dispatches.bind(slow.attempt, slow.ids, "late", until=until) == 0
        assert await tx.dispatches.conclude(slow.attempt, slow.ids, slow.rows[0].state) == 0
    assert await world.states() == {"A-1": "sent"}


async def test_a_receipt_that_comes_late_saves_the_repetition(world: World) -> None:
    """A replica is stopped past its lease while it posts, and wakes after the row was settled."""
    asked, answered = asyncio.Event(), asyncio.Event()

    class Slow(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            receipt = await super().send(place, payload, key)
            asked.set()
            await answered.wait()
            return receipt

    slow, desk = Slow(read_back=False), FakeDesk(read_back=False)
    world.adapters = [slow]
    await world.put(["A-1"], "#east")
    stalled = asyncio.create_task(world.deliver())
    await asked.wait()
    world.adapters = [desk]
    world.clock.move(seconds=61)
    await world.deliver()
    world.clock.move(seconds=121)
    await world.deliver()
    assert await world.states() == {"A-1": "waiting"}
    answered.set()
    await stalled
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent"}
    assert desk.texts("#east") == []


async def test_moving_the_business_clock_voids_no_lease(world: World) -> None:
    await world.put(["A-1"])
    await die(world, Point.BEFORE_POST)
    for hours in (24 * 365, -24 * 30):
        world.clock.now += timedelta(hours=hours)
        await world.deliver()
    assert await world.states() == {"A-1": "leased"}


async def test_a_deadline_of_another_time_line_counts_as_passed(world: World) -> None:
    await world.put(["A-1"])
    await die(world, Point.BEFORE_POST)
    world.clock.steady -= timedelta(days=40)
    assert (await world.deliver()).ambiguous == 1
    world.clock.steady -= timedelta(days=40)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent"}


async def test_places_go_on_while_one_hangs(world: World) -> None:
    going, others = asyncio.Event(), asyncio.Event()

    class Hanging(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            if place == "#east":
                await going.wait()
            receipt = await super().send(place, payload, key)
            if len(self.hung) == 5:
                others.set()
            return receipt

    desk = Hanging()
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    for number in range(5):
        await world.put([f"B-{number}"], f"#west{number}")
    working = asyncio.create_task(world.deliver())
    await others.wait()
    assert not working.done()
    going.set()
    await working
    assert set((await world.states()).values()) == {"sent"}


async def test_what_a_platform_took_is_recorded_once_the_database_is_back(world: World) -> None:
    waited = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        await broken.rename("gone", "deliveries")

    broken = Tables(world)

    desk = FakeDesk()

    class Breaking(FakeDesk):
        async def send(self, place: str, payload: Any, key: str) -> Any:
            receipt = await desk.send(place, payload, key)
            await broken.rename("deliveries", "gone")
            return receipt

    world.adapters = [Breaking()]
    await world.put(["A-1"], "#east")
    await deliver_all(world.courier(sleep=wait))
    assert len(waited) == 1
    assert await world.states() == {"A-1": "sent"}
    assert desk.texts("#east") == ["A-1"]


class Tables:
    """Takes a table away for a while."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def rename(self, old: str, new: str) -> None:
        async with self._world.store.begin() as tx:
            await tx.connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


@dataclass
class Overtaken(FakeDesk):
    """A desk whose answer comes so late that another worker has repeated the message, unclearly."""

    fault: DeliveryError = field(default_factory=lambda: Rejected("too long"))
    plainer: tuple[dict[str, str], ...] = ()
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        return self.plainer

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        if self.meanwhile is None:
            return await super().send(place, payload, key)
        meanwhile, self.meanwhile = self.meanwhile, None
        await meanwhile()
        raise self.fault


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    ("fault", "plainer"),
    [
        (Rejected("too long"), ({"text": "A"},)),
        (Rejected("too long"), ()),
        (RecipientGone("gone"), ()),
        (PlatformDown("down"), ()),
        (Retryable("busy"), ()),
    ],
    ids=["plainer", "refused", "gone", "down", "busy"],
)
async def test_a_worker_that_was_overtaken_leaves_the_message_as_it_is(
    world: World, fault: DeliveryError, plainer: tuple[dict[str, str], ...], rows: int
) -> None:
    desk = Overtaken(read_back=False, fault=fault, plainer=plainer)
    world.adapters = [desk]
    kept: list[Any] = []

    async def parcels() -> list[Any]:
        async with world.store.read() as tx:
            return list(await tx.connection.execute(select(tables.parcels)))

    async def overtake() -> None:
        world.clock.move(seconds=61)
        await world.deliver()
        world.clock.move(seconds=121)
        desk.faults.append(OutcomeUnknown("reset"))
        await world.deliver()
        world.clock.move(seconds=3)
        await world.deliver()
        kept.extend(await parcels())

    desk.meanwhile = overtake
    await world.put([f"A-{number}" for number in range(rows)], "#east")
    await world.deliver()
    assert len(kept) == 1
    assert kept[0].doubtful is not None
    assert await parcels() == kept
    assert set((await world.states()).values()) == {"ambiguous"}

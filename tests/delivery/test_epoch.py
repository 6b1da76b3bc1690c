"""A book restored from a backup tells nothing that the lost one told, and all that it did not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.adapters.base import Hanging
from bot.delivery.checkpoints import Point
from handlers.restoring import EpochSummary, begin_epoch
from handlers.rules import Rules
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
)
from scoring.model import DeliveryState
from storage.outbox import THREAD, Notification
from storage.store import Store
from tests.databases import PostgresDatabases, SqliteFiles
from tests.delivery.world import World, told, told_again
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import FakeRobots

EAST = "#east"


@pytest.fixture
def lost_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.fresh() as url:
        yield url


@pytest.fixture
async def lost(lost_url: str, world: World, robots: FakeRobots) -> AsyncIterator[World]:
    """The book that is going to be lost; it posts to the same channels."""
    store = Store.open(lost_url)
    book = World(store, robots, world.clock)
    yield book
    await book.close()
    await store.close()


@pytest.fixture
def desk(world: World, lost: World) -> FakeDesk:
    made = FakeDesk()
    world.adapters = [made]
    lost.adapters = [made]
    return made


async def put_in_both(world: World, lost: World, names: list[str], place: str = EAST) -> None:
    """Alerts that were put before the backup."""
    for book in (world, lost):
        await book.put(names, place)


async def restore(world: World) -> EpochSummary:
    """An hour after the backup, the copy is put in place of what is lost."""
    backup_at = world.clock.now
    world.clock.move(hours=1)
    return await begin_epoch(world.store, Rules(), world.clock.now, backup_at=backup_at)


async def ends_well(world: World, desk: FakeDesk, *names: str) -> None:
    await world.settle(hours=1)
    assert await world.states() == dict.fromkeys(names, "sent")
    assert Counter(desk.texts(EAST)) == dict.fromkeys(names, 1)


async def test_what_the_lost_book_told_is_found_and_not_told_again(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1", "A-2"])
    await lost.deliver()
    assert await restore(world) == EpochSummary(put=0, suspect=2, places=1)
    await ends_well(world, desk, "A-1", "A-2")
    row = (await world.rows())["A-1"]
    assert (row.receipt, row.batch) == ("1", desk.keys[0].partition(".")[0])
    async with world.store.read() as tx:
        post = await tx.posts.get(1)
        assert post is not None
        assert (post.message_id, post.kind, post.attempt_key) == ("1", "list", desk.keys[0])
        assert len(await tx.posts.told_by(post)) == 2


async def test_what_it_did_not_tell_goes_out_once(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await lost.deliver()
    await world.put(["A-2"], EAST)
    await restore(world)
    await world.put(["A-3"], EAST)
    await ends_well(world, desk, "A-1", "A-2", "A-3")


async def test_nothing_is_looked_for_before_the_last_posts_have_arrived(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await restore(world)
    world.clock.move(seconds=119)
    await world.deliver()
    assert desk.calls == []
    await lost.deliver()
    await ends_well(world, desk, "A-1")


async def test_what_is_not_due_yet_is_not_doubted(world: World, desk: FakeDesk) -> None:
    due_at = world.clock.now + timedelta(hours=1, seconds=1)
    async with world.store.begin() as tx:
        await tx.outbox.put(
            [Notification("A-1", "milestone", "slack", EAST, due_at)], now=world.clock.now
        )
    assert (await restore(world)).suspect == 0
    await ends_well(world, desk, "A-1")
    assert "hanging" not in desk.calls


async def test_an_epoch_that_is_begun_again_doubts_nothing_twice(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await lost.deliver()
    first = await restore(world)
    since = (await world.rows())["A-1"].suspect_since
    world.clock.move(minutes=1)
    again = await begin_epoch(
        world.store, Rules(), world.clock.now, backup_at=world.clock.now - timedelta(hours=5)
    )
    assert (again, (await world.rows())["A-1"].suspect_since) == (first, since)
    await ends_well(world, desk, "A-1")


@pytest.mark.parametrize("lost_told_it", [True, False])
@pytest.mark.parametrize("state", [DeliveryState.LEASED, DeliveryState.AMBIGUOUS])
async def test_what_was_on_its_way_during_the_backup_is_looked_for(
    world: World, lost: World, desk: FakeDesk, state: DeliveryState, lost_told_it: bool
) -> None:
    await put_in_both(world, lost, ["A-1"])
    if lost_told_it:
        await lost.deliver()
    if state is DeliveryState.AMBIGUOUS:
        desk.faults.append(OutcomeUnknown("reset"))
        await world.deliver()
    else:
        await crash(world, Point.BEFORE_POST)
    assert await world.states() == {"A-1": state}
    await restore(world)
    await ends_well(world, desk, "A-1")


async def test_a_message_that_was_half_sent_goes_on_where_it_stopped(
    world: World, desk: FakeDesk
) -> None:
    desk.faults.extend([None, PlatformDown("down")])
    await world.put(["A-1", "A-2"], EAST)
    await world.deliver()
    assert desk.texts(EAST) == ["A-1"]
    await restore(world)
    await ends_well(world, desk, "A-1", "A-2")


async def test_what_the_lost_book_left_half_told_is_shown_to_a_person(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1", "A-2"])
    desk.faults.extend([None, PlatformDown("down")])
    await lost.deliver()
    await restore(world)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "review", "A-2": "review"}
    assert desk.texts(EAST) == ["A-1"]


async def test_posts_of_a_version_that_did_not_say_what_they_tell_leave_it_to_a_person(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await put_in_both(world, lost, ["A-1"])
    desk.hung[EAST] = [{"text": "A-1", "key": "former.0"}]
    await restore(world)
    await world.settle(hours=1)
    row = (await world.rows())["A-1"]
    assert (row.state, row.error) == ("review", "delivery.error.restored")
    assert desk.texts(EAST) == ["A-1"]


async def test_posts_of_such_a_version_that_the_book_knows_of_are_no_riddle(
    world: World, desk: FakeDesk
) -> None:
    await world.put(["A-1"], EAST)
    await world.deliver()
    desk.hung[EAST] = [{"text": "A-1", "key": desk.hung[EAST][0]["key"]}]
    await world.put(["A-2"], EAST)
    await restore(world)
    await ends_well(world, desk, "A-1", "A-2")


async def test_what_hangs_below_a_post_is_looked_for_there(
    world: World, lost: World, desk: FakeDesk
) -> None:
    for book in (lost, world):
        desk.hung.clear()
        await book.put(["A-1"], EAST)
        await book.deliver()
        await book.put(["B-1"], EAST, **{THREAD: 1})
    await lost.deliver()
    assert desk.texts(EAST) == ["A-1", "B-1"]
    await restore(world)
    await ends_well(world, desk, "A-1", "B-1")


@pytest.mark.parametrize(
    "fault",
    [
        PlatformDown("down"),
        RateLimited("slow", retry_after_s=30),
        OutcomeUnknown("?"),
        BadCredentials("token"),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_look_that_fails_is_repeated_and_nothing_sent_before(
    world: World, lost: World, desk: FakeDesk, fault: DeliveryError
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await lost.deliver()
    await world.put(["A-2"], EAST)
    await restore(world)
    desk.faults.extend([fault, fault])
    await ends_well(world, desk, "A-1", "A-2")


@pytest.mark.parametrize("fault", [Rejected("too much"), RecipientGone("archived")])
async def test_where_looking_is_of_no_use_a_person_decides(
    world: World, lost: World, desk: FakeDesk, fault: DeliveryError
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await lost.deliver()
    await restore(world)
    desk.faults.append(fault)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "review"}
    assert desk.texts(EAST) == ["A-1"]


async def test_a_robot_cannot_look_so_that_a_person_decides(world: World, lost: World) -> None:
    await put_in_both(world, lost, ["A-1", "A-2"], "robot:east")
    await lost.deliver()
    await world.put(["A-3"], "robot:east", won=True)
    await restore(world)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "review", "A-2": "review", "A-3": "superseded"}
    # Those that hang there are closed; whatever a person asks for goes out.
    rows = await world.rows()
    async with world.store.begin() as tx:
        await tx.dispatches.vouch([rows["A-1"].id], now=world.clock.now)
        await tx.dispatches.reopen([rows["A-2"].id], now=world.clock.now)
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent", "A-2": "sent", "A-3": "superseded"}
    assert (told(world.robots.taken), told_again(world.robots.taken)) == (
        {"A-1": 1, "A-2": 2},
        {},
    )


async def test_a_row_that_cannot_even_be_re_checked_is_reviewed_with_the_others(
    world: World,
) -> None:
    await world.put(["A-1"], "robot:east")
    await world.put(["A-2"], "robot:east", poison=True)
    await restore(world)
    await world.settle(hours=1)
    assert set((await world.states()).values()) == {"review"}


@pytest.mark.parametrize("point", Point)
async def test_a_worker_that_dies_at_any_point_doubles_and_loses_nothing(
    world: World, lost: World, desk: FakeDesk, point: Point
) -> None:
    await put_in_both(world, lost, ["A-1"])
    await lost.deliver()
    await world.put(["A-2"], EAST)
    await restore(world)
    world.clock.move(seconds=121)
    for _ in range(3):
        await crash(world, point)
        world.clock.move(seconds=61)
    await ends_well(world, desk, "A-1", "A-2")


async def test_replicas_that_look_at_once_double_nothing(
    world: World, lost: World, desk: FakeDesk
) -> None:
    names = [f"A-{n}" for n in range(1, 13)]
    await put_in_both(world, lost, names[:6])
    await lost.deliver()
    await world.put(names[6:], EAST)
    await restore(world)
    world.clock.move(seconds=121)
    await asyncio.gather(*(world.deliver() for _ in range(4)))
    await ends_well(world, desk, *names)


async def test_a_replica_that_stood_still_over_its_look_changes_nothing(
    world: World, lost: World, desk: FakeDesk
) -> None:
    await world.put(["A-1"], EAST)
    await restore(world)
    world.clock.move(seconds=121)
    async with standing_still(world, desk) as slow:
        world.clock.move(seconds=61)
        await world.settle(hours=1)
    await slow
    await ends_well(world, desk, "A-1")


class _Crash(BaseException):
    """As sudden as a power cut: nothing catches it, everything open is rolled back."""


def crashing(point: Point) -> Callable[[Point], None]:
    def check(here: Point) -> None:
        if here is point:
            raise _Crash

    return check


async def crash(world: World, point: Point) -> None:
    """A worker that dies there, if it comes so far."""
    try:
        await world.deliver(checkpoint=crashing(point))
    except _Crash:
        return


@asynccontextmanager
async def standing_still(world: World, desk: FakeDesk) -> AsyncIterator[asyncio.Task[object]]:
    """A worker whose look is answered only when the block is left."""
    looking, answer = asyncio.Event(), asyncio.Event()

    class Slow(FakeDesk):
        async def hanging(self, *_where: object, **_more: object) -> list[Hanging]:
            looking.set()
            await answer.wait()
            return []

    slow = Slow(hung=desk.hung, keys=desk.keys)
    usual, world.adapters = world.adapters, [slow]
    task: asyncio.Task[object] = asyncio.create_task(world.deliver())
    await looking.wait()
    world.adapters = usual
    yield task
    answer.set()

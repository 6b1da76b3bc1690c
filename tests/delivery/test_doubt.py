"""What nobody can know is settled, looked at, and repeated once and marked, or reviewed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.errors import OutcomeUnknown, PlatformDown, RateLimited
from tests.delivery.world import World, told, told_again
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import UNKNOWN, Fault

SETTLE_S = 121


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_an_unclear_answer_is_repeated_once_after_settling_and_marked(
    world: World, fault: Fault
) -> None:
    world.robots.script("key-of-east", fault)
    await world.put(["A-1"])
    assert (await world.deliver()).ambiguous == 1
    world.clock.move(seconds=119)
    await world.deliver()
    assert world.robots.requests == 1
    await world.settle(hours=1)
    world.robots.release_late()
    assert await world.states() == {"A-1": "sent"}
    assert told_again(world.robots.taken) == {"A-1": 1}
    assert told(world.robots.taken)["A-1"] == (
        fault.name.startswith("TAKEN") or fault is Fault.LATE
    )
    assert world.robots.requests == 2


async def test_a_repetition_that_is_unclear_too_needs_a_review(world: World) -> None:
    world.robots.script("key-of-east", Fault.TAKEN_500, Fault.TAKEN_500, Fault.TAKEN_500)
    await world.put(["A-1"])
    await world.settle(hours=3)
    assert await world.states() == {"A-1": "review"}
    assert world.robots.requests == 2


async def test_without_repetition_an_unclear_answer_needs_a_review_at_once(world: World) -> None:
    world.rules = replace(world.rules, repeat_unreadable=False)
    world.robots.script("key-of-east", Fault.TAKEN_500)
    await world.put(["A-1"])
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "review"}
    assert (await world.rows())["A-1"].error == "delivery.error.review"
    async with world.store.begin() as tx:
        assert await tx.dispatches.reopen([1], now=world.clock.now) == 1
    await world.deliver()
    assert await world.states() == {"A-1": "sent"}


async def test_a_repetition_is_checked_against_the_book_again(world: World) -> None:
    world.robots.script("key-of-east", Fault.ERROR_500)
    await world.put(["A-1"])
    await world.put(["A-2"], later_h=0)
    await world.deliver()
    async with world.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            "UPDATE deliveries SET facts = '{\"won\": true}' WHERE key = 'A-1'"
        )
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "superseded", "A-2": "sent"}
    assert told_again(world.robots.taken) == {"A-2": 1}


async def test_new_rows_are_not_mixed_into_a_repetition(world: World) -> None:
    world.robots.script("key-of-east", Fault.TAKEN_500)
    await world.put(["A-1"])
    await world.deliver()
    world.clock.move(seconds=SETTLE_S)
    await world.put(["A-2"])
    await world.settle(hours=1)
    assert told(world.robots.taken) == {"A-1": 1, "A-2": 1}
    assert told_again(world.robots.taken) == {"A-1": 1}


async def test_a_limit_on_the_repetition_keeps_its_mark(world: World) -> None:
    world.robots.script("key-of-east", Fault.TAKEN_500, Fault.LIMIT_45009)
    await world.put(["A-1"])
    await world.settle(hours=1)
    assert told(world.robots.taken) == {"A-1": 1}
    assert told_again(world.robots.taken) == {"A-1": 1}


async def test_an_unclear_answer_makes_the_place_rest_longer_each_time(world: World) -> None:
    world.robots.script("key-of-east", *[Fault.ERROR_500] * 4)
    waits = []
    for number in range(4):
        await world.put([f"A-{number}"])
        await world.deliver()
        async with world.store.read() as tx:
            (pause,) = await tx.pacing.pauses(steady=world.clock.steady)
        waits.append((pause.until - world.clock.steady).total_seconds())
        world.clock.move(seconds=waits[-1])
    assert waits == [2, 4, 8, 16]


async def test_what_can_be_read_back_is_looked_up_and_never_doubled(world: World) -> None:
    desk = FakeDesk()
    desk.lost.append(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.settle(hours=1)
    assert desk.calls == ["send", "find"]
    assert desk.texts("#east") == ["A-1"]
    assert (await world.rows())["A-1"].receipt == "1"
    async with world.store.read() as tx:
        post = await tx.posts.get(1)
        assert post is not None
        assert post.message_id == "1"


async def test_what_is_not_found_is_sent_again_without_a_mark(world: World) -> None:
    desk = FakeDesk()
    desk.faults.append(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.settle(hours=1)
    assert desk.calls == ["send", "find", "send"]
    assert desk.texts("#east") == ["A-1"]


async def test_a_look_that_fails_is_repeated_later(world: World) -> None:
    desk = FakeDesk()
    desk.lost.append(OutcomeUnknown("reset"))
    desk.faults.extend(
        [None, PlatformDown("down"), RateLimited("slow", retry_after_s=30), OutcomeUnknown("?")]
    )
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.settle(hours=3)
    assert desk.calls == ["send", *["find"] * 4]
    assert desk.texts("#east") == ["A-1"]
    assert await world.states() == {"A-1": "sent"}


async def test_parts_are_looked_up_one_by_one(world: World) -> None:
    desk = FakeDesk()
    desk.lost.extend([None, OutcomeUnknown("reset"), None, OutcomeUnknown("reset")])
    world.adapters = [desk]
    await world.put(["A-1", "A-2", "A-3", "A-4"], "#east")
    await world.settle(hours=3)
    assert desk.texts("#east") == ["A-1", "A-2", "A-3", "A-4"]
    assert set((await world.states()).values()) == {"sent"}


async def test_where_repeats_are_dropped_the_same_bytes_go_again(world: World) -> None:
    desk = FakeDesk(dedupe=True, read_back=False)
    desk.lost.extend([OutcomeUnknown("reset"), OutcomeUnknown("reset")])
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.settle(hours=1)
    assert desk.calls == ["send"] * 3
    assert desk.texts("#east") == ["A-1"]
    assert await world.states() == {"A-1": "sent"}


async def test_blind_repeats_stop_before_the_platform_forgets(world: World) -> None:
    desk = FakeDesk(dedupe=True, read_back=False)
    desk.lost.append(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.deliver()
    world.clock.move(hours=3.6)
    await world.deliver()
    assert await world.states() == {"A-1": "review"}
    assert desk.calls == ["send"]


async def test_when_its_way_is_taken_out_of_the_configuration_a_person_decides(
    world: World,
) -> None:
    desk = FakeDesk()
    desk.lost.append(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.deliver()
    world.adapters = [FakeDesk(platform="other")]
    world.clock.move(hours=23)
    await world.deliver()
    assert await world.states() == {"A-1": "ambiguous"}
    world.clock.move(hours=1)
    assert (await world.deliver()).review == 1
    row = (await world.rows())["A-1"]
    assert (row.state, row.error) == ("review", "delivery.error.no_adapter")


async def test_a_doubt_that_nobody_can_decide_leaves_the_others_alone(world: World) -> None:
    for robot in ("east", "west"):
        world.robots.script(f"key-of-{robot}", Fault.ERROR_500)
    await world.put(["A-1"])
    await world.put(["A-2"], "robot:west")
    assert (await world.deliver()).ambiguous == 2
    async with world.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            "UPDATE parcels SET payloads = '[]' WHERE key IN "
            "(SELECT batch FROM deliveries WHERE key = 'A-1')"
        )
    await world.settle(hours=0.2)
    states = await world.states()
    assert states["A-2"] == "sent"
    assert states["A-1"] in ("leased", "ambiguous")

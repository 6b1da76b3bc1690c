"""Where a platform drops repeats: only the same bytes are repeated, only while it remembers them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    Rejected,
    Retryable,
)
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import Fault

CERTAIN = (
    RateLimited("slow", retry_after_s=30),
    PlatformDown("down"),
    BadCredentials("revoked"),
    Retryable("busy"),
)


def desk_that_took(first: DeliveryError, *then: DeliveryError) -> FakeDesk:
    """A platform whose answer to the first message was lost, and that then refuses."""
    desk = FakeDesk(dedupe=True, read_back=False)
    desk.lost.append(first)
    desk.faults.extend([None, *then])
    return desk


@pytest.mark.parametrize("fault", CERTAIN, ids=lambda fault: type(fault).__name__)
async def test_a_repetition_that_certainly_failed_goes_again_byte_for_byte(
    world: World, fault: DeliveryError
) -> None:
    desk = desk_that_took(OutcomeUnknown("reset"), fault)
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.deliver()
    await world.put(["A-2"], "#east")
    await world.settle(hours=2)
    assert desk.texts("#east") == ["A-1", "A-2"]
    assert set((await world.states()).values()) == {"sent"}


async def test_a_repetition_that_is_refused_is_not_told_in_other_words(world: World) -> None:
    desk = desk_that_took(OutcomeUnknown("reset"), Rejected("no such key", code="42018"))
    world.adapters = [desk]
    await world.put(["A-1", "A-2"], "#east")
    await world.settle(hours=1)
    rows = await world.rows()
    assert {row.state for row in rows.values()} == {"review"}
    assert {row.error for row in rows.values()} == {"Rejected 42018 no such key"}
    assert desk.texts("#east") == ["A-1"]


async def test_a_repetition_that_was_held_up_for_hours_needs_a_review(world: World) -> None:
    desk = desk_that_took(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.deliver()
    world.clock.move(seconds=121)
    desk.away.add("#east")
    await world.deliver()
    desk.away.clear()
    world.clock.move(hours=3.6)
    await world.deliver()
    assert await world.states() == {"A-1": "review"}
    assert desk.texts("#east") == ["A-1"]


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize(
    "moved",
    [{"now": timedelta(hours=-1)}, {"steady": timedelta(days=-9)}],
    ids=["the business", "a restart"],
)
async def test_no_clock_that_is_moved_makes_a_repetition_young_again(
    world: World, moved: dict[str, timedelta], stuck: bool
) -> None:
    """Whether it is decided too late, or was decided in time and then waited."""
    desk = desk_that_took(OutcomeUnknown("reset"))
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    await world.deliver()
    if stuck:
        world.clock.move(seconds=121)
        desk.away.add("#east")
        await world.deliver()
        desk.away.clear()
    world.clock.move(hours=3.6)
    for clock, by in moved.items():
        setattr(world.clock, clock, getattr(world.clock, clock) + by)
    await world.put(["B-1"], "#west")
    for _ in range(3):
        await world.deliver()
        world.clock.move(minutes=5)
    assert (await world.states())["A-1"] == "review"
    assert desk.calls.count("send") == 2


async def test_a_list_in_doubt_is_never_told_row_by_row_without_a_mark(world: World) -> None:
    world.robots.script("key-of-east", Fault.TAKEN_500, *[Fault.TOO_LONG] * 3)
    await world.put(["A-1", "A-2"])
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "review", "A-2": "review"}
    assert len(world.robots.taken) == 1

"""Posts that hang somewhere are given a new face, where the platform can."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scoring.errors import (
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
)
from tests.delivery.world import World
from tests.fakes.desk import FakeDesk


async def posted(world: World, desk: FakeDesk, *names: str) -> None:
    world.adapters = [desk]
    await world.put(names or ["A-1"], "#east")
    await world.deliver()


async def repaint(world: World, *names: str, text: str = "claimed", post: int = 1) -> None:
    await world.put(names or ["E-1"], "#east", kind="repaint", post=post, text=text)


async def test_a_post_shows_what_is_true_now(world: World) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    await repaint(world)
    summary = await world.deliver()
    assert (summary.edits, summary.messages) == (1, 0)
    assert desk.texts("#east") == ["claimed"]
    assert (await world.states())["E-1"] == "sent"
    async with world.store.read() as tx:
        post = await tx.posts.get(1)
        assert post is not None
        assert post.revision == 1


async def test_several_changes_of_a_post_are_one_edit_and_another_post_is_another(
    world: World,
) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    await posted(world, desk, "B-1")
    await repaint(world, "E-1", text="claimed by Lin")
    await world.put(["E-2"], "#east", kind="repaint", post=1, won=True)
    await repaint(world, "E-3", post=2)
    await world.deliver()
    assert desk.calls == ["send", "send", "edit", "edit"]
    assert desk.texts("#east") == ["claimed by Lin", "claimed"]


async def test_alerts_and_edits_are_not_mixed(world: World) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    await repaint(world)
    await world.put(["B-1"], "#east")
    await world.deliver()
    assert desk.texts("#east") == ["claimed", "B-1"]


async def test_an_edit_is_superseded_when_the_post_cannot_be_edited_any_more(world: World) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    until = world.clock.now + timedelta(hours=1)
    async with world.store.begin() as tx:
        await tx.posts.edited(1, response_code=None, editable_until=until)
    world.clock.move(hours=2)
    await repaint(world)
    await repaint(world, "E-2", post=99)
    await world.deliver()
    rows = await world.rows()
    assert {rows["E-1"].state, rows["E-2"].state} == {"superseded"}
    assert rows["E-1"].error == "delivery.error.not_editable"
    assert desk.calls == ["send"]


async def test_an_edit_for_a_place_that_cannot_edit_is_superseded(world: World) -> None:
    await world.put(["A-1"])
    await world.deliver()
    await world.put(["E-1"], kind="repaint", post=1)
    await world.deliver()
    assert (await world.states())["E-1"] == "superseded"
    assert world.robots.requests == 1


async def test_a_message_of_another_shape_stays_as_it_was(world: World) -> None:
    desk = FakeDesk()
    await posted(world, desk, "A-1", "A-2")
    await repaint(world)
    await world.deliver()
    assert (await world.rows())["E-1"].error == "delivery.error.other_shape"
    assert desk.texts("#east") == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("fault", "state", "edits"),
    [
        (OutcomeUnknown("reset"), "sent", 2),
        (RateLimited("slow", retry_after_s=30), "sent", 2),
        (PlatformDown("down"), "sent", 2),
        (RecipientGone("deleted"), "superseded", 1),
        (Rejected("no"), "failed", 1),
        (ZeroDivisionError(), "sent", 2),
    ],
)
async def test_what_goes_wrong_with_an_edit_has_its_consequence(
    world: World, fault: DeliveryError, state: str, edits: int
) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    desk.faults.append(fault)
    await repaint(world)
    await world.settle(hours=1)
    assert (await world.states())["E-1"] == state
    assert desk.calls.count("edit") == edits


async def test_an_edit_that_cannot_be_made_is_tried_again_and_dies(world: World) -> None:
    desk = FakeDesk()
    await posted(world, desk)
    await world.put(["E-1"], "#east", kind="repaint", post=1, poison=True)
    await world.settle(hours=23)
    row = (await world.rows())["E-1"]
    assert (row.state, row.attempts) == ("failed", 20)

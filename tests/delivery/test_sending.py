"""What is due reaches its place once, as one message, and is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.delivery.world import World, told, told_again
from tests.fakes.desk import FakeDesk
from tests.fakes.robot import Fault, windows_kept


async def test_rows_of_one_place_go_out_as_one_message(world: World) -> None:
    await world.put(["A-1", "A-2", "A-3"])
    await world.put(["B-1"], "robot:west")
    summary = await world.deliver()
    assert (summary.messages, summary.sent) == (2, 4)
    assert told(world.robots.taken) == {"A-1": 1, "A-2": 1, "A-3": 1, "B-1": 1}
    rows = await world.rows()
    assert {row.state for row in rows.values()} == {"sent"}
    assert rows["A-1"].receipt == rows["A-3"].receipt
    assert rows["A-1"].sent_at == world.clock.now


async def test_every_post_is_registered_with_what_it_tells(world: World) -> None:
    await world.put(["A-1", "A-2"])
    await world.deliver()
    async with world.store.read() as tx:
        post = await tx.posts.get(1)
        assert post is not None
        assert (post.place, post.kind, post.part, post.parts) == ("robot:east", "milestone", 0, 1)
        assert [row.key for row in await tx.posts.told_by(post)] == ["A-1", "A-2"]
        assert await tx.posts.at("wecom", "robot:east", post.message_id) == post


async def test_nothing_is_sent_before_it_is_due_and_nothing_twice(world: World) -> None:
    await world.put(["A-1"])
    world.clock.move(minutes=-1)
    assert (await world.deliver()).messages == 0
    world.clock.move(minutes=1)
    await world.deliver()
    await world.deliver()
    assert world.robots.requests == 1


async def test_what_is_no_longer_true_is_superseded_and_what_is_early_waits(world: World) -> None:
    await world.put(["A-1"])
    await world.put(["A-2"], won=True)
    await world.put(["A-3"], later_h=5)
    summary = await world.deliver()
    assert (summary.sent, summary.superseded, summary.deferred) == (1, 1, 1)
    world.clock.move(hours=6)
    await world.deliver()
    assert await world.states() == {"A-1": "sent", "A-2": "superseded", "A-3": "sent"}
    assert told(world.robots.taken) == {"A-1": 1, "A-3": 1}


async def test_a_place_that_is_not_configured_waits_and_blocks_nothing(world: World) -> None:
    await world.put(["X-1"], "robot:nowhere")
    await world.put(["A-1"])
    assert (await world.deliver()).unserved == 1
    assert (await world.deliver()).unserved == 0
    rows = await world.rows()
    assert (rows["X-1"].state, rows["X-1"].error) == ("waiting", "delivery.error.no_adapter")
    assert rows["X-1"].attempts == 0
    assert rows["A-1"].state == "sent"


async def test_a_row_that_cannot_be_made_is_set_apart(world: World) -> None:
    await world.put(["A-1", "A-2"])
    await world.put(["BAD-1"], poison=True)
    await world.put(["A-3"])
    await world.put(["B-1"], "robot:west")
    await world.deliver()
    states = await world.states()
    assert states.pop("BAD-1") == "waiting"
    assert set(states.values()) == {"sent"}
    bad = (await world.rows())["BAD-1"]
    assert (bad.attempts, bad.error) == (1, "delivery.error.not_made")


async def test_a_poison_row_dies_after_twenty_attempts(world: World) -> None:
    await world.put(["BAD-1"], poison=True)
    await world.settle(hours=23)
    bad = (await world.rows())["BAD-1"]
    assert (bad.state, bad.attempts) == ("failed", 20)


async def test_a_row_that_fails_for_a_day_dies_before_twenty_attempts(world: World) -> None:
    await world.put(["BAD-1"], poison=True)
    await world.deliver()
    world.clock.move(hours=24)
    await world.deliver()
    bad = (await world.rows())["BAD-1"]
    assert (bad.state, bad.attempts) == ("failed", 2)


async def test_rows_that_cannot_be_told_together_are_told_alone(world: World) -> None:
    await world.put(["A-1"])
    await world.put(["A-2"], not_with="A-1")
    await world.settle(hours=1)
    assert told(world.robots.taken) == {"A-1": 1, "A-2": 1}


async def test_a_long_message_arrives_in_parts_each_registered(world: World) -> None:
    await world.put(["A-1"], long=3_000)
    summary = await world.deliver()
    assert summary.messages > 1
    async with world.store.read() as tx:
        posts = [await tx.posts.get(number + 1) for number in range(summary.messages)]
    assert [post.part for post in posts if post] == list(range(summary.messages))
    assert sum(content.count("字") for content in world.robots.contents()) == 3_000


async def test_a_part_that_arrived_is_not_repeated_after_a_limit(world: World) -> None:
    await world.put(["A-1"], long=3_000)
    world.robots.script("key-of-east", Fault.NONE, Fault.LIMIT_45009)
    await world.settle(hours=1)
    assert (await world.states()) == {"A-1": "sent"}
    assert told(world.robots.taken) == {"A-1": 1}
    assert sum(content.count("字") for content in world.robots.contents()) == 3_000


async def test_a_part_in_doubt_is_the_only_one_repeated(world: World) -> None:
    await world.put(["A-1"], long=3_000)
    world.robots.script("key-of-east", Fault.NONE, Fault.TAKEN_HANG)
    await world.settle(hours=1)
    contents = world.robots.contents()
    assert (await world.states()) == {"A-1": "sent"}
    assert told(world.robots.taken) == {"A-1": 1}
    assert ["可能重复" in content for content in contents].count(True) == 1
    assert "可能重复" not in contents[0]


async def test_no_robot_posts_more_than_twenty_times_a_minute(world: World) -> None:
    for number in range(50):
        await world.put([f"A-{number}"])
        await world.deliver()
    assert len(world.robots.taken) == 20
    await world.put(["B-1"], "robot:west")
    await world.deliver()
    assert told(world.robots.taken)["B-1"] == 1
    await world.settle(hours=1, step_s=7)
    assert windows_kept(world.robots.taken, most=20, seconds=60)
    assert sum(told(world.robots.taken).values()) == 51


async def test_the_pace_holds_between_the_parts_of_long_messages(world: World) -> None:
    for number in range(12):
        await world.put([f"A-{number}"], long=2_500)
        await world.deliver()
    await world.settle(hours=1, step_s=5)
    assert windows_kept(world.robots.taken, most=20, seconds=60)
    assert sum(content.count("字") for content in world.robots.contents()) == 12 * 2_500
    assert set(told(world.robots.taken).values()) == {1}
    assert not told_again(world.robots.taken)


async def test_a_refused_payload_is_said_plainer(world: World) -> None:
    world.robots.refuses = lambda kind, _content: kind != "text"
    await world.put(["A-1"], long=1_000)
    await world.settle(hours=1)
    assert (await world.states()) == {"A-1": "sent"}
    assert {message.msgtype for message in world.robots.taken} == {"text"}


async def test_what_is_said_plainer_goes_out_where_every_turn_is_waited_for(world: World) -> None:
    world.robots.refuses = lambda kind, _content: kind != "text"
    (pace,) = world.robot_adapter().pace("robot:east")
    async with world.store.begin() as tx:
        for ago_s in range(57, -1, -3):  # a turn comes free every three seconds, never two
            steady = world.clock.steady - timedelta(seconds=ago_s)
            await tx.pacing.spend("wecom", [pace], steady=steady)
    await world.put(["A-1"], long=1_000)
    await world.settle(hours=30 / 3_600, step_s=1)
    assert await world.states() == {"A-1": "sent"}
    assert world.robots.requests == 1 + len(world.robots.taken)


async def test_one_refused_row_of_a_list_fails_alone(world: World) -> None:
    world.robots.refuses = lambda _kind, content: "BAD-1" in content
    await world.put(["A-1", "BAD-1", "A-2"])
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent", "BAD-1": "failed", "A-2": "sent"}
    assert told(world.robots.taken) == {"A-1": 1, "A-2": 1}


async def test_a_limit_pauses_only_that_robot_and_counts_against_no_row(world: World) -> None:
    world.robots.script("key-of-east", Fault.LIMIT_45009)
    await world.put(["A-1"])
    await world.put(["B-1"], "robot:west")
    await world.deliver()
    await world.put(["A-2"])
    await world.deliver()
    rows = await world.rows()
    assert (rows["A-1"].state, rows["A-1"].attempts) == ("waiting", 0)
    assert rows["B-1"].state == "sent"
    assert world.robots.contents("key-of-east") == []
    async with world.store.read() as tx:
        (pause,) = await tx.pacing.pauses(steady=world.clock.steady)
    assert (pause.place, (pause.until - world.clock.steady).total_seconds()) == ("robot:east", 60)
    world.clock.move(seconds=61)
    await world.deliver()
    assert set((await world.states()).values()) == {"sent"}


async def test_a_wrong_key_keeps_rows_waiting_for_the_operator(world: World) -> None:
    world.robots.script("key-of-east", *[Fault.BAD_KEY] * 500)
    await world.put(["A-1"])
    await world.settle(hours=30, step_s=3_601)
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "93000" in (row.error or "")
    assert "key-of-east" not in (row.error or "")
    world.robots.calm()
    world.clock.move(seconds=601)
    await world.deliver()
    assert (await world.states()) == {"A-1": "sent"}


async def test_an_outage_backs_off_and_counts_against_no_row(world: World) -> None:
    world.adapters = [world.robot_adapter()]
    await world.robots.stop()
    await world.put(["A-1"])
    for _ in range(24):
        await world.deliver()
        world.clock.move(seconds=300)
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts) == ("waiting", 0)
    async with world.store.read() as tx:
        assert 10 <= await tx.pacing.strikes("wecom", "robot:east") <= 30


async def test_a_code_we_do_not_know_is_tried_again_with_back_off(world: World) -> None:
    world.robots.script("key-of-east", Fault.UNKNOWN_CODE, Fault.UNKNOWN_CODE)
    await world.put(["A-1"])
    waits = []
    for _ in range(2):
        await world.deliver()
        row = (await world.rows())["A-1"]
        waits.append((row.due_at - world.clock.now).total_seconds())
        world.clock.move(seconds=waits[-1])
    await world.deliver()
    assert waits == [2, 4]
    assert (await world.states()) == {"A-1": "sent"}


async def test_a_bug_in_an_adapter_leaves_the_outcome_unknown(world: World) -> None:
    desk = FakeDesk()
    desk.faults.append(ZeroDivisionError())
    world.adapters = [desk]
    await world.put(["A-1"], "#east")
    assert (await world.deliver()).ambiguous == 1
    await world.settle(hours=1)
    assert desk.texts("#east") == ["A-1"]


async def test_a_bigger_backlog_than_one_batch_goes_out_in_turns(world: World) -> None:
    world.rules = replace(world.rules, batch=10)
    await world.put([f"A-{number}" for number in range(25)])
    await world.put(["B-1"], "robot:west")
    await world.deliver()
    assert [len(content.split("-")) - 1 for content in world.robots.contents("key-of-east")] == [
        10,
        10,
        5,
    ]
    # The other place did not wait for the whole backlog of the first.
    assert "B-1" in world.robots.contents()[0] + world.robots.contents()[1]

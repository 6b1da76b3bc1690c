"""Alerts to Slack through the whole of delivery: none is lost, none comes twice."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackBot
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from storage.outbox import THREAD, Notification
from tests.delivery.world import NAME, World
from tests.slack.out.web_api import Answer, Json, WebApi, refused

POST = "chat.postMessage"
EAST = "C0EAST"
TAKEN_AND_DROPPED = Answer(drop=True, done=True)
TAKEN_500 = Answer("", 500, done=True)


def texts(slack: WebApi, channel: str = EAST) -> list[str]:
    return [message["text"] for message in slack.hung[channel]]


def told(slack: WebApi) -> Counter[str]:
    """How often each name was told anywhere."""
    said = (message for messages in slack.hung.values() for message in messages)
    return Counter(name for message in said for name in NAME.findall(message["text"]))


async def put(world: World, place: str, *names: str, **facts: object) -> None:
    async with world.store.begin() as tx:
        await tx.outbox.put(
            [
                Notification(name, "milestone", "slack", place, world.clock.now, facts=dict(facts))
                for name in names
            ],
            now=world.clock.now,
        )


async def post_ids(world: World) -> list[int]:
    async with world.store.read() as tx:
        posts = [await tx.posts.get(number) for number in range(1, 80)]
    return [post.id for post in posts if post]


async def test_alerts_of_a_channel_are_one_message_that_is_registered(
    world: World, slack: WebApi
) -> None:
    await put(world, "#east", "A-1", "A-2")
    await put(world, "W0LIN", "B-1")
    summary = await world.deliver()
    assert (summary.messages, summary.sent) == (2, 3)
    assert texts(slack) == ["A-1 A-2"]
    assert texts(slack, "D0LIN") == ["B-1"]
    ts = slack.hung[EAST][0]["ts"]
    assert (await world.rows())["A-1"].receipt == f"{EAST}/{ts}"
    async with world.store.read() as tx:
        assert await tx.posts.at("slack", "#east", f"{EAST}/{ts}") is not None


@pytest.mark.parametrize("fault", [TAKEN_AND_DROPPED, TAKEN_500, Answer(hang=True, done=True)])
async def test_what_slack_took_without_saying_so_is_found_and_not_repeated(
    world: World, slack: WebApi, fault: Answer
) -> None:
    slack.script(POST, fault)
    await put(world, "#east", "A-1")
    assert (await world.deliver()).ambiguous == 1
    world.clock.move(seconds=119)
    await world.deliver()
    assert "conversations.history" not in slack.methods()
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent"}
    assert told(slack) == {"A-1": 1}
    assert slack.methods().count(POST) == 1
    assert (await world.rows())["A-1"].receipt == f"{EAST}/{slack.hung[EAST][0]['ts']}"


@pytest.mark.parametrize("fault", [Answer(drop=True), Answer("", 500), refused("internal_error")])
async def test_what_slack_did_not_take_is_told_after_a_look(
    world: World, slack: WebApi, fault: Answer
) -> None:
    slack.script(POST, fault)
    await put(world, "#east", "A-1")
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent"}
    assert told(slack) == {"A-1": 1}
    assert slack.methods()[-3:] == [POST, "conversations.history", POST]


async def test_a_look_that_fails_is_tried_again_and_one_that_is_refused_is_a_persons(
    world: World, slack: WebApi
) -> None:
    slack.script(POST, TAKEN_500, TAKEN_500)
    slack.script("conversations.history", Answer(status=500), refused("ratelimited"))
    await put(world, "#east", "A-1")
    await world.settle(hours=2)
    assert await world.states() == {"A-1": "sent"}
    slack.always["conversations.history"] = refused("channel_not_found")
    await put(world, "#east", "A-2")
    await world.settle(hours=2)
    row = (await world.rows())["A-2"]
    assert (row.state, row.attempts) == ("review", 0)
    assert "channel_not_found" in str(row.error)


async def test_a_limit_lets_its_channel_rest_and_the_others_go_on(
    world: World, slack: WebApi
) -> None:
    slack.script(POST, Answer("", 429, {"Retry-After": "30"}))
    await put(world, "#east", "A-1")
    await world.deliver()
    await put(world, "#west", "B-1")
    await world.deliver()
    assert await world.states() == {"A-1": "waiting", "B-1": "sent"}
    world.clock.move(seconds=29)
    await world.deliver()
    assert slack.methods().count(POST) == 2
    world.clock.move(seconds=2)
    await world.deliver()
    assert (await world.rows())["A-1"].attempts == 0
    assert told(slack) == {"A-1": 1, "B-1": 1}


async def test_the_limit_of_the_workspace_lets_all_of_it_rest(
    world: World, slack: WebApi, api: SlackApi
) -> None:
    world.adapters = [SlackBot(api, world.store)]
    await put(world, "#east", "A-0")
    await put(world, "#west", "B-0")
    await world.deliver()
    world.clock.move(seconds=5)
    limit = {"ok": False, "error": "message_limit_exceeded"}
    slack.script(POST, Answer(limit, headers={"Retry-After": "30"}))
    await put(world, "#east", "A-1")
    await world.deliver()
    await put(world, "#west", "B-1")
    await world.deliver()
    assert slack.methods().count(POST) == 3
    await world.settle(hours=1)
    assert told(slack) == {"A-0": 1, "B-0": 1, "A-1": 1, "B-1": 1}


async def test_a_channel_gets_one_message_a_second(
    world: World, slack: WebApi, api: SlackApi
) -> None:
    world.adapters = [SlackBot(api, world.store)]
    for number in range(3):
        await put(world, "#east", f"A-{number}")
        await world.deliver()
    assert texts(slack) == ["A-0"]
    await world.settle(hours=1, step_s=0.6)
    assert texts(slack) == ["A-0", "A-1 A-2"]


async def test_tables_that_are_refused_are_told_as_text(world: World, slack: WebApi) -> None:
    slack.refuses_blocks = True
    await put(world, "#east", "A-1", "A-2")
    assert (await world.deliver()).messages == 1
    assert texts(slack) == ["A-1\nA-2"]
    assert slack.methods().count(POST) == 2
    assert set((await world.states()).values()) == {"sent"}


async def test_a_revoked_token_lets_alerts_wait_until_there_is_another(
    world: World, slack: WebApi
) -> None:
    slack.token = "xoxb-new"
    await put(world, "#east", "A-1")
    await world.deliver()
    world.clock.move(hours=30)
    await world.deliver()
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "invalid_auth" in str(row.error)
    anew = OneWorkspace(SecretStr("xoxb-new"), api_url=slack.api_url)
    api = SlackApi(anew, api_url=slack.api_url, clock=world.clock.read)
    world.adapters = [SlackBot(api, world.store)]
    world.clock.move(seconds=601)
    await world.deliver()
    await api.close()
    assert told(slack) == {"A-1": 1}


async def test_a_channel_waits_for_the_bot_and_an_archived_one_does_not(
    world: World, slack: WebApi
) -> None:
    slack.script(POST, refused("not_in_channel"))
    await put(world, EAST, "A-1")
    await world.deliver()
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts) == ("waiting", 0)
    world.clock.move(seconds=601)
    await world.deliver()
    slack.script(POST, refused("is_archived"))
    await put(world, EAST, "A-2")
    await world.deliver()
    assert await world.states() == {"A-1": "sent", "A-2": "failed"}


async def test_it_all_starts_while_slack_is_down(world: World, slack: WebApi) -> None:
    slack.always["auth.test"] = Answer(drop=True)
    await put(world, "#east", "A-1")
    assert (await world.deliver()).put_back == 1
    assert slack.methods() == ["auth.test"]
    row = (await world.rows())["A-1"]
    assert (row.state, row.attempts) == ("waiting", 0)


# --- threads ----------------------------------------------------------------------------------


async def test_history_is_told_below_its_alert_each_by_itself(world: World, slack: WebApi) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    (post,) = await post_ids(world)
    await put(world, "#east", "H-1", "H-2", **{THREAD: post})
    await put(world, "#east", "A-2", "A-3")
    await world.deliver()
    root = slack.hung[EAST][0]["ts"]
    below = [message["text"] for message in slack.hung[EAST] if message.get("thread_ts") == root]
    assert sorted(below) == ["H-1", "H-2"]
    assert [m["text"] for m in slack.hung[EAST] if "thread_ts" not in m] == ["A-1", "A-2 A-3"]


async def test_what_is_told_below_is_found_below(world: World, slack: WebApi) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    slack.script(POST, TAKEN_500)
    await put(world, "#east", "H-1", **{THREAD: (await post_ids(world))[0]})
    await world.settle(hours=1)
    assert await world.states() == {"A-1": "sent", "H-1": "sent"}
    assert told(slack) == {"A-1": 1, "H-1": 1}
    assert "conversations.replies" in slack.methods()


async def test_what_cannot_hang_anywhere_is_not_told(world: World, slack: WebApi) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    await put(world, "#east", "H-1", **{THREAD: 99})
    await put(world, "#west", "H-2", **{THREAD: (await post_ids(world))[0]})
    await world.deliver()
    states = await world.states()
    assert (states["H-1"], states["H-2"]) == ("superseded", "superseded")
    assert told(slack) == {"A-1": 1}


# --- new faces --------------------------------------------------------------------------------


async def repaint(world: World, name: str, text: str, post: int = 1) -> None:
    await world.put([name], "#east", kind="repaint", post=post, text=text)


def edits(slack: WebApi) -> list[Json]:
    return slack.asked("chat.update")


async def test_the_first_change_shows_at_once_and_the_next_ones_become_one(
    world: World, slack: WebApi
) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    await repaint(world, "E-1", "claimed")
    await world.deliver()
    assert texts(slack) == ["claimed"]
    for number in range(2, 6):
        world.clock.move(seconds=2)
        await repaint(world, f"E-{number}", f"change {number}")
        await world.deliver()
    assert texts(slack) == ["claimed"]
    world.clock.move(seconds=2)
    await world.deliver()
    assert len(edits(slack)) == 2
    assert "change 5" in texts(slack)[0]
    assert set((await world.states()).values()) == {"sent"}
    world.clock.move(seconds=11)
    await repaint(world, "E-6", "won")
    await world.deliver()
    assert texts(slack) == ["won"]


async def test_other_posts_do_not_wait_and_a_clock_that_went_back_holds_nothing_up(
    world: World, slack: WebApi
) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    await put(world, "#east", "A-2")
    await world.deliver()
    await repaint(world, "E-1", "one")
    await repaint(world, "E-2", "two", post=2)
    await world.deliver()
    assert texts(slack) == ["one", "two"]
    world.clock.now -= timedelta(days=1)
    await repaint(world, "E-3", "three")
    await world.deliver()
    assert texts(slack) == ["three", "two"]


async def test_an_edit_whose_outcome_is_unknown_is_repeated(world: World, slack: WebApi) -> None:
    await put(world, "#east", "A-1")
    await world.deliver()
    slack.script("chat.update", TAKEN_500, Answer("", 429, {"Retry-After": "5"}))
    await repaint(world, "E-1", "claimed")
    await world.settle(hours=1)
    assert texts(slack) == ["claimed"]
    assert len(edits(slack)) == 3


# --- storms -----------------------------------------------------------------------------------

STORM = (
    None,
    None,
    None,
    TAKEN_AND_DROPPED,
    TAKEN_500,
    Answer("<html>", done=True),
    Answer(drop=True),
    Answer("", 500),
    Answer("", 429, {"Retry-After": "garbage"}),
    Answer("", 429, {"Retry-After": "0"}),
    refused("internal_error"),
    refused("fatal_error"),
    refused("service_unavailable"),
)


@pytest.mark.parametrize("seed", range(4))
async def test_in_a_storm_everything_is_told_once(world: World, slack: WebApi, seed: int) -> None:
    rng = random.Random(seed)
    slack.channels = {f"C0{n}": f"team-{n}" for n in range(8)}
    slack.scripts[POST].extend(rng.choice(STORM) for _ in range(120))
    looks = (None, None, Answer("", 500), Answer("", 429, {"Retry-After": "3"}), Answer(drop=True))
    slack.scripts["conversations.history"].extend(rng.choice(looks) for _ in range(60))
    names = [f"A-{number}" for number in range(60)]
    for name in names:
        await put(world, f"#team-{rng.randrange(8)}", name)
        if rng.random() < 0.3:
            await world.deliver()
            world.clock.move(seconds=rng.randrange(90))
    await world.settle(hours=40)
    assert set((await world.states()).values()) == {"sent"}
    assert told(slack) == dict.fromkeys(names, 1)
    keys = [key for channel in slack.channels for key in slack.keys(channel)]
    assert len(keys) == len(set(keys))


async def test_edits_of_a_workspace_keep_to_its_limit_and_let_alerts_pass(
    world: World, slack: WebApi, api: SlackApi
) -> None:
    world.adapters = [SlackBot(api, world.store)]
    slack.channels = {f"C0{n}": f"team-{n}" for n in range(60)}
    for number in range(60):
        await put(world, f"C0{number}", f"A-{number}")
    await world.deliver()
    for number, post in enumerate(await post_ids(world)):
        async with world.store.begin() as tx:
            hung = await tx.posts.get(post)
            assert hung is not None
            row = Notification(
                f"E-{number}",
                "repaint",
                "slack",
                hung.place,
                world.clock.now,
                facts={"post": post},
            )
            await tx.outbox.put([row], now=world.clock.now)
    world.clock.move(seconds=2)
    await world.deliver()
    assert len(edits(slack)) == 50
    await put(world, "C059", "B-1")
    await world.deliver()
    assert texts(slack, "C059")[-1] == "B-1"
    world.clock.move(seconds=62)
    await world.deliver()
    assert len(edits(slack)) == 60

"""What hangs in Slack's channels: how it is posted, edited, found again, and said plainer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.base import THREAD
from bot.adapters.slack import SlackBot
from bot.adapters.slack_plain import plainer
from bot.slack.api import SlackApi
from messages.i18n import Phrasebook
from messages.model import (
    Attachment,
    Bullets,
    Button,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    Table,
    plain,
)
from messages.render.slack_check import check_slack
from scoring.errors import (
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
)
from scoring.model import Locale
from storage.posts import Post
from storage.store import Store
from tests.delivery.world import START
from tests.slack.out.web_api import Answer, WebApi, refused

BOOK = Phrasebook(Locale.ZH)
HELLO: dict[str, Any] = {"text": "hello", "blocks": [{"type": "divider"}]}
SINCE = datetime.fromtimestamp(1_795_400_000, UTC)

CARD = Message(
    "Acme 30 days",
    (
        Heading("Acme & <Sons>"),
        Paragraph(plain("ends *soon*")),
        Bullets((plain("call"), plain("write"))),
        Fields((("Owner", plain("Lin")), ("ARR", plain("<5 & up")))),
        Note(plain("because of <!channel>")),
        Table(("a", "b"), ((plain("1"), plain("2")),)),
    ),
    (Button("Claim", "claim R-42"),),
)


def post_of(message_id: str, **changes: Any) -> Post:
    post = Post(
        id=1,
        platform="slack",
        place="#east",
        message_id=message_id,
        kind="milestone",
        contract_id=None,
        opportunity_id=None,
        attempt_key="k.0",
        batch="k",
        facts={},
        revision=0,
        response_code=None,
        editable_until=None,
        posted_at=START,
    )
    return replace(post, **changes)


async def test_a_post_carries_its_key_and_nothing_unfurls(slack: WebApi, bot: SlackBot) -> None:
    receipt = await bot.send("#east", HELLO, "k.0")
    (asked,) = slack.asked("chat.postMessage")
    assert asked == {
        "channel": "C0EAST",
        "text": "hello",
        "blocks": [{"type": "divider"}],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "renewals_post", "event_payload": {"key": "k.0"}},
    }
    assert receipt.message_id == f"C0EAST/{slack.hung['C0EAST'][0]['ts']}"
    assert receipt.editable_until is None


@pytest.mark.parametrize(
    ("place", "channel"), [("U0LIN", "D0LIN"), ("C0WEST", "C0WEST"), ("#west", "C0WEST")]
)
async def test_every_kind_of_place_is_reached(
    slack: WebApi, bot: SlackBot, place: str, channel: str
) -> None:
    assert bot.serves(place)
    assert (await bot.send(place, HELLO, "k.0")).message_id.startswith(f"{channel}/")
    assert slack.keys(channel) == ["k.0"]


@pytest.mark.parametrize("place", ["", "#", "robot:east", "user:lin", "east"])
def test_other_platforms_places_are_not_served(bot: SlackBot, place: str) -> None:
    assert not bot.serves(place)


async def test_below_a_post_hangs_what_names_it(slack: WebApi, bot: SlackBot) -> None:
    root = await bot.send("#east", HELLO, "k.0")
    below = {**HELLO, THREAD: root.message_id}
    receipt = await bot.send("#east", below, "k.1")
    said = slack.hung["C0EAST"][1]
    assert said["thread_ts"] == root.message_id.partition("/")[2]
    assert THREAD not in said
    assert await bot.find("#east", "k.1", SINCE) is None
    assert await bot.find("#east", "k.1", SINCE, root.message_id) == receipt
    with pytest.raises(RecipientGone):
        await bot.send("#east", {**HELLO, THREAD: "7"}, "k.2")


async def test_a_name_that_now_is_another_channel_is_followed(slack: WebApi, bot: SlackBot) -> None:
    await bot.send("#east", HELLO, "k.0")
    slack.channels = {"C0NEW": "east"}
    assert (await bot.send("#east", HELLO, "k.1")).message_id.startswith("C0NEW/")
    slack.channels = {}
    with pytest.raises(RecipientGone):
        await bot.send("#east", HELLO, "k.2")
    with pytest.raises(RecipientGone):
        await bot.send("C0EAST", HELLO, "k.3")


async def test_a_channel_that_only_posting_reaches_is_known_afterwards(
    slack: WebApi, bot: SlackBot, store: Store
) -> None:
    slack.always["users.conversations"] = refused("missing_scope")
    with pytest.raises(Rejected, match="which channel"):
        await bot.find("#east", "k.0", SINCE)
    await bot.send("#east", HELLO, "k.0")
    assert slack.asked("chat.postMessage")[0]["channel"] == "#east"
    assert await bot.find("#east", "k.0", SINCE)
    async with store.read() as tx:
        known = await tx.slack_places.named("east")
        assert known is not None
        assert known.id == "C0EAST"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({"ok": True}), OutcomeUnknown),
        (Answer({"ok": True, "channel": 7, "ts": None}), OutcomeUnknown),
        (Answer(drop=True, done=True), OutcomeUnknown),
        (Answer("", 429, {"Retry-After": "3"}), RateLimited),
        (refused("is_archived"), RecipientGone),
    ],
)
async def test_a_post_is_made_once_whatever_comes_back(
    slack: WebApi, bot: SlackBot, answer: Answer, error: type[DeliveryError]
) -> None:
    slack.script("chat.postMessage", answer)
    with pytest.raises(error):
        await bot.send("C0EAST", HELLO, "k.0")
    assert slack.methods().count("chat.postMessage") == 1


async def test_before_the_post_an_outage_is_no_doubt(slack: WebApi, bot: SlackBot) -> None:
    slack.script("users.conversations", Answer(drop=True))
    with pytest.raises(PlatformDown):
        await bot.send("#east", HELLO, "k.0")
    assert "chat.postMessage" not in slack.methods()


async def test_an_edit_names_text_and_blocks_and_keeps_the_key(
    slack: WebApi, bot: SlackBot
) -> None:
    receipt = await bot.send("U0LIN", HELLO, "k.0")
    await bot.edit(post_of(receipt.message_id, place="U0LIN"), {"text": "won", "blocks": []})
    (asked,) = slack.asked("chat.update")
    assert (asked["channel"], asked["text"], asked["blocks"]) == ("D0LIN", "won", [])
    assert slack.keys("D0LIN") == ["k.0"]


@pytest.mark.parametrize(
    "error",
    [
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "thread_not_found",
    ],
)
async def test_a_post_that_cannot_be_edited_any_more_is_gone(
    slack: WebApi, bot: SlackBot, error: str
) -> None:
    slack.script("chat.update", refused(error))
    with pytest.raises(RecipientGone):
        await bot.edit(post_of("C0EAST/1795400000.000001"), HELLO)
    with pytest.raises(RecipientGone):
        await bot.edit(post_of("17"), HELLO)


async def test_an_edit_is_said_plainer_where_tables_are_refused(
    slack: WebApi, bot: SlackBot
) -> None:
    (payload,) = bot.render(CARD, "#east", BOOK, "k")
    receipt = await bot.send("#east", payload, "k.0")
    slack.refuses_tables = True
    await bot.edit(post_of(receipt.message_id), payload)
    kinds = [[block["type"] for block in one["blocks"]] for one in slack.asked("chat.update")]
    assert "table" in kinds[0]
    assert "table" not in kinds[1]
    assert "actions" in kinds[1]
    slack.refuses_blocks = True
    await bot.edit(post_of(receipt.message_id), payload)
    assert slack.hung["C0EAST"][0]["blocks"] == []
    slack.script("chat.update", *[refused("invalid_blocks")] * 3)
    with pytest.raises(Rejected):
        await bot.edit(post_of(receipt.message_id), payload)


def test_the_plainest_form_says_all_of_it_and_nothing_in_it_is_markup(bot: SlackBot) -> None:
    (payload,) = bot.render(CARD, "#east", BOOK, "k")
    (once,) = plainer({**payload, THREAD: "C0EAST/1.2"})
    assert not check_slack(once)
    (twice,) = plainer(once)
    assert (twice["blocks"], twice[THREAD]) == ([], "C0EAST/1.2")
    lines = twice["text"].split("\n")
    assert lines[:4] == ["Acme &amp; &lt;Sons&gt;", "ends *soon*", "• call", "• write"]
    assert "Owner: Lin" in lines
    assert "ARR: &lt;5 &amp; up" in lines
    assert "because of &lt;!channel&gt;" in lines
    assert plainer(twice) == ()


@pytest.mark.parametrize("blocks", [0, 1, 49, 50])
def test_what_may_be_repeated_begins_with_the_words(bot: SlackBot, blocks: int) -> None:
    payload = {"text": "hi", "blocks": [{"type": "divider"}] * blocks, THREAD: "C0EAST/1.2"}
    first, *rest = bot.marked(payload, "<possibly> repeated")
    assert first["text"].startswith("&lt;possibly&gt; repeated")
    assert first[THREAD] == "C0EAST/1.2"
    assert rest == ([payload] if blocks == 50 else [])
    assert len(first["blocks"]) == (0 if blocks in (0, 50) else blocks + 1)


# --- finding ----------------------------------------------------------------------------------


async def test_a_post_is_found_on_a_later_page_among_what_others_said(
    slack: WebApi, bot: SlackBot
) -> None:
    receipt = await bot.send("#east", HELLO, "k.0")
    for number in range(45):
        slack.chat("C0EAST", f"{number}")
    slack.page = 15
    assert await bot.find("#east", "k.0", SINCE) == receipt
    assert await bot.find("#east", "k.1", SINCE) is None


async def test_somebody_elses_metadata_is_not_ours(slack: WebApi, bot: SlackBot) -> None:
    receipt = await bot.send("#east", HELLO, "k.0")
    slack.hung["C0EAST"][0]["bot_id"] = "B0OTHER"
    assert await bot.find("#east", "k.0", SINCE) is None
    del slack.hung["C0EAST"][0]["bot_id"]
    assert await bot.find("#east", "k.0", SINCE) == receipt


@pytest.mark.parametrize("shift", [-timedelta(days=400), timedelta(), timedelta(days=400)])
async def test_a_moved_clock_hides_nothing_new(
    slack: WebApi, bot: SlackBot, shift: timedelta
) -> None:
    receipt = await bot.send("#east", HELLO, "k.0")
    for number in range(150):
        slack.chat("C0EAST", f"{number}")
    assert await bot.find("#east", "k.0", SINCE + shift) == receipt


async def test_reading_ends_where_it_is_older_than_the_message(
    slack: WebApi, bot: SlackBot
) -> None:
    for number in range(900):
        slack.chat("C0EAST", f"{number}")
    assert await bot.find("C0EAST", "k.0", SINCE + timedelta(days=1)) is None
    assert slack.methods().count("conversations.history") == 1
    assert await bot.find("C0EAST", "k.0", SINCE) is None
    assert slack.methods().count("conversations.history") == 1 + 5


async def test_too_much_to_read_is_left_to_a_person(slack: WebApi, bot: SlackBot) -> None:
    for number in range(4_001):
        slack.chat("C0EAST", f"{number}")
    with pytest.raises(Rejected, match="too much"):
        await bot.find("C0EAST", "k.0", SINCE)


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "messages": [7, {"ts": 1}, {}]}])
async def test_a_history_that_reads_as_nothing_is_empty(
    slack: WebApi, bot: SlackBot, answer: dict[str, Any]
) -> None:
    slack.script("conversations.history", Answer(answer))
    assert await bot.find("C0EAST", "k.0", SINCE) is None


# --- files ------------------------------------------------------------------------------------


async def test_a_file_is_shared_where_it_was_asked_for(slack: WebApi, bot: SlackBot) -> None:
    await bot.give("U0LIN", Attachment("a.csv", "text/csv", b"a,b"))
    (upload,) = slack.uploads.values()
    assert upload.shared is not None
    assert upload.shared["channel_id"] == "D0LIN"
    root = await bot.send("#east", HELLO, "k.0")
    await bot.give("#east", Attachment("b.csv", "text/csv", b"a,b"), root.message_id)
    shared = list(slack.uploads.values())[1].shared
    assert shared is not None
    assert (shared["channel_id"], shared["thread_ts"]) == tuple(root.message_id.split("/"))


async def test_a_file_needs_a_channel_that_is_known(slack: WebApi, bot: SlackBot) -> None:
    slack.always["users.conversations"] = refused("missing_scope")
    with pytest.raises(RecipientGone):
        await bot.give("#east", Attachment("a.csv", "text/csv", b"a,b"))


async def test_the_pace_is_a_channels_and_a_workspaces(
    api: SlackApi, store: Store, bot: SlackBot
) -> None:
    paced = SlackBot(api, store, several=True)
    own, wide = paced.pace("#east")
    assert (own.scope, own.wide, wide.wide) == ("#east", False, True)
    await paced.send("#east", HELLO, "k.0")
    assert [pace.scope for pace in paced.pace("#east")] == ["#east", "*T1"]


async def test_the_only_workspace_has_one_pace_before_and_after_a_place_is_met(
    api: SlackApi, store: Store
) -> None:
    paced = SlackBot(api, store)
    before = paced.pace("#east"), paced.pace("#east", edits=True)
    await paced.send("#east", HELLO, "k.0")
    assert (paced.pace("#east"), paced.pace("#east", edits=True)) == before


async def test_nothing_is_paced_where_no_time_passes(bot: SlackBot) -> None:
    assert bot.pace("#east") == ()

"""The loopback Slack's messages, as slack_sdk's own client sees them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.loopback.slack.limits import UNLIMITED
from scoring.model import Platform
from tests.slack.cloud_desk import (
    ANN,
    BOB,
    EAST,
    GUEST,
    SECRET,
    TEAM,
    Desk,
    error,
    running,
    section,
)

META = {"event_type": "renewal", "event_payload": {"key": "alert-1"}}


async def test_a_message_is_posted_read_back_changed_and_deleted() -> None:
    async with running() as desk:
        client = desk.client
        sent = await client.chat_postMessage(
            channel="#renewals-east", text="Acme", blocks=[section("Acme")], metadata=META
        )
        assert (sent["channel"], desk.cloud.words(EAST)) == (EAST, ["Acme"])
        assert desk.cloud.ledger.sent[0].key == "alert-1"
        shown = desk.board.sent_under(Platform.SLACK, "#renewals-east", "alert-1")
        assert shown is not None
        assert shown.ts == sent["ts"]

        found = await client.conversations_history(channel=EAST, include_all_metadata=True)
        assert found["messages"][0]["metadata"] == META
        bare = await client.conversations_history(channel=EAST)
        assert "metadata" not in bare["messages"][0]

        await client.chat_update(channel=EAST, ts=sent["ts"], text="Claimed")
        kept = (await client.conversations_history(channel=EAST))["messages"][0]
        assert (kept["text"], kept["blocks"][0]["text"]["text"]) == ("Claimed", "Acme")

        await client.chat_delete(channel=EAST, ts=sent["ts"])
        assert desk.cloud.words(EAST) == []
        assert await error(client.chat_delete(channel=EAST, ts=sent["ts"])) == "message_not_found"
        assert desk.cloud.ledger.unknown_arguments() == []


async def test_a_person_is_written_to_by_their_id_and_changed_by_the_conversations() -> None:
    async with running() as desk:
        sent = await desk.client.chat_postMessage(channel=ANN, text="hello")
        assert sent["channel"].startswith("D")
        opened = await desk.client.conversations_open(users=ANN)
        assert opened["channel"]["id"] == sent["channel"]
        wrong = desk.client.chat_update(channel=ANN, ts=sent["ts"], text="no")
        assert await error(wrong) == "channel_not_found"
        await desk.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="yes")
        assert desk.cloud.words(ANN) == ["yes"]


async def test_a_thread_holds_what_was_said_in_it() -> None:
    async with running() as desk:
        first = await desk.client.chat_postMessage(channel=EAST, text="alert")
        reply = await desk.client.chat_postMessage(
            channel=EAST, text="claimed", thread_ts=first["ts"]
        )
        history = (await desk.client.conversations_history(channel=EAST))["messages"]
        assert [(one["text"], one["reply_count"]) for one in history] == [("alert", 1)]
        replies = await desk.client.conversations_replies(channel=EAST, ts=first["ts"])
        assert [one["ts"] for one in replies["messages"]] == [first["ts"], reply["ts"]]
        lost = desk.client.chat_postMessage(channel=EAST, text="x", thread_ts="1.000001")
        assert await error(lost) == "cannot_reply_to_message"


async def test_an_ephemeral_message_is_for_one_person_and_cannot_be_changed() -> None:
    async with running() as desk:
        aside = await desk.client.chat_postEphemeral(channel=EAST, user=ANN, text="psst")
        assert desk.cloud.words(EAST, user=ANN) == ["psst"]
        assert desk.cloud.words(EAST, user=BOB) == []
        change = desk.client.chat_update(channel=EAST, ts=aside["message_ts"], text="x")
        assert await error(change) == "message_not_found"
        absent = desk.client.chat_postEphemeral(channel=EAST, user="U0NOBODY", text="psst")
        assert await error(absent) == "user_not_in_channel"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"channel": EAST, "text": ""}, "no_text"),
    ({"text": "x", "channel": ""}, "invalid_arguments"),
    ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ({"channel": SECRET, "text": "x"}, "channel_not_found"),
    ({"channel": "C0SHARED", "text": "x"}, "not_in_channel"),
    ({"channel": EAST, "text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
    ({"channel": EAST, "text": "x", "blocks": [section("")]}, "invalid_blocks"),
    ({"channel": EAST, "text": "x", "blocks": [section("a")] * 51}, "invalid_blocks"),
    ({"channel": EAST, "text": "x", "blocks": [section("a" * 2999)] * 6}, "msg_blocks_too_long"),
    ({"channel": EAST, "text": "x", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
    (
        {
            "channel": EAST,
            "text": "x",
            "metadata": {"event_type": "t", "event_payload": {"k": "x" * 20_000}},
        },
        "metadata_too_large",
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), REFUSED)
async def test_what_slack_refuses_is_refused(arguments: dict[str, Any], expected: str) -> None:
    async with running() as desk:
        call = desk.client.api_call("chat.postMessage", json=arguments)
        assert await error(call) == expected
        assert desk.cloud.ledger.sent == type(desk.cloud.ledger.sent)()


async def test_a_channel_that_was_archived_takes_nothing_any_more() -> None:
    async with running() as desk:
        sent = await desk.client.chat_postMessage(channel=EAST, text="x")
        await desk.cloud.people.archive(ANN, EAST)
        again = desk.client.chat_postMessage(channel=EAST, text="y")
        assert await error(again) == "is_archived"
        change = desk.client.chat_update(channel=EAST, ts=sent["ts"], text="y")
        assert await error(change) == "is_inactive"


async def test_somebody_elses_message_cannot_be_changed() -> None:
    async with running() as desk:
        done = await desk.cloud.people.say(ANN, EAST, "mine")
        assert done.posted is not None
        ts = done.posted.ts
        change = desk.client.chat_update(channel=EAST, ts=ts, text="yours")
        assert await error(change) == "cant_update_message"
        taking = desk.client.chat_delete(channel=EAST, ts=ts)
        assert await error(taking) == "cant_delete_message"


async def test_every_list_of_people_and_channels_comes_in_pages() -> None:
    async with running() as desk:
        pages = [page["members"] async for page in await desk.client.users_list(limit=2)]
        ids = [one["id"] for page in pages for one in page]
        assert {ANN, BOB, GUEST} <= set(ids)
        assert len(pages) == 3
        listed = await desk.client.conversations_list(types="public_channel,private_channel")
        assert [one["name"] for one in listed["channels"]] == ["renewals-east", "with-acme"]


async def test_guests_strangers_and_the_deactivated_are_told_apart() -> None:
    async with running() as desk:
        await desk.cloud.people.change(BOB, deleted=True)

        async def user(name: str) -> dict[str, Any]:
            found: dict[str, Any] = (await desk.client.users_info(user=name))["user"]
            return found

        assert (await user(GUEST))["is_ultra_restricted"]
        stranger = await user("U0STRANGER")
        assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0FOREIGN")
        assert "email" not in stranger["profile"]
        assert (await user(BOB))["deleted"]
        assert (await user(ANN))["profile"]["email"] == "ann@example.com"
        found = await desk.client.users_lookupByEmail(email="Ann@example.com")
        assert found["user"]["id"] == ANN
        for address in ("bob@example.com", "stranger@example.net"):
            asked = desk.client.users_lookupByEmail(email=address)
            assert await error(asked) == "users_not_found"


async def test_a_missing_scope_is_named() -> None:
    async with running(scopes=("chat:write",)) as desk:
        answer = await desk.client.auth_test()
        assert answer.headers["X-OAuth-Scopes"] == "chat:write"
        for call in (
            desk.client.users_lookupByEmail(email="ann@example.com"),
            desk.client.conversations_history(channel=EAST),
        ):
            assert await error(call) == "missing_scope"
        assert desk.cloud.ledger.asked[-1].method == "conversations.history"


@pytest.mark.parametrize(
    ("token", "expected"),
    [("", "not_authed"), ("xoxb-no", "invalid_auth"), ("xapp-1-A", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(token: str, expected: str) -> None:
    async with running() as desk:
        assert await error(desk.client_of(token).auth_test()) == expected


async def test_a_revoked_token_is_said_to_be_revoked() -> None:
    async with running() as desk:
        desk.cloud.revoke(TEAM)
        assert await error(desk.client.auth_test()) == "token_revoked"


async def test_too_many_messages_in_a_channel_have_to_wait() -> None:
    async with running() as desk:
        answers = [await _post(desk) for _ in range(4)]
        assert answers == ["", "", "", "ratelimited"]
        with pytest.raises(SlackApiError) as refused:
            await desk.client.chat_postMessage(channel=EAST, text="x")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "2"
        desk.time.pass_(2)
        assert await _post(desk) == ""


async def test_without_limits_nothing_has_to_wait() -> None:
    async with running(limits=UNLIMITED) as desk:
        assert {await _post(desk) for _ in range(100)} == {""}


async def _post(desk: Desk) -> str:
    return await error(desk.client.chat_postMessage(channel=EAST, text="x"))

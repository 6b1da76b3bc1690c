"""What is certain after a call of Slack's Web API."""

from __future__ import annotations

import copy
import logging

import pytest
from pydantic import SecretStr

from bot.adapters.slack_errors import MEANINGS, raise_for_answer
from bot.slack.api import SlackApi
from bot.slack.session import SlackSession
from bot.slack.wire import SlackWire
from bot.slack.workspaces import OneWorkspace
from messages.model import Attachment
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
    Retryable,
)
from tests.slack.out.web_api import TEAM, TOKEN, Answer, WebApi, refused

POST = "chat.postMessage"
HELLO = {"channel": "C0EAST", "text": "hello"}


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer({"ok": False, "error": "x"}, 500, done=True), OutcomeUnknown, "HTTP 500"),
        (Answer("<html>", 503), OutcomeUnknown, "HTTP 503"),
        (Answer("<html>"), OutcomeUnknown, ""),
        (Answer([1, 2]), OutcomeUnknown, ""),
        (Answer("x" * 9, media_type="text/plain"), OutcomeUnknown, ""),
        (Answer({"error": "x"}), OutcomeUnknown, ""),
        (Answer({"ok": "yes"}), OutcomeUnknown, ""),
        (Answer(None), OutcomeUnknown, ""),
        (Answer(drop=True, done=True), OutcomeUnknown, ""),
        (Answer(hang=True), OutcomeUnknown, ""),
        (refused("internal_error"), OutcomeUnknown, "internal_error"),
        (refused("fatal_error"), OutcomeUnknown, "fatal_error"),
        (refused("service_unavailable"), PlatformDown, "service_unavailable"),
        (Answer("moved", 302, {"Location": "http://127.0.0.1:1/"}), PlatformDown, "HTTP 302"),
        (Answer("no", 403), BadCredentials, "HTTP 403"),
        (Answer("no", 400), Rejected, "HTTP 400"),
        (Answer("slow down", 429, {"Retry-After": "7"}), RateLimited, "HTTP 429"),
        (refused("ratelimited"), RateLimited, "ratelimited"),
        (refused("token_revoked"), BadCredentials, "token_revoked"),
        (refused("is_archived"), RecipientGone, "is_archived"),
        (refused("not_in_channel"), BadCredentials, "not_in_channel"),
        (refused("invalid_blocks"), Rejected, "invalid_blocks"),
        (refused("something_new"), Retryable, "something_new"),
        (Answer({"ok": False, "error": "is_archived"}, 404), RecipientGone, "is_archived"),
    ],
)
async def test_every_ending_of_a_post_means_what_it_means(
    slack: WebApi, api: SlackApi, answer: Answer, error: type[DeliveryError], code: str
) -> None:
    slack.script(POST, answer)
    with pytest.raises(DeliveryError) as told:
        await api.call(POST, HELLO)
    assert (type(told.value), told.value.code) == (error, code)
    assert slack.methods().count(POST) == 1
    assert TOKEN not in str(told.value)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 1), ("999999", 600), ("soon", 60), ("", 60)]
)
async def test_a_limit_says_how_long_and_garbage_means_a_minute(
    slack: WebApi, api: SlackApi, header: str, seconds: float
) -> None:
    slack.script(POST, Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": header}))
    with pytest.raises(RateLimited) as told:
        await api.call(POST, HELLO)
    assert told.value.retry_after_s == seconds
    assert not told.value.whole_platform


async def test_the_limit_of_a_whole_workspace_is_said_to_be_one() -> None:
    with pytest.raises(RateLimited) as told:
        raise_for_answer(POST, {"ok": False, "error": "message_limit_exceeded"})
    assert told.value.whole_platform


@pytest.mark.parametrize("method", ["users.info", "conversations.open", "views.publish"])
@pytest.mark.parametrize("answer", [Answer(status=500), Answer(drop=True)])
async def test_what_may_be_repeated_is_never_unknown(
    slack: WebApi, api: SlackApi, method: str, answer: Answer
) -> None:
    slack.script(method, answer)
    with pytest.raises(PlatformDown):
        await api.call(method, {"user": "U1"})


async def test_before_a_byte_is_sent_nothing_is_unknown(slack: WebApi, api: SlackApi) -> None:
    await api.workspace()
    await slack.stop()
    await api.close()
    with pytest.raises(PlatformDown):
        await api.call(POST, HELLO)


async def test_calls_share_connections(slack: WebApi, api: SlackApi) -> None:
    for _ in range(5):
        await api.call(POST, HELLO)
    assert len(slack.connections) == 2  # one was for asking whose token it is
    assert slack.methods() == ["auth.test", *[POST] * 5]


async def test_the_session_survives_a_deep_copy() -> None:
    session = SlackSession(timeout_s=1)
    assert copy.deepcopy({"session": session})["session"] is session
    assert not session.closed


async def test_lists_travel_as_json_and_reads_as_forms(slack: WebApi, api: SlackApi) -> None:
    blocks = [{"type": "divider"}]
    await api.call(POST, {**HELLO, "blocks": blocks, "thread_ts": None})
    await api.call("conversations.history", {"channel": "C0EAST", "include_all_metadata": True})
    assert slack.asked(POST) == [{**HELLO, "blocks": blocks}]
    (asked,) = slack.asked("conversations.history")
    assert asked == {"channel": "C0EAST", "include_all_metadata": True}


async def test_a_refusal_says_where_the_fault_is_and_which_scope_is_missing() -> None:
    told = {"response_metadata": {"messages": ["[ERROR] bad [json-pointer:/blocks/0]"]}}
    with pytest.raises(Rejected, match=r"chat.update; \[ERROR\] bad \[json-pointer:/blocks/0\]"):
        raise_for_answer("chat.update", {"ok": False, "error": "invalid_blocks", **told})
    with pytest.raises(BadCredentials, match=r"files\.info; needs files:read"):
        raise_for_answer(
            "files.info", {"ok": False, "error": "missing_scope", "needed": "files:read"}
        )


async def test_secrets_are_not_said_again() -> None:
    told = {"response_metadata": {"messages": [f"what is {TOKEN}\n?"]}}
    with pytest.raises(Rejected) as raised:
        raise_for_answer(POST, {"ok": False, "error": "invalid_json", **told}, hide=(TOKEN,))
    assert raised.value.detail == f"{POST}; what is *** ?"


async def test_nothing_that_is_sent_is_logged(
    slack: WebApi, api: SlackApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.script(POST, None, Answer("<html>secret page", 200), Answer(drop=True))
    await api.call(POST, {**HELLO, "text": "our customers"})
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await api.call(POST, {**HELLO, "text": "our customers"})
    for word in (TOKEN, "our customers", "secret page"):
        assert word not in caplog.text


async def test_an_answer_tells_the_scopes_of_the_token(slack: WebApi) -> None:
    wire = SlackWire(slack.api_url, timeout_s=1)
    answer = await wire.ask(SecretStr(TOKEN), "auth.test", {})
    await wire.close()
    assert answer.body["team_id"] == TEAM
    assert answer.scopes == {"chat:write", "im:write"}


def test_every_meaning_is_one_of_the_tree() -> None:
    assert len(MEANINGS) > 100
    assert all(issubclass(meaning, DeliveryError) for meaning in MEANINGS.values())


# --- whose token ------------------------------------------------------------------------------


async def test_the_one_workspace_is_asked_for_once_and_knows_its_own(slack: WebApi) -> None:
    one = OneWorkspace(SecretStr(TOKEN), api_url=slack.api_url)
    (known,) = await one.all()
    assert (known.team, known.bot_user, known.bot_id, known.enterprise) == (
        TEAM,
        "U0BOT",
        "B0BOT",
        "E1",
    )
    assert await one.of(TEAM) is known
    assert await one.of("") is known
    assert await one.of("T0ELSEWHERE") is None
    assert await one.of("T0SISTER") is None
    assert await one.of("T0SISTER", "E1") is known
    assert await one.of("T0SISTER") is known
    assert await one.of("T0STRANGER", "E2") is None
    assert await one.for_place("#anything") is known
    assert slack.methods() == ["auth.test"]
    one.forget(TEAM)
    await one.of(TEAM)
    assert slack.methods() == ["auth.test"] * 2


async def test_while_slack_is_down_everybody_gets_the_same_answer(slack: WebApi) -> None:
    slack.always["auth.test"] = Answer(status=500)
    one = OneWorkspace(SecretStr(TOKEN), api_url=slack.api_url)
    for _ in range(3):
        with pytest.raises(PlatformDown):
            await one.all()
    assert slack.methods() == ["auth.test"]


async def test_a_wrong_token_is_told_as_such_and_a_limit_keeps_its_pause(slack: WebApi) -> None:
    one = OneWorkspace(SecretStr("xoxb-other"), api_url=slack.api_url)
    with pytest.raises(BadCredentials):
        await one.all()
    slack.script("auth.test", Answer("", 429, {"Retry-After": "9"}))
    two = OneWorkspace(SecretStr(TOKEN), api_url=slack.api_url)
    for _ in range(2):
        with pytest.raises(RateLimited) as told:
            await two.all()
        assert told.value.retry_after_s == 9


async def test_a_refused_token_is_asked_about_again_and_the_post_refused(
    slack: WebApi, api: SlackApi
) -> None:
    slack.script(POST, refused("token_revoked"))
    with pytest.raises(BadCredentials):
        await api.call(POST, HELLO)
    assert slack.methods() == ["auth.test", POST, "auth.test"]
    with pytest.raises(BadCredentials, match="not installed"):
        await api.call(POST, HELLO, team="T0ELSEWHERE")


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 300_000])
async def test_a_file_is_brought_completed_and_waited_for(
    slack: WebApi, api: SlackApi, size: int
) -> None:
    slack.processed_after = 3
    content = b"x" * size
    file_id = await api.upload(
        Attachment("a.png", "image/png", content), channel="C0EAST", thread="1.2"
    )
    upload = slack.uploads[file_id]
    assert (upload.name, upload.length, upload.content) == ("a.png", size, content)
    assert upload.shared == {
        "files": [{"id": file_id, "title": "a.png"}],
        "channel_id": "C0EAST",
        "thread_ts": "1.2",
    }
    assert upload.asked == 3


@pytest.mark.parametrize("answer", [refused("missing_scope"), Answer(status=500)])
async def test_a_file_that_cannot_be_asked_about_is_there_all_the_same(
    slack: WebApi, api: SlackApi, answer: Answer
) -> None:
    slack.script("files.info", answer)
    assert await api.upload(Attachment("a.csv", "text/csv", b"a,b"))


async def test_whether_a_file_was_shared_may_be_unknown_and_whether_it_was_brought_is_not(
    slack: WebApi, api: SlackApi
) -> None:
    slack.script("files.completeUploadExternal", Answer(drop=True))
    with pytest.raises(OutcomeUnknown):
        await api.upload(Attachment("a.csv", "text/csv", b"a,b"), channel="C0EAST")
    slack.script("files.getUploadURLExternal", Answer({"ok": True, "upload_url": 1}))
    with pytest.raises(PlatformDown):
        await api.upload(Attachment("a.csv", "text/csv", b"a,b"), channel="C0EAST")
    elsewhere = {"ok": True, "upload_url": "https://files.example.com/u", "file_id": "F9"}
    slack.script("files.getUploadURLExternal", Answer(elsewhere))
    with pytest.raises(PlatformDown, match="not Slack's"):
        await api.upload(Attachment("a.csv", "text/csv", b"a,b"), channel="C0EAST")

"""Whatever comes in: something we know, or a refusal with a 4xx; never anything else."""

from __future__ import annotations

import asyncio
import json
import string
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.refused import Refused
from bot.slack.bolt_app import SlackApp
from bot.slack.envelopes import Envelopes
from bot.slack.guard import is_ssl_check, payload_of
from bot.slack.heard import Heard
from bot.slack.markup import without_mention, words_of
from bot.slack.parsing import heard_of
from tests.slack.calling import Ear, calling
from tests.slack.payloads import NAMES, Json, body_of, payload, signed

KINDS = get_args(Heard)
TYPES = [
    "event_callback",
    "block_actions",
    "view_submission",
    "view_closed",
    "block_suggestion",
    "shortcut",
    "im",
    "home",
    "message_action",
    "url_verification",
    "interactive_message",
    "app_mention",
    "message",
    "reaction_added",
    "app_home_opened",
    "link_shared",
    "user_change",
    "member_joined_channel",
    "channel_left",
    "tokens_revoked",
    "app_uninstalled",
    "U1",
    "C1",
    "D1",
    "T1",
    "E1",
    "1.2",
    "/renewals",
]
TYPES += ["<@U1> hi &amp; <https://x|y>", ""]
NAMES_OF_PARTS = [
    "type",
    "event",
    "event_id",
    "event_ts",
    "user",
    "id",
    "team",
    "team_id",
    "view",
    "channel",
    "container",
    "actions",
    "action_id",
    "value",
    "trigger_id",
    "text",
    "callback_id",
    "message",
    "ts",
    "message_ts",
    "item",
    "reaction",
    "files",
    "authorizations",
    "user_id",
    "is_bot",
    "command",
    "links",
    "url",
    "tokens",
    "subtype",
    "channel_type",
    "enterprise",
    "selected_option",
    "state",
    "response_url",
]

any_text = st.text(max_size=60) | st.text(string.printable, max_size=60)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.sampled_from(TYPES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES_OF_PARTS) | any_text, inner, max_size=8)
    ),
    max_leaves=24,
)


@st.composite
def nearly(draw: st.DrawFn) -> Json:
    """A request of Slack's with one part, anywhere, replaced by something else or taken away."""
    told: Any = json.loads(json.dumps(payload(draw(st.sampled_from(NAMES)))))
    at: Any = told
    for _ in range(draw(st.integers(0, 6))):
        inner = [each for each in _values(at) if isinstance(each, dict | list) and each]
        if not inner:
            break
        at = draw(st.sampled_from(inner))
    key = draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
    if draw(st.booleans()) and isinstance(at, dict):
        del at[key]
    else:
        at[key] = draw(any_json)
    return dict(told)


def _values(of: Any) -> list[Any]:
    return list(of.values()) if isinstance(of, dict) else list(of)


def settled(read: Callable[[], object]) -> object:
    """What it gives, or the refusal; anything else that is raised fails the test."""
    try:
        return read()
    except Refused as refused:
        return refused


def accept(outcome: object, kinds: type | tuple[type, ...] = KINDS) -> None:
    """One of those, or a refusal with a word that quotes nothing."""
    if isinstance(outcome, Refused):
        assert 400 <= outcome.status < 500
        assert outcome.reason.isalpha()
    else:
        assert isinstance(outcome, kinds)


@given(nearly() | st.dictionaries(st.sampled_from(NAMES_OF_PARTS), any_json, max_size=12))
@settings(max_examples=400)
def test_any_payload_is_heard_or_refused(told: Json) -> None:
    outcome = settled(lambda: heard_of(told))
    accept(outcome)
    if not isinstance(outcome, Refused):
        named = str(getattr(outcome, "id", ""))
        assert 0 < len(named) <= 255
        assert named.isascii()


@given(st.binary(max_size=400) | any_json.map(lambda each: json.dumps(each).encode()))
@example(b"{" * 50_000)
@example(b'{"a":' * 50_000)
@example(b"payload=" + b"%7B%22a%22:" * 5_000)
@example(b"&" * 100_000)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    accept(settled(lambda: payload_of(body)), dict)
    accept(settled(lambda: is_ssl_check(body)), bool)


@given(any_text, st.sampled_from(["", "U1", "W1"]))
@example("<@U1|x>" * 1_000, "U1")
@example("<" * 100_000, "")
@example("<@U1" * 10_000, "")
def test_any_text_reads_as_words(text: str, bot: str) -> None:
    words_of(without_mention(text, bot))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    told=st.lists(nearly(), min_size=8, max_size=8),
    bodies=st.lists(st.binary(max_size=300), min_size=4, max_size=4),
    header=st.text(string.ascii_letters + string.digits + " =-v0é", max_size=70),
)
def test_no_bytes_ever_make_a_server_error(
    told: list[Json], bodies: list[bytes], header: str
) -> None:
    async def knock() -> list[int]:
        statuses = []
        async with calling(Ear({"text": "x"})) as caller:
            for body in [*map(body_of, told), *bodies]:
                odd = {
                    "X-Slack-Signature": header.strip(),
                    "X-Slack-Request-Timestamp": "1764000000",
                }
                statuses.append((await caller.post(body))[0])
                statuses.append((await caller.post(body, {**signed(body), **odd}))[0])
        return statuses

    assert all(status == 200 or 400 <= status < 500 for status in asyncio.run(knock()))


class _Wire:
    def __init__(self) -> None:
        self.said: list[Json] = []

    async def send(self, frame: Json) -> bool:
        self.said.append(frame)
        return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=st.lists(nearly() | any_json, min_size=4, max_size=4))
def test_every_envelope_is_acknowledged_whatever_is_in_it(told: list[Any]) -> None:
    async def deliver() -> list[Json]:
        wire, envelopes = _Wire(), Envelopes(SlackApp(Ear().hear))
        for number, each in enumerate(told):
            kind = ("events_api", "interactive", "slash_commands", "news")[number % 4]
            envelopes.take(wire, {"envelope_id": str(number), "type": kind, "payload": each})
        await envelopes.drain(10)
        return wire.said

    said = asyncio.run(deliver())
    assert sorted(each["envelope_id"] for each in said) == [str(number) for number in range(4)]


@pytest.mark.parametrize("name", ["view_submission", "view_submission_response_urls"])
async def test_a_view_without_a_type_is_refused_as_such(name: str) -> None:
    told = payload(name)
    del told["view"]["type"]
    body = body_of(told)
    async with calling(Ear()) as slack:
        status, _, _ = await slack.post(body, signed(body))
    assert status == 400

"""Every request that bolt-python keeps: signed over HTTP, and as an envelope of Socket Mode."""

from __future__ import annotations

import json

import pytest

from bot.slack.bolt_app import SlackApp
from bot.slack.envelopes import Envelopes
from bot.slack.heard import Unheeded
from bot.slack.parsing import heard_of
from tests.slack.calling import Ear, calling
from tests.slack.payloads import (
    HEARD,
    NAMES,
    Json,
    body_of,
    envelope_of,
    kind_of,
    payload,
    raw,
)

ANSWER = {"text": "heard"}


class Wire:
    """A connection that keeps what is said over it."""

    def __init__(self) -> None:
        self.said: list[Json] = []

    async def send(self, frame: Json) -> bool:
        self.said.append(frame)
        return True


def test_all_of_them_are_here() -> None:
    assert len(NAMES) == 30
    assert set(HEARD) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_heard_as_what_it_is(name: str) -> None:
    heard = heard_of(payload(name))
    assert type(heard) is kind_of(name)
    assert heard.id


@pytest.mark.parametrize("name", NAMES)
async def test_each_is_answered_over_http(name: str) -> None:
    ear = Ear(ANSWER)
    async with calling(ear) as caller:
        status, kind, text = await caller.post(body_of(payload(name)))
    assert status == 200
    if name == "url_verification":
        assert json.loads(text) == {"challenge": payload(name)["challenge"]}
        assert ear.heard == []
    elif kind_of(name) is Unheeded:
        assert (ear.heard, text) == ([], "")
    else:
        assert [type(each) for each in ear.heard] == [kind_of(name)]
        assert (kind, json.loads(text)) == ("application/json", ANSWER)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "url_verification"])
async def test_each_is_acknowledged_over_socket_mode(name: str) -> None:
    ear, wire = Ear(ANSWER), Wire()
    told = raw(name)
    envelope = told if "envelope_id" in told else envelope_of(told)
    envelopes = Envelopes(SlackApp(ear.hear))
    envelopes.take(wire, envelope)
    await envelopes.drain(5)
    heard = kind_of(name) is not Unheeded
    assert [type(each) for each in ear.heard] == [kind_of(name)] * heard
    expected: Json = {"envelope_id": envelope["envelope_id"]}
    if heard and envelope["accepts_response_payload"]:
        expected["payload"] = ANSWER
    assert wire.said == [expected]


@pytest.mark.parametrize("name", NAMES)
async def test_both_ways_in_hear_the_same(name: str) -> None:
    over_http, over_socket, wire = Ear(), Ear(), Wire()
    async with calling(over_http) as caller:
        await caller.post(body_of(payload(name)))
    envelopes = Envelopes(SlackApp(over_socket.hear))
    envelopes.take(wire, envelope_of(payload(name)))
    await envelopes.drain(5)
    assert over_http.heard == over_socket.heard


async def test_bolts_own_variables_in_the_environment_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN"):
        monkeypatch.setenv(f"SLACK_{variable}", "of-somebody-else")
    ear = Ear(ANSWER)
    async with calling(ear) as caller:
        status, _, text = await caller.post(body_of(payload("slash_command")))
    assert (status, json.loads(text)) == (200, ANSWER)

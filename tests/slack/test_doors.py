"""What stands before Slack's address: refusals with a 4xx, and never a word of a body in the log."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from bot.slack.guard import MOST_BYTES
from bot.slack.heard import Commanded
from scoring.errors import StoreUnavailable
from tests.slack.calling import Caller, Ear, calling
from tests.slack.payloads import NOW, SECRET, body_of, payload, signed

COMMAND = body_of(payload("slash_command"))


@pytest.fixture
def ear() -> Ear:
    return Ear({"text": "heard"})


@pytest.fixture
async def slack(ear: Ear) -> AsyncIterator[Caller]:
    async with calling(ear, read_s=0.2) as caller:
        yield caller


@pytest.mark.parametrize("seconds", [-300, 0, 300])
async def test_what_is_signed_within_five_minutes_is_heard(
    slack: Caller, ear: Ear, seconds: int
) -> None:
    headers = signed(COMMAND, NOW + timedelta(seconds=seconds))
    assert (await slack.post(COMMAND, headers))[0] == 200
    assert [type(each) for each in ear.heard] == [Commanded]


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
async def test_what_is_older_or_of_the_future_is_refused(
    slack: Caller, ear: Ear, seconds: int
) -> None:
    headers = signed(COMMAND, NOW + timedelta(seconds=seconds))
    assert (await slack.post(COMMAND, headers))[0] == 401
    assert ear.heard == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Slack-Request-Timestamp", ""),
        ("X-Slack-Request-Timestamp", "soon"),
        ("X-Slack-Request-Timestamp", "1e9"),
        ("X-Slack-Request-Timestamp", "-1764000000"),
        ("X-Slack-Request-Timestamp", "٢٢٢٢٢٢٢٢٢٢"),
        ("X-Slack-Request-Timestamp", "9" * 400),
        ("X-Slack-Signature", ""),
        ("X-Slack-Signature", "v0=" + "0" * 64),
        ("X-Slack-Signature", "v1=" + "0" * 64),
        ("X-Slack-Signature", "v0=é" + "0" * 63),
        ("X-Slack-Signature", "v0=" + "0" * 65),
    ],
)
async def test_headers_of_any_other_shape_are_refused(
    slack: Caller, ear: Ear, name: str, value: str
) -> None:
    status, _, text = await slack.post(COMMAND, {**signed(COMMAND), name: value})
    assert (status, text, ear.heard) == (401, "", [])


@pytest.mark.parametrize("name", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
async def test_a_header_that_is_missing_or_comes_twice_is_refused(
    slack: Caller, ear: Ear, name: str
) -> None:
    headers = signed(COMMAND)
    without = {key: value for key, value in headers.items() if key != name}
    assert (await slack.post(COMMAND, without))[0] == 401
    lines = [f"{key}: {value}" for key, value in [*headers.items(), (name, headers[name])]]
    assert await _spoken(slack, lines, COMMAND) == 401
    assert ear.heard == []


async def test_another_secret_and_a_changed_body_are_refused(slack: Caller, ear: Ear) -> None:
    assert (await slack.post(COMMAND, signed(COMMAND, secret="another")))[0] == 401
    assert (await slack.post(COMMAND + b"&text=won", signed(COMMAND)))[0] == 401
    assert (await slack.post(b"", signed(COMMAND)))[0] == 401
    assert ear.heard == []
    assert ear.forged == 3


async def test_a_body_that_is_no_utf_8_is_refused_though_rightly_signed(slack: Caller) -> None:
    for body in (b"\xff\xfe", COMMAND + b"\xc3"):
        assert (await slack.post(body))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"{",
        b"[]",
        b"null",
        b'{"type":"event_callback"}',
        b'{"type":"event_callback","event":{"type":"message"}}',
        b'{"type":"event_callback","event":[],"event_id":"Ev1"}',
        b'{"type":"url_verification"}',
        b'{"type":"url_verification","challenge":{}}',
        b'{"type":"url_verification","challenge":"' + b"x" * 1001 + b'"}',
        b'{"type":"a","type":"b"}',
        b'{"a":' * 5_000,
        b"payload=",
        b"payload=%7B",
        b"payload=%ff",
        b"payload={}&payload={}",
        b'payload={"type":"block_actions"}',
        b'payload={"type":"block_actions","user":{"id":"U1"},"actions":[]}',
        b'payload={"type":"view_submission","trigger_id":"1.2","user":{"id":"U1"}}',
        b"command=%2Frenewals&text=x",
        b"command=%2Frenewals&text=%00&user_id=U1&trigger_id=1.2",
        b"&".join(b"a%d=1" % number for number in range(70)),
    ],
)
async def test_what_is_signed_and_cannot_be_slacks_is_refused(
    slack: Caller, ear: Ear, body: bytes
) -> None:
    status, _, text = await slack.post(body)
    assert 400 <= status < 500
    assert (text, ear.heard) == ("", [])


async def test_a_command_about_payloads_is_heard(slack: Caller, ear: Ear) -> None:
    told = {**payload("slash_command"), "text": "log payload agreed & signed"}
    assert (await slack.post(body_of(told)))[0] == 200
    (heard,) = ear.heard
    assert isinstance(heard, Commanded)
    assert heard.text == "log payload agreed & signed"


async def test_nothing_of_more_than_a_megabyte_is_read(slack: Caller, ear: Ear) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield bytes(16 * 1024)

    large = bytes(MOST_BYTES + 1)
    for headers, content in ((signed(large), BytesIO(large)), ({}, BytesIO(large))):
        sent = slack.http.post(slack.address, data=content, headers=headers)
        async with sent as response:
            assert response.status == 413
    async with slack.http.post(slack.address, data=drip(), headers=signed(b"")) as response:
        assert response.status == 413
    assert ear.heard == []


async def test_a_view_as_large_as_slack_allows_is_heard(slack: Caller, ear: Ear) -> None:
    told = payload("view_submission")
    told["view"]["private_metadata"] = "x" * 250_000
    assert (await slack.post(body_of(told)))[0] == 200
    assert len(ear.heard) == 1


async def test_a_body_that_does_not_come_is_not_waited_for(slack: Caller) -> None:
    lines = [f"{name}: {value}" for name, value in signed(COMMAND).items()]
    assert await _spoken(slack, [*lines, "Content-Length: 999"], b"command=") == 408


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Encoding: gzip"],
        ["Transfer-Encoding: chunked"],
        ["Content-Length: -1"],
        ["Content-Type: \x7f\x01"],
    ],
)
async def test_broken_requests_are_refused(slack: Caller, lines: list[str]) -> None:
    given = [f"{name}: {value}" for name, value in signed(b"zz\r\n").items()]
    length = [] if "Content-Length" in lines[0] or "Transfer" in lines[0] else ["Content-Length: 4"]
    assert 400 <= await _spoken(slack, [*given, *lines, *length], b"zz\r\n") < 500


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_slack_only_posts(slack: Caller, method: str) -> None:
    async with slack.http.request(method, slack.address) as response:
        assert response.status == 405


@pytest.mark.parametrize("headers", [{}, None])
async def test_slacks_look_at_the_certificate_is_answered_signed_or_not(
    slack: Caller, ear: Ear, headers: dict[str, str] | None
) -> None:
    for body in (b"ssl_check=1&token=abc", b"token=abc&ssl_check=1"):
        assert await slack.post(body, headers) == (200, "application/octet-stream", "")
    assert ear.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"ssl_check=1&token=x&command=%2Frenewals&text=won",
        b"ssl_check=0&token=x",
        b"token=x",
        b"ssl_check=1&payload=%7B%7D",
        b"ssl_check=1&token=" + b"x" * 300,
        b"ssl_check=%ff",
    ],
)
async def test_nothing_else_comes_in_by_the_way_of_that_look(
    slack: Caller, ear: Ear, body: bytes
) -> None:
    assert (await slack.post(body, {}))[0] in (400, 401)
    assert ear.heard == []


async def test_an_empty_acknowledgement_has_no_body(slack: Caller, ear: Ear) -> None:
    ear.answer = None
    assert (await slack.post(COMMAND))[2] == ""


async def test_slack_tells_again_what_could_not_be_kept(slack: Caller, ear: Ear) -> None:
    ear.fault = StoreUnavailable("locked")
    status, _, text = await slack.post(COMMAND)
    assert (status, json.loads(text)["failing"]) == (503, "database")


async def test_a_bug_behind_the_door_is_a_number_and_no_words(slack: Caller, ear: Ear) -> None:
    ear.fault = RuntimeError("canary-of-a-bug")
    status, _, text = await slack.post(COMMAND)
    assert status == 500
    assert "canary" not in text


async def test_nothing_of_a_body_or_token_reaches_the_log(
    slack: Caller, ear: Ear, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = {**payload("slash_command"), "text": "canary-text", "token": "canary-token"}
    body = body_of(told)
    await slack.post(body)
    await slack.post(body, signed(body, secret="another"))
    await slack.post(body, {**signed(body), "X-Slack-Signature": "v0=canary"})
    await slack.post(body + b"&canary=%ff")
    odd = body_of({**payload("view_submission"), "team": "canary-team", "authorizations": 7})
    await slack.post(odd)
    shown = caplog.text + "".join(capfd.readouterr())
    for secret in ("canary", SECRET, signed(body)["X-Slack-Signature"]):
        assert secret not in shown


async def _spoken(slack: Caller, lines: list[str], body: bytes) -> int:
    """The status of a request written by hand."""
    where = urlsplit(slack.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    told = any(line.startswith(("Content-Length", "Transfer")) for line in lines)
    more = [] if told else [f"Content-Length: {len(body)}"]
    head = [f"POST {where.path} HTTP/1.1", "Host: x", "Connection: close", *lines, *more]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status

"""The robots' adapter: what each answer means, and that the key is never shown."""

from __future__ import annotations

import logging
import socket
import traceback

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_errors import raise_for_code
from bot.adapters.wecom_robot import WecomRobots
from bot.adapters.wire import retry_after_s
from messages.i18n import Phrasebook
from messages.limits import WECOM_ROBOT_MARKDOWN_BYTES, WECOM_TEXT_BYTES, octets
from messages.model import Heading, Message, Paragraph, Span, plain
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
from scoring.model import Locale
from tests.fakes.robot import UNKNOWN, FakeRobots, Fault

SECRET = "key-0f3c-canary/with?odd&characters"
TEXT = {"msgtype": "text", "text": {"content": "hello"}}


def adapter(url: str, timeout_s: float = 0.15) -> WecomRobots:
    return WecomRobots({"east": SecretStr(SECRET)}, api_url=url, timeout_s=timeout_s)


async def failing(robot: WecomRobots) -> DeliveryError:
    try:
        with pytest.raises(DeliveryError) as caught:
            await robot.send("robot:east", TEXT, "k.0")
    finally:
        await robot.close()
    return caught.value


async def test_a_post_is_taken_once(robots: FakeRobots) -> None:
    robot = adapter(robots.url + "/")
    receipt = await robot.send("robot:east", TEXT, "k.0")
    await robot.close()
    assert receipt.message_id == "k.0"
    assert [(taken.robot, taken.content) for taken in robots.taken] == [(SECRET, "hello")]


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_whatever_is_not_a_clear_answer_leaves_the_outcome_unknown(
    robots: FakeRobots, fault: Fault
) -> None:
    robots.script(SECRET, fault)
    assert type(await failing(adapter(robots.url))) is OutcomeUnknown
    assert robots.requests == 1


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Fault.LIMIT_45009, RateLimited, "45009"),
        (Fault.LIMIT_429, RateLimited, "HTTP 429"),
        (Fault.BUSY, PlatformDown, "-1"),
        (Fault.BAD_KEY, BadCredentials, "93000"),
        (Fault.NOT_FOUND, BadCredentials, "HTTP 404"),
        (Fault.TOO_LONG, Rejected, "40058"),
        (Fault.UNKNOWN_CODE, Retryable, "99999"),
        (Fault.REDIRECT, PlatformDown, "HTTP 302"),
    ],
)
async def test_a_clear_refusal_says_that_nothing_was_sent(
    robots: FakeRobots, fault: Fault, expected: type[DeliveryError], code: str
) -> None:
    robots.script(SECRET, fault)
    error = await failing(adapter(robots.url))
    assert type(error) is expected
    assert error.code == code
    assert robots.taken == []


async def test_before_a_byte_was_sent_nothing_can_have_arrived() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert type(await failing(adapter(f"http://127.0.0.1:{port}"))) is PlatformDown


async def test_a_certificate_that_fails_is_before_the_first_byte(robots: FakeRobots) -> None:
    error = await failing(adapter(robots.url.replace("http:", "https:"), timeout_s=2))
    assert type(error) is PlatformDown
    assert robots.requests == 0


async def test_a_server_that_never_lets_us_connect_is_down() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        error = await failing(adapter(f"http://127.0.0.1:{port}"))
        for filler in fillers:
            filler.close()
    assert isinstance(error, PlatformDown | OutcomeUnknown)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
async def test_the_key_is_in_no_error_and_no_log(
    robots: FakeRobots, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    robots.script(SECRET, fault)
    robot = adapter(robots.url)
    error = await failing(robot)
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    assert "canary" not in shown + repr(robot) + repr(vars(robot)) + caplog.text
    assert error.__cause__ is None
    assert error.__context__ is None or "canary" not in repr(error.__context__)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("30", None, 30),
        ("0", None, 1),
        ("-5", None, 60),
        ("", None, 60),
        (None, None, 60),
        ("soon", None, 60),
        ("99999999999999999999", None, 600),
        ("9" * 5_000, None, 600),
        ("1e9", None, 60),
        ("٣", None, 60),
        ("Mon, 23 Nov 2026 01:00:30 GMT", "Mon, 23 Nov 2026 01:00:00 GMT", 30),
        ("Mon, 23 Nov 2026 00:00:00 GMT", "Mon, 23 Nov 2026 01:00:00 GMT", 1),
        ("Mon, 23 Nov 2099 00:00:00 GMT", "Mon, 23 Nov 2026 01:00:00 GMT", 600),
        ("Mon, 23 Nov 2026 00:00:00 GMT", None, 60),
        ("Mon, 23 Nov 2026 01:00:30", "Mon, 23 Nov 2026 01:00:00 GMT", 60),
    ],
)
def test_a_pause_that_is_asked_for_is_read_within_reason(
    value: str | None, date: str | None, seconds: float
) -> None:
    assert retry_after_s(value, date) == seconds


@pytest.mark.parametrize("retry_after", ["garbage", "0", "99999999", None])
async def test_a_429_asks_for_a_pause_however_its_header_reads(
    robots: FakeRobots, retry_after: str | None
) -> None:
    robots.retry_after = retry_after
    robots.script(SECRET, Fault.LIMIT_429)
    error = await failing(adapter(robots.url))
    assert isinstance(error, RateLimited)
    assert 1 <= error.retry_after_s <= 600


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, PlatformDown),
        (6000, PlatformDown),
        (45009, RateLimited),
        (45033, RateLimited),
        (93000, BadCredentials),
        (60020, BadCredentials),
        (40058, Rejected),
        (40008, Rejected),
        (44004, Rejected),
        (45002, Rejected),
        (81013, RecipientGone),
        (86003, RecipientGone),
        (123456, Retryable),
        (None, OutcomeUnknown),
        ("0", OutcomeUnknown),
        (True, OutcomeUnknown),
        (0.0, OutcomeUnknown),
    ],
)
def test_every_code_has_its_meaning(code: object, expected: type[DeliveryError]) -> None:
    with pytest.raises(DeliveryError) as caught:
        raise_for_code({"errcode": code, "errmsg": "x"})
    assert type(caught.value) is expected


def test_zero_is_the_only_success() -> None:
    raise_for_code({"errcode": 0, "errmsg": "ok"})


def test_only_configured_robots_are_served() -> None:
    robots = WecomRobots({"east": SecretStr("k"), "bare": SecretStr("")}, api_url="http://x")
    assert robots.serves("robot:east")
    assert not robots.serves("robot:west")
    assert not robots.serves("robot:bare")
    assert not robots.serves("user:east")


@pytest.mark.parametrize("length", [1, 1_300, 1_365])
def test_a_mark_fits_or_goes_before(length: int) -> None:
    robot = adapter("http://x")
    message = Message("s", (Heading("h"), Paragraph(plain("字" * length))))
    (payload,) = robot.render(message, "robot:east", Phrasebook(Locale.ZH), "k")[:1]
    begun = robot.marked(payload, "（可能重复）" * 3)
    for part in begun:
        kind = part["msgtype"]
        most = WECOM_TEXT_BYTES if kind == "text" else WECOM_ROBOT_MARKDOWN_BYTES
        assert octets(part[kind]["content"]) <= most
    everything = "".join(part[part["msgtype"]]["content"] for part in begun)
    assert everything.startswith("（可能重复）")
    assert payload[payload["msgtype"]]["content"] in everything


def test_the_plain_form_of_markdown_has_no_markup_and_loses_no_word() -> None:
    robot = adapter("http://x")
    line = (Span("粗", bold=True), Span("灰", muted=True), Span("链", link="https://x.test/a"))
    message = Message("s", (Heading("题"), Paragraph(line), Paragraph(plain("字" * 1_200))))
    (payload,) = robot.render(message, "robot:east", Phrasebook(Locale.ZH), "k")
    texts = [part["text"]["content"] for part in robot.simplified(payload)]
    assert len(texts) == 2
    assert all(octets(text) <= WECOM_TEXT_BYTES for text in texts)
    assert not set("*<>") & set("".join(texts))
    assert "".join(texts).count("字") == 1_200
    assert {"粗", "灰", "链", "题"} <= set("".join(texts))
    assert robot.simplified({"msgtype": "text", "text": {"content": "x"}}) == ()

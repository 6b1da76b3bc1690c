"""Socket Mode under every fault: what is heard is acknowledged once, and the connection comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp
from bot.slack.heard import Commanded, Heard
from bot.slack.line import Tempo
from bot.slack.socket import SlackSocket, SocketRules
from scoring.errors import StoreUnavailable
from tests.fakes.slack_peer import TOKEN, SlackPeer
from tests.slack.calling import Ear
from tests.slack.payloads import NOW, Json, envelope_of, payload

QUICK = SocketRules(
    backoff_first_s=0.01, backoff_most_s=0.02, settled_s=0, refused_s=0.02, linger_s=20, drain_s=20
)
TEMPO = Tempo(hello_s=20, heartbeat_s=20)
COMMAND = envelope_of(payload("slash_command"))
EVENT = envelope_of(payload("event_app_mention"), "E-2")


@pytest.fixture
async def peer() -> AsyncIterator[SlackPeer]:
    opened = SlackPeer()
    await opened.start()
    try:
        yield opened
    finally:
        await opened.stop()


@asynccontextmanager
async def listening(
    peer: SlackPeer,
    hear: Callable[[Heard], Any],
    *,
    rules: SocketRules = QUICK,
    tempo: Tempo = TEMPO,
) -> AsyncIterator[SlackSocket]:
    """A socket that runs; left, it is told to stop and has ended."""
    socket = SlackSocket(
        SlackApp(hear),
        SecretStr(TOKEN),
        lambda: NOW,
        api_url=peer.api_url,
        rules=rules,
        tempo=tempo,
        draw=lambda: 1.0,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(socket.run(stop))
    try:
        yield socket
    finally:
        stop.set()
        await running


async def settled() -> None:
    """Let everything that is ready to run do so."""
    for _ in range(50):
        await asyncio.sleep(0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what no peer is told of."""
    async with asyncio.timeout(20):
        while not true():
            await settled()


async def troubled(socket: SlackSocket) -> str:
    """Wait until something is wrong, and what."""
    async with asyncio.timeout(20):
        while (why := await socket.trouble()) in ("", "never connected"):
            await settled()
    return why


async def test_it_connects_with_the_apps_token_and_says_so(peer: SlackPeer) -> None:
    async with listening(peer, Ear().hear) as socket:
        await peer.session()
        await until(lambda: socket.connected)
        assert await socket.trouble() == ""
        assert socket.heard_at is not None
    assert peer.asked == [f"Bearer {TOKEN}"]
    assert not socket.connected
    assert await socket.trouble() == "closed"


async def test_before_it_is_connected_it_says_so(peer: SlackPeer) -> None:
    peer.greets = False
    async with listening(peer, Ear().hear) as socket:
        await peer.session()
        assert not socket.connected
        assert await socket.trouble() == "never connected"


async def test_an_answer_goes_with_the_acknowledgement_where_it_is_wanted(peer: SlackPeer) -> None:
    ear = Ear({"text": "heard"})
    async with listening(peer, ear.hear):
        session = await peer.session()
        await session.say(COMMAND)
        await session.say(EVENT)
        await peer.until(lambda: len(session.acks) == 2)
    assert sorted(session.acknowledged, key=lambda each: str(each["envelope_id"])) == [
        {"envelope_id": "E-1", "payload": {"text": "heard"}},
        {"envelope_id": "E-2"},
    ]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "news", None, ["x"]])
async def test_the_next_connection_is_open_before_the_last_is_left(
    peer: SlackPeer, reason: object
) -> None:
    ear = Ear()
    async with listening(peer, ear.hear) as socket:
        first = await peer.session(1)
        await until(lambda: socket.connected)
        await first.disconnect(reason)
        second = await peer.session(2)
        assert not first.over
        await first.say(COMMAND)
        await second.say(EVENT)
        await peer.until(lambda: bool(first.acks and second.acks))
        assert socket.connected
        assert not first.over
    assert len(ear.heard) == 2
    assert len(peer.sessions) == 2


async def test_a_connection_that_was_left_does_not_stay_for_ever(peer: SlackPeer) -> None:
    async with listening(peer, Ear().hear, rules=replace(QUICK, linger_s=0.02)):
        first = await peer.session(1)
        await first.disconnect("refresh_requested")
        second = await peer.session(2)
        await peer.until(lambda: first.over)
        assert not second.over


@pytest.mark.parametrize("end", ["reset", "close"])
async def test_a_connection_that_breaks_is_opened_again(peer: SlackPeer, end: str) -> None:
    async with listening(peer, Ear().hear):
        first = await peer.session(1)
        if end == "reset":
            first.reset()
        else:
            await first.websocket.close()
        second = await peer.session(2)
        await second.say(COMMAND)
        await peer.until(lambda: second.acks == ["E-1"])


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=200, text="hello"),
        {"ok": False, "error": "internal_error"},
        {"ok": False, "error": "invalid_auth"},
        {"ok": False, "error": "not_allowed_token_type"},
        {"ok": False, "error": "news_to_everybody"},
        {"ok": True},
        {"ok": True, "url": 7},
        {"ok": True, "url": "ws://192.0.2.1/link"},
        {"ok": True, "url": "http://127.0.0.1/link"},
        {"ok": True, "url": "ws://127.0.0.1:9/link"},
    ],
)
async def test_when_slack_opens_no_connection_it_is_asked_again(
    peer: SlackPeer, answer: web.Response | Json
) -> None:
    peer.answers.append(answer)
    async with listening(peer, Ear().hear) as socket:
        await peer.session()
        await until(lambda: socket.connected)
    assert len(peer.asked) == 2


async def test_refused_it_rests_and_says_why(peer: SlackPeer) -> None:
    peer.answers.append({"ok": False, "error": "invalid_auth"})
    async with listening(peer, Ear().hear, rules=replace(QUICK, refused_s=60)) as socket:
        await peer.until(lambda: bool(peer.asked))
        why = await troubled(socket)
        assert "invalid_auth" in why
        assert TOKEN not in why
    assert len(peer.asked) == 1


async def test_asked_to_wait_it_waits(peer: SlackPeer) -> None:
    limited = web.json_response({"ok": False, "error": "ratelimited"}, status=429)
    limited.headers["Retry-After"] = "30"
    peer.answers.append(limited)
    async with listening(peer, Ear().hear) as socket:
        await peer.until(lambda: bool(peer.asked))
        await troubled(socket)
        assert peer.sessions == []
    assert len(peer.asked) == 1


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets"])
async def test_what_slack_does_not_want_is_not_tried_in_a_hurry(
    peer: SlackPeer, reason: str
) -> None:
    async with listening(peer, Ear().hear, rules=replace(QUICK, refused_s=60)) as socket:
        session = await peer.session()
        await until(lambda: socket.connected)
        await session.disconnect(reason)
        await session.websocket.close()
        await until(lambda: not socket.connected)
        assert await socket.trouble() == reason
    assert len(peer.asked) == 1


async def test_switched_on_again_it_is_found_again(peer: SlackPeer) -> None:
    async with listening(peer, Ear().hear):
        await (await peer.session(1)).disconnect("link_disabled")
        session = await peer.session(2)
        await session.say(COMMAND)
        await peer.until(lambda: session.acks == ["E-1"])


async def test_a_connection_without_hello_is_given_up(peer: SlackPeer) -> None:
    peer.greets = False
    async with listening(peer, Ear().hear, tempo=replace(TEMPO, hello_s=0.02)) as socket:
        await peer.session(2)
        assert not socket.connected
        peer.greets = True
        await until(lambda: socket.connected)


async def test_a_handshake_that_is_refused_is_tried_again(peer: SlackPeer) -> None:
    peer.refused_handshakes = 2
    async with listening(peer, Ear().hear):
        await peer.session()
    assert len(peer.asked) == 3


async def test_a_peer_that_answers_no_ping_is_left(peer: SlackPeer) -> None:
    peer.deaf = True
    async with listening(peer, Ear().hear, tempo=replace(TEMPO, heartbeat_s=0.1)) as socket:
        await peer.session(1)
        peer.deaf = False
        await peer.session(2)
        await until(lambda: socket.connected)


async def test_a_connection_that_tells_nothing_is_replaced(peer: SlackPeer) -> None:
    async with listening(peer, Ear().hear, rules=replace(QUICK, quiet_s=0.1)):
        session = await peer.session(3)
        await session.say(COMMAND)
        await peer.until(lambda: session.acks == ["E-1"])


async def test_words_keep_a_connection(peer: SlackPeer) -> None:
    async with listening(peer, Ear().hear, rules=replace(QUICK, quiet_s=3_600)):
        session = await peer.session()
        for number in range(50):
            await session.say(envelope_of(payload("event_app_mention"), str(number)))
        await peer.until(lambda: len(session.acks) == 50)
    assert len(peer.sessions) == 1


async def test_what_is_under_way_is_answered_before_it_ends(peer: SlackPeer) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_heard: Heard) -> Json:
        begun.set()
        await go_on.wait()
        return {"text": "late"}

    async with listening(peer, slowly):
        session = await peer.session()
        await session.say(COMMAND)
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    await peer.until(lambda: session.over)
    assert session.acknowledged == [{"envelope_id": "E-1", "payload": {"text": "late"}}]


async def test_what_comes_while_it_ends_is_left_to_another_connection(peer: SlackPeer) -> None:
    ear, begun, go_on = Ear(), asyncio.Event(), asyncio.Event()

    async def slowly(heard: Heard) -> None:
        await ear.hear(heard)
        begun.set()
        await go_on.wait()

    socket = SlackSocket(
        SlackApp(slowly), SecretStr(TOKEN), lambda: NOW, api_url=peer.api_url, rules=QUICK
    )
    stop = asyncio.Event()
    running = asyncio.create_task(socket.run(stop))
    session = await peer.session()
    await session.say(COMMAND)
    await begun.wait()
    stop.set()
    await settled()  # it is leaving now
    await session.say(EVENT)
    go_on.set()
    await running
    await peer.until(lambda: session.over)
    assert session.acks == ["E-1"]
    assert [type(each) for each in ear.heard] == [Commanded]


async def test_an_answer_that_outlives_its_connection_is_acknowledged_on_the_next(
    peer: SlackPeer,
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_heard: Heard) -> Json:
        begun.set()
        await go_on.wait()
        return {"text": "late"}

    async with listening(peer, slowly) as socket:
        first = await peer.session(1)
        await first.say(COMMAND)
        await begun.wait()
        first.reset()
        second = await peer.session(2)
        await until(lambda: socket.connected)
        go_on.set()
        await peer.until(lambda: second.acks == ["E-1"])


@pytest.mark.parametrize("fault", [StoreUnavailable("locked"), RuntimeError("a bug")])
async def test_what_could_not_be_heard_is_not_acknowledged_so_slack_tells_it_again(
    peer: SlackPeer, fault: Exception
) -> None:
    ear = Ear(fault=fault)
    async with listening(peer, ear.hear):
        session = await peer.session()
        await session.say(COMMAND)
        await until(lambda: len(ear.heard) == 1)
        ear.fault = None
        await session.say({**COMMAND, "retry_attempt": 1, "retry_reason": "timeout"})
        await peer.until(lambda: session.acks == ["E-1"])
    assert len(ear.heard) == 2


@pytest.mark.parametrize(
    "frame",
    [
        {"envelope_id": "X", "type": "events_api"},
        {"envelope_id": "X", "type": "events_api", "payload": []},
        {"envelope_id": "X", "type": "interactive", "payload": {"type": "block_actions"}},
        {"envelope_id": "X", "type": "slash_commands", "payload": {"text": "\ud800"}},
        {"envelope_id": "X", "type": "news", "payload": {}},
        {"envelope_id": "X"},
    ],
)
async def test_what_nobody_can_read_is_acknowledged_so_it_is_not_told_again(
    peer: SlackPeer, frame: Json
) -> None:
    ear = Ear()
    async with listening(peer, ear.hear):
        session = await peer.session()
        await session.say(frame)
        await peer.until(lambda: session.acknowledged == [{"envelope_id": "X"}])
    assert ear.heard == []


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"envelope_id": 7}', "{}", "[" * 100_000])
async def test_what_is_no_frame_is_passed_over(peer: SlackPeer, text: str) -> None:
    async with listening(peer, Ear().hear):
        session = await peer.session()
        await session.websocket.send_str(text)
        await session.websocket.send_bytes(b"\xff")
        await session.say(COMMAND)
        await peer.until(lambda: session.acks == ["E-1"])


async def test_two_replicas_are_connected_at_once(peer: SlackPeer) -> None:
    one, two = Ear(), Ear()
    async with listening(peer, one.hear), listening(peer, two.hear):
        for number in (1, 2):
            session = await peer.session(number)
            await session.say(envelope_of(payload("slash_command"), str(number)))
            await peer.until(lambda each=session: bool(each.acks))  # type: ignore[misc]
    assert (len(one.heard), len(two.heard)) == (1, 1)


async def test_it_ends_at_once_while_it_waits(peer: SlackPeer) -> None:
    peer.answers.append({"ok": False, "error": "invalid_auth"})
    async with asyncio.timeout(5):
        async with listening(peer, Ear().hear, rules=replace(QUICK, refused_s=600)):
            await peer.until(lambda: bool(peer.asked))


async def test_no_task_is_left(peer: SlackPeer) -> None:
    before = len(asyncio.all_tasks())
    async with listening(peer, Ear().hear) as socket:
        first = await peer.session(1)
        await until(lambda: socket.connected)
        await first.disconnect("refresh_requested")
        await peer.session(2)
    await peer.until(lambda: all(session.over for session in peer.sessions))
    await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_neither_token_nor_ticket_nor_words_reach_the_log(
    peer: SlackPeer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    ear = Ear()
    async with listening(peer, ear.hear):
        session = await peer.session(1)
        told = {**payload("slash_command"), "text": "canary-words"}
        await session.say(envelope_of(told))
        await session.say(envelope_of({**told, "user_id": None}, "E-2"))
        await peer.until(lambda: len(session.acks) == 2)
        session.reset()
        peer.refused_handshakes = 1
        await peer.session(2)
    assert "canary" not in caplog.text + "".join(capfd.readouterr())


async def test_a_bug_with_one_connection_is_not_the_end_of_all(
    peer: SlackPeer, caplog: pytest.LogCaptureFixture
) -> None:
    draws: list[float] = []

    def draw() -> float:
        draws.append(1.0)
        if len(draws) == 1:
            raise KeyError("here")
        return draws[-1]

    peer.refused_handshakes = 1
    clock, app = (lambda: NOW), SlackApp(Ear().hear)
    socket = SlackSocket(
        app, SecretStr(TOKEN), clock, api_url=peer.api_url, rules=QUICK, tempo=TEMPO, draw=draw
    )
    stop = asyncio.Event()
    running = asyncio.create_task(socket.run(stop))
    await peer.session()
    await until(lambda: socket.connected)
    stop.set()
    await running
    assert "ended by a bug" in caplog.text

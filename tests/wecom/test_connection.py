"""One WebSocket under every fault: what each means for those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.dialing import MESSAGE_MOST, open_http
from bot.wecom.connection import MISSED_MOST, Ended, Login, Socket, Tempo
from bot.wecom.dialing import checked_address
from bot.wecom.frames import SEND, Callback, new_req_id
from scoring.errors import (
    BadCredentials,
    ConfigError,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
)
from tests.fakes.aibot_peer import (
    BOT,
    SECRET,
    AibotPeer,
    Session,
    closed,
    code,
    lost,
    reset,
    twice,
)

LOGIN = Login(BOT, SecretStr(SECRET))
QUIET = Tempo(ping_s=3_600)
QUICK = Tempo(connect_s=5, subscribe_s=5, ping_s=0.02, pong_s=0.05, close_s=0.1)


@asynccontextmanager
async def opened(
    peer: AibotPeer,
    heard: Callable[[Callback], None] = lambda _callback: None,
    *,
    tempo: Tempo = QUIET,
    login: Login = LOGIN,
) -> AsyncIterator[Socket]:
    async with open_http() as http:
        socket = await Socket.open(http, peer.url, login, heard, tempo)
        try:
            yield socket
        finally:
            await socket.close()


async def ask(socket: Socket, timeout_s: float = 5.0, req_id: str = "") -> dict[str, Any]:
    return await socket.request(SEND, {"x": 1}, req_id or new_req_id(SEND), timeout_s)


async def refused(peer: AibotPeer, **options: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        async with opened(peer, **options):
            pass
    return caught.value


async def test_the_first_frame_is_the_subscription(peer: AibotPeer) -> None:
    async with opened(peer) as socket:
        await ask(socket)
    assert [frame["cmd"] for frame in peer.frames] == ["aibot_subscribe", SEND]
    assert peer.bodies("aibot_subscribe") == [{"bot_id": BOT, "secret": SECRET}]


async def test_a_wrong_secret_is_told_apart_and_never_shown(peer: AibotPeer) -> None:
    wrong = Login(BOT, SecretStr("wrong-5d1e-canary"))
    fault = await refused(peer, login=wrong)
    assert type(fault) is BadCredentials
    assert fault.code == "853000"
    assert "wrong-5d1e" not in fault.detail
    assert peer.handshakes == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (code(45009), RateLimited),
        (code(-1), PlatformDown),
        (code(40013), BadCredentials),
        (code(99999), BadCredentials),
        (lost, PlatformDown),
        (reset, PlatformDown),
        (closed(1000), PlatformDown),
    ],
)
async def test_what_a_subscription_is_answered_with_says_when_to_try_again(
    peer: AibotPeer, answer: Any, expected: type[DeliveryError]
) -> None:
    peer.script("aibot_subscribe", answer)
    assert type(await refused(peer, tempo=Tempo(subscribe_s=0.1))) is expected


@pytest.mark.parametrize(
    ("answer", "expected", "shown"),
    [
        (web.Response(status=429, headers={"Retry-After": "7"}), RateLimited, "HTTP 429"),
        (web.Response(status=503), PlatformDown, "HTTP 503"),
        (web.Response(status=200, text="hello"), PlatformDown, "HTTP 200"),
        (web.Response(status=302, headers={"Location": "/elsewhere"}), PlatformDown, ""),
    ],
)
async def test_a_server_that_opens_no_connection_is_down(
    peer: AibotPeer, answer: web.Response, expected: type[DeliveryError], shown: str
) -> None:
    peer.handshake = lambda _request: answer
    fault = await refused(peer)
    assert type(fault) is expected
    assert fault.code == shown
    assert peer.handshakes == 1
    assert peer.frames == []


async def test_where_nobody_listens_it_is_down(peer: AibotPeer) -> None:
    await peer.stop()
    assert type(await refused(peer)) is PlatformDown


async def test_a_handshake_without_an_end_is_given_up(peer: AibotPeer) -> None:
    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    peer.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    assert type(await refused(peer, tempo=Tempo(connect_s=0.05))) is PlatformDown
    gone.set()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "address", ["ws://openws.work.weixin.qq.com", "http://127.0.0.1", "wss://", "", "ws://[::1"]
)
def test_the_secret_goes_nowhere_in_the_clear(address: str) -> None:
    with pytest.raises(ConfigError):
        checked_address(address)


@pytest.mark.parametrize(
    "address",
    ["wss://openws.work.weixin.qq.com", "ws://127.0.0.1:1/x", "ws://[::1]:1", "ws://localhost"],
)
def test_encrypted_or_on_this_machine_it_may(address: str) -> None:
    assert checked_address(address) == address


async def test_acknowledgements_find_their_requests_in_any_order(peer: AibotPeer) -> None:
    held: list[tuple[Session, dict[str, Any]]] = []

    async def hold(session: Session, frame: dict[str, Any]) -> None:
        held.append((session, frame))

    peer.script(SEND, hold, hold, hold)
    async with opened(peer) as socket:
        asked = [asyncio.create_task(ask(socket, req_id=name)) for name in ("a", "b", "c")]
        await peer.received(SEND, 3)
        for session, frame in reversed(held):
            await session.acknowledge(frame, body={"for": frame["headers"]["req_id"]})
        answers = await asyncio.gather(*asked)
    assert [answer["body"]["for"] for answer in answers] == ["a", "b", "c"]


async def test_a_lost_acknowledgement_leaves_the_outcome_unknown(peer: AibotPeer) -> None:
    peer.script(SEND, lost)
    async with opened(peer) as socket:
        with pytest.raises(OutcomeUnknown):
            await ask(socket, 0.05)
        assert (await ask(socket))["errcode"] == 0
        assert socket.alive
    assert len(peer.bodies(SEND)) == 2


async def test_a_late_acknowledgement_is_not_taken_for_the_next_ones(peer: AibotPeer) -> None:
    held: list[dict[str, Any]] = []

    async def hold(_session: Session, frame: dict[str, Any]) -> None:
        held.append(frame)

    peer.script(SEND, hold, hold)
    async with opened(peer) as socket:
        with pytest.raises(OutcomeUnknown):
            await ask(socket, 0.05, req_id="srv-1")
        second = asyncio.create_task(ask(socket, req_id="srv-1"))
        await peer.received(SEND, 2)
        session = await peer.subscribed()
        await session.acknowledge(held[0])
        await session.acknowledge(held[1], 846608)
        assert (await second)["errcode"] == 846608


async def test_an_acknowledgement_that_comes_twice_or_for_nobody_harms_nothing(
    peer: AibotPeer,
) -> None:
    peer.script(SEND, twice)
    async with opened(peer) as socket:
        await ask(socket)
        await (await peer.subscribed()).say({"headers": {"req_id": "nobody"}, "errcode": 0})
        await ask(socket)
        assert socket.alive


@pytest.mark.parametrize("answer", [reset, closed(1000), closed(1011), closed(1001)])
async def test_who_waits_when_the_connection_ends_does_not_know(
    peer: AibotPeer, answer: Any
) -> None:
    peer.script(SEND, answer)
    async with opened(peer) as socket:
        with pytest.raises(OutcomeUnknown):
            await ask(socket)
        assert not (await socket.ended()).kicked
        with pytest.raises(PlatformDown):
            await ask(socket)


async def test_an_end_without_farewell_is_noticed(peer: AibotPeer) -> None:
    async with opened(peer) as socket:
        (await peer.subscribed()).cut()
        assert not (await socket.ended()).kicked
        assert not socket.alive


async def test_a_half_open_connection_is_dead_after_two_missed_pings(peer: AibotPeer) -> None:
    async with opened(peer, tempo=QUICK) as socket:
        await peer.received("ping", 2)
        (await peer.subscribed()).deaf = True
        with pytest.raises(OutcomeUnknown):
            await ask(socket)
        assert await socket.ended() == Ended("no answer to 2 pings")


async def test_one_missed_ping_is_forgiven(peer: AibotPeer) -> None:
    peer.script("ping", lost, *[_ok] * 3, lost)
    async with opened(peer, tempo=QUICK) as socket:
        await peer.received("ping", 8)
        assert socket.alive


async def _ok(session: Session, frame: dict[str, Any]) -> None:
    await session.acknowledge(frame)


async def test_a_refused_ping_ends_a_session_that_only_looks_alive(peer: AibotPeer) -> None:
    peer.script("ping", code(846609))
    async with opened(peer, tempo=QUICK) as socket:
        assert "846609" in (await socket.ended()).why


async def test_being_kicked_is_told_although_the_connection_stays_open(peer: AibotPeer) -> None:
    heard: list[Callback] = []
    async with opened(peer, heard.append) as socket:
        await (await peer.subscribed()).kick(close=False)
        assert (await socket.ended()).kicked
        assert not socket.alive
    assert heard == []


DEEP = 100_000
GARBAGE = [
    "",
    "null",
    "[]",
    "{",
    '{"cmd": 1}',
    '{"headers": []}',
    '{"headers": {"req_id": 7}, "errcode": 0}',
    '{"cmd": "aibot_msg_callback", "headers": {"req_id": "x"}, "body": []}',
    '{"cmd": ["aibot_msg_callback"], "headers": {"req_id": "x"}, "body": {}}',
    '{"cmd": "aibot_new_callback", "headers": {"req_id": "x"}, "body": {}}',
    "[" * DEEP + "]" * DEEP,
    '{"headers": {"req_id": "x"}, "errmsg": ' + "[" * 900 + "]" * 900 + "}",
    '{"headers": {"req_id": "x"}, "errcode": ' + "9" * 5_000 + "}",
    '{"cmd": "aibot_msg_callback", "headers": {"req_id": "\\ud800"}, "body": {}}',
    '{"cmd": "aibot_msg_callback", "headers": {"req_id": "x"}, "body": {"a": "'
    + "x" * 300_000
    + '"}}',
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda text: text[:20])
async def test_garbage_is_passed_over(peer: AibotPeer, garbage: str) -> None:
    heard: list[Callback] = []
    async with opened(peer, heard.append) as socket:
        await (await peer.subscribed()).raw(garbage)
        assert (await ask(socket))["errcode"] == 0
        assert socket.alive
    assert heard == []


async def test_binary_frames_and_texts_that_are_no_utf_8_are_passed_over(peer: AibotPeer) -> None:
    async with opened(peer) as socket:
        session = await peer.subscribed()
        await session.websocket.send_bytes(b"\x00\xff")
        await session.websocket.send_frame(b"\xff\xfe{", web.WSMsgType.TEXT)
        await session.websocket.ping()
        assert (await ask(socket))["errcode"] == 0
        assert socket.alive


async def test_a_message_without_bound_ends_the_connection_and_nothing_else(
    peer: AibotPeer,
) -> None:
    async with opened(peer) as socket:
        with suppress(ConnectionError):
            await (await peer.subscribed()).raw("x" * (MESSAGE_MOST + 1))
        assert "1009" in (await socket.ended()).why


async def test_callbacks_come_as_they_were_sent(peer: AibotPeer) -> None:
    heard: list[Callback] = []
    async with opened(peer, heard.append) as socket:
        session = await peer.subscribed()
        await session.message("一", chat="wrChat")
        await session.message("二", user="LiSi")
        await ask(socket)
    assert [each.body["text"]["content"] for each in heard] == ["一", "二"]
    assert [each.lane for each in heard] == ["wrchat", "lisi"]


async def test_half_a_character_does_not_end_the_connection(peer: AibotPeer) -> None:
    async with opened(peer) as socket:
        await socket.request(SEND, {"x": "a\ud83dz"}, "r", 5)
        assert socket.alive
    assert peer.bodies(SEND) == [{"x": "a?z"}]


async def test_closing_tells_who_waits_and_says_farewell(peer: AibotPeer) -> None:
    peer.script(SEND, lost)
    async with opened(peer) as socket:
        asked = asyncio.create_task(ask(socket))
        await peer.received(SEND)
        await socket.close()
        with pytest.raises(OutcomeUnknown):
            await asked
    session = await peer.subscribed()
    await peer.until(lambda: session.over)
    assert session.websocket.close_code == 1000


def test_the_usual_times_notice_a_dead_connection_within_a_minute() -> None:
    usual = Tempo()
    assert usual.ping_s == 30
    assert usual.ping_s + MISSED_MOST * usual.pong_s < 60

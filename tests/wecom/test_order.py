"""What belongs to one chat keeps its order, in and out; chats do not wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.wecom.frames import SEND, Callback
from bot.wecom.lanes import Lanes, Turns
from scoring.errors import PlatformDown
from storage.store import Store
from tests.fakes.aibot_peer import AibotPeer, Session
from tests.wecom.replicas import RULES, Steady, answered, replica


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


@pytest.fixture
def steady() -> Steady:
    """Steady time."""
    return Steady()


class Watched:
    """Handles frames when told to, and knows what began and ended in which order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._go_on: dict[str, asyncio.Event] = {}
        self._news = asyncio.Condition()

    async def __call__(self, frame: dict[str, Any]) -> None:
        words = frame["body"]["text"]["content"]
        await self._note(f"+{words}")
        await self._go_on.setdefault(words, asyncio.Event()).wait()
        await self._note(f"-{words}")

    def let(self, words: str) -> None:
        """Let the handling of these words go on."""
        self._go_on.setdefault(words, asyncio.Event()).set()

    async def until(self, condition: Callable[[list[str]], bool]) -> None:
        """Wait for something to have been noted."""
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: condition(self.log))

    async def _note(self, what: str) -> None:
        self.log.append(what)
        async with self._news:
            self._news.notify_all()


async def test_one_chat_is_heard_in_order_and_holds_up_no_other(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    watched = Watched()
    async with replica(store, peer, steady, on_frame=watched):
        session = await peer.subscribed()
        await session.message("a1", chat="wrA")
        await session.message("a2", chat="wrA", user="lisi")
        await session.message("b1", chat="wrB")
        await session.message("c1", user="zhangsan")
        await watched.until(lambda log: len(log) == 3)
        assert watched.log == ["+a1", "+b1", "+c1"]
        watched.let("a1")
        await watched.until(lambda log: len(log) == 5)
        assert watched.log[3:] == ["-a1", "+a2"]
        for words in ("a2", "b1", "c1"):
            watched.let(words)


async def test_a_reconnection_does_not_change_the_order(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    watched = Watched()
    async with replica(store, peer, steady, on_frame=watched):
        first = await peer.subscribed()
        await first.message("a1", chat="wrA")
        await watched.until(lambda log: log == ["+a1"])
        first.reset()
        await (await peer.subscribed(2)).message("a2", chat="wrA")
        await (await peer.subscribed(2)).message("b1", chat="wrB")
        await watched.until(lambda log: "+b1" in log)
        assert "+a2" not in watched.log
        for words in ("a1", "a2", "b1"):
            watched.let(words)
        await watched.until(lambda log: "-a2" in log)


async def test_a_frame_that_comes_twice_is_handled_once(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one:
        session = await peer.subscribed()
        for words in ("a", "a", "b", "a"):
            await session.message(words)
        await answered(one.connection)
    assert one.heard == ["a", "b"]


async def test_a_frame_whose_handling_failed_may_come_again(
    store: Store, peer: AibotPeer, steady: Steady, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[str] = []
    begun, done = asyncio.Event(), asyncio.Event()

    async def fail_once(frame: dict[str, Any]) -> None:
        tries.append(frame["headers"]["req_id"])
        if len(tries) == 1:
            begun.set()
            raise RuntimeError("a bug")
        done.set()

    async with replica(store, peer, steady, on_frame=fail_once):
        session = await peer.subscribed()
        await session.message("a")
        await asyncio.wait_for(begun.wait(), 20)
        await session.message("a")
        await asyncio.wait_for(done.wait(), 20)
    assert tries == ["R-a", "R-a"]
    assert "a frame could not be handled" in caplog.text


async def test_one_chat_is_sent_to_in_order_and_holds_up_no_other(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    held: list[tuple[Session, dict[str, Any]]] = []

    async def hold(session: Session, frame: dict[str, Any]) -> None:
        held.append((session, frame))

    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        await answered(one.connection)
        peer.script(SEND, hold, hold, hold)
        ask = one.connection.request
        asked = [
            asyncio.create_task(ask(SEND, {"n": n}, chat=chat))
            for n, chat in ((1, "wrA"), (2, "WRa"), (3, "wrB"))
        ]
        await peer.received(SEND, 2)
        assert [body["n"] for body in peer.bodies(SEND)] == [1, 3]
        session, frame = held[0]
        await session.acknowledge(frame)
        await peer.received(SEND, 3)
        for session, frame in held[1:]:
            await session.acknowledge(frame)
        await asyncio.gather(*asked)


async def test_answers_to_one_question_are_sent_one_after_the_other(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        await answered(one.connection)
        await asyncio.gather(
            *(one.connection.request(SEND, {"n": n}, req_id="srv-1") for n in range(5))
        )
    assert [body["n"] for body in peer.bodies(SEND)] == [0, 1, 2, 3, 4]
    assert peer.ids(SEND) == ["srv-1"] * 5


async def test_whose_turn_does_not_come_has_sent_nothing(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async def hold(_session: Session, _frame: dict[str, Any]) -> None:
        """Never acknowledged."""

    async with replica(store, peer, steady, rules=replace(RULES, turn_s=0.02)) as one:
        await peer.subscribed()
        await answered(one.connection)
        peer.script(SEND, hold)
        first = asyncio.create_task(one.connection.request(SEND, {"n": 1}, chat="wrA"))
        await peer.received(SEND)
        with pytest.raises(PlatformDown):
            await one.connection.request(SEND, {"n": 2}, chat="wrA")
        first.cancel()
    assert len(peer.bodies(SEND)) == 1


async def test_lanes_take_no_more_than_they_can_hold() -> None:
    go_on = asyncio.Event()

    async def wait(_item: int) -> None:
        await go_on.wait()

    lanes: Lanes[int] = Lanes(wait, at_once=2, per_lane=3, most=5)
    assert [lanes.put("a", n) for n in range(4)] == [True, True, True, False]
    assert [lanes.put(name, 0) for name in ("b", "c", "d")] == [True, True, False]
    go_on.set()
    await lanes.idle()
    assert lanes.put("a", 1)
    await lanes.cancel()


async def test_no_more_lanes_work_at_once_than_allowed() -> None:
    working = most = 0

    async def work(_item: int) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1

    lanes: Lanes[int] = Lanes(work, at_once=3)
    for n in range(100):
        assert lanes.put(str(n % 20), n)
    await lanes.idle()
    assert most == 3


async def test_turns_are_bounded_and_leave_nothing_behind() -> None:
    turns = Turns(2)
    under_way = most = 0

    async def go(key: str) -> None:
        nonlocal under_way, most
        async with (
            turns.take(key, "answer", wait_s=20) if key == "a" else turns.take(key, wait_s=20)
        ):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(go("abc"[n % 3]) for n in range(60)))
    await turns.idle()
    assert most == 2


@pytest.mark.parametrize(
    ("body", "lane"),
    [
        ({"chatid": "wrChat", "from": {"userid": "LiSi"}}, "wrchat"),
        ({"from": {"userid": "LiSi"}}, "lisi"),
        ({"chatid": "", "from": {"userid": "LiSi"}}, "lisi"),
        ({"chatid": 7, "from": []}, ""),
        ({}, ""),
    ],
)
def test_a_frame_belongs_to_its_chat(body: dict[str, Any], lane: str) -> None:
    assert Callback("aibot_msg_callback", "r", body, {}).lane == lane

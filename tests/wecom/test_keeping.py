"""One live connection across replicas: takeover, kicks, refusals, and reconnecting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.wecom.connection import Login, Tempo
from bot.wecom.frames import SEND
from bot.wecom.holding import KeepingRules
from bot.wecom.keeping import LongConnection
from bot.wecom.leasing import LeaseRules
from scoring.errors import OutcomeUnknown, PlatformDown, StoreUnavailable
from storage.connections import ConnectionState
from storage.engine import open_engines
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.aibot_peer import BOT, AibotPeer, Session, code, lost
from tests.wecom.replicas import (
    NOW,
    RULES,
    Steady,
    answered,
    noted,
    replica,
    standing,
    stands,
)

WRONG = Login(BOT, SecretStr("wrong-5d1e-canary"))


@pytest.fixture
def steady() -> Steady:
    """Steady time, to be moved ahead."""
    return Steady()


async def ask(connection: LongConnection, **options: Any) -> dict[str, Any]:
    return await connection.request(SEND, {"x": 1}, **options)


async def test_one_of_two_replicas_connects(store: Store, peer: AibotPeer, steady: Steady) -> None:
    async with replica(store, peer, steady) as one, replica(store, peer, steady) as other:
        await peer.subscribed()
        await steady.read_again(20)
        assert peer.handshakes == 1
        assert sorted((one.connection.connected, other.connection.connected)) == [False, True]
        waiting = other if one.connection.connected else one
        assert await waiting.connection.trouble() == ""
        with pytest.raises(PlatformDown):
            await ask(waiting.connection)


async def test_a_replica_that_stops_hands_over_at_once(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        async with replica(store, peer, steady) as other:
            await one.end()
            await peer.subscribed(2)
            await answered(other.connection)
            assert peer.sessions[0].over
        assert (await standing(store)).state is ConnectionState.CLOSED
        assert not other.connection.connected


async def test_when_a_lease_runs_out_another_takes_over_and_nobody_fights(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        async with replica(store, peer, steady) as other:
            await stands(store, ConnectionState.CONNECTED)
            # As if the first had been stopped for longer than its lease.
            steady.ahead_s += RULES.lease.lease_s + 1
            await peer.subscribed(2)
            await answered(other.connection)
            await peer.until(lambda: peer.sessions[0].over)
            await steady.read_again(20)
            assert not one.connection.connected
            assert peer.handshakes == 2
            await stands(store, ConnectionState.CONNECTED)


@dataclass
class Faulty(Steady):
    """A steady time that cannot be read once, for a reason nobody has thought of."""

    broken: bool = True

    async def __call__(self, tx: Tx) -> datetime:
        if self.broken:
            self.broken = False
            raise RuntimeError("a bug")
        return await super().__call__(tx)


async def test_a_bug_ends_neither_the_keeping_nor_passes_in_silence(
    store: Store, peer: AibotPeer, caplog: pytest.LogCaptureFixture
) -> None:
    async with replica(store, peer, Faulty(), rules=replace(RULES, broken_s=0.01)) as one:
        await peer.subscribed()
        await answered(one.connection)
    assert "keeping the connection failed" in caplog.text


async def test_a_kicked_replica_rests_and_then_one_comes_back(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one, replica(store, peer, steady) as other:
        await (await peer.subscribed()).kick()
        await peer.until(lambda: peer.sessions[0].over)
        await steady.read_again(20)
        assert peer.handshakes == 1
        kicked = await standing(store)
        assert kicked.state is ConnectionState.KICKED
        assert kicked.owner is None
        assert kicked.facts.again_at == NOW + timedelta(seconds=RULES.kicked_s)
        assert kicked.facts.fault == "taken over by another connection"
        for each in (one, other):
            assert await each.connection.trouble() == "kicked taken over by another connection"

        steady.ahead_s += RULES.kicked_s - 5
        await steady.read_again(20)
        assert peer.handshakes == 1
        steady.ahead_s += 5
        await peer.subscribed(2)
        await steady.read_again(20)
        assert peer.handshakes == 2
        assert one.connection.connected != other.connection.connected


async def test_being_kicked_again_and_again_makes_the_rest_longer(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    rests = []
    async with replica(store, peer, steady):
        for count in range(1, 7):
            await (await peer.subscribed(count)).kick()
            session = peer.sessions[-1]
            await peer.until(lambda session=session: session.over)  # type: ignore[misc]
            await steady.read_again(5)
            again_at = (await standing(store)).facts.again_at
            assert again_at is not None
            rest_s = (again_at - NOW).total_seconds() - steady.ahead_s
            rests.append(rest_s)
            steady.ahead_s += rest_s + 1
    assert rests == [300, 600, 1_200, 2_400, 3_600, 3_600]


async def test_a_wrong_secret_is_tried_once_and_rests_for_all_who_have_it(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with (
        replica(store, peer, steady, login=WRONG) as one,
        replica(store, peer, steady, login=WRONG),
    ):
        await peer.received("aibot_subscribe")
        await steady.read_again(20)
        assert len(peer.bodies("aibot_subscribe")) == 1
        refused = await standing(store)
        assert refused.state is ConnectionState.REFUSED
        assert refused.facts.fault.startswith("853000")
        assert refused.facts.again_at == NOW + timedelta(seconds=RULES.refused_s)
        assert "wrong-5d1e" not in str(refused)
        assert "853000" in await one.connection.trouble()
        steady.ahead_s += RULES.refused_s
        await peer.received("aibot_subscribe", 2)
        await steady.read_again(20)
        assert len(peer.bodies("aibot_subscribe")) == 2
        again_at = (await standing(store)).facts.again_at
        assert again_at == NOW + timedelta(seconds=steady.ahead_s + 2 * RULES.refused_s)


async def test_a_corrected_secret_is_tried_at_once(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady, login=WRONG):
        await peer.received("aibot_subscribe")
        async with replica(store, peer, steady) as corrected:
            await peer.subscribed()
            await answered(corrected.connection)
            now = await stands(store, ConnectionState.CONNECTED)
            assert now.facts.refusals == 0


async def test_too_many_subscriptions_rest_whatever_the_secret(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    peer.script("aibot_subscribe", code(45009))
    other = Login(BOT, SecretStr("another-one"))
    async with replica(store, peer, steady):
        await peer.received("aibot_subscribe")
        async with replica(store, peer, steady, login=other):
            await steady.read_again(20)
            assert peer.handshakes == 1
            limited = await standing(store)
            assert limited.state is ConnectionState.LIMITED
            assert limited.facts.again_at == NOW + timedelta(seconds=60)


async def _close(session: Session, number: int) -> None:
    await session.websocket.close(code=number)


async def _cut(session: Session) -> None:
    session.cut()


async def _reset(session: Session) -> None:
    session.reset()


@pytest.mark.parametrize(
    "end",
    [partial(_close, number=1000), partial(_close, number=1011), _cut, _reset],
    ids=["1000", "1011", "1006", "reset"],
)
async def test_after_an_end_it_connects_again(
    store: Store, peer: AibotPeer, steady: Steady, end: Callable[[Session], Awaitable[None]]
) -> None:
    async with replica(store, peer, steady) as one:
        await end(await peer.subscribed())
        await (await peer.subscribed(2)).message("到期")
        await answered(one.connection)
        assert one.heard == ["到期"]
        now = await stands(store, ConnectionState.CONNECTED)
        assert now.facts.fault
        assert now.facts.fault_at is not None


async def test_after_a_half_open_connection_it_connects_again(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    tempo = Tempo(ping_s=0.02, pong_s=0.05, close_s=0.1)
    async with replica(store, peer, steady, tempo=tempo) as one:
        (await peer.subscribed()).deaf = True
        await peer.subscribed(2)
        await answered(one.connection)
        await noted(store, "no answer to 2 pings")


async def test_a_session_the_platform_forgot_is_opened_anew(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    peer.script("probe", code(846609))
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        await answered(one.connection)
        assert peer.handshakes == 2


async def test_a_platform_that_is_down_is_asked_again_with_patience(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    peer.handshake = lambda _request: web.Response(status=503) if peer.handshakes <= 5 else None
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        await answered(one.connection)
        assert peer.handshakes == 6


async def test_who_cannot_reach_the_platform_lets_another_try(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    rules = replace(RULES, tries_most=2)
    async with replica(store, peer, steady, url="ws://127.0.0.1:1/", rules=rules):
        await steady.read_again(2)
        async with replica(store, peer, steady) as reaching:
            await peer.subscribed()
            await answered(reaching.connection)


@pytest.mark.parametrize(
    ("failures", "least_s", "most_s"),
    [(1, 0.5, 1), (2, 1, 2), (3, 2, 4), (4, 4, 8), (5, 8, 16), (6, 15, 30), (99, 15, 30)],
)
def test_it_waits_longer_after_each_failure(failures: int, least_s: float, most_s: float) -> None:
    usual = KeepingRules()
    assert usual.backoff_s(failures, lambda: -1) == least_s
    assert usual.backoff_s(failures, lambda: 1) == most_s


async def test_the_wait_starts_anew_after_a_healthy_while(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    rules = replace(RULES, healthy_s=0.0, tries_most=2)
    async with replica(store, peer, steady, rules=rules):
        for count in range(1, 5):
            (await peer.subscribed(count)).reset()
        await peer.subscribed(5)
        # Never given up for another replica: each time it was the first failure in a row.
        assert (await standing(store)).owner is not None


class ShakyStore(Store):
    """A database that cannot be reached for a while."""

    away = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        if self.away:
            raise StoreUnavailable("gone")
        async with super().begin() as tx:
            yield tx


async def test_without_the_database_the_connection_is_closed_before_the_lease_ends(
    database_url: str, peer: AibotPeer, steady: Steady
) -> None:
    rules = replace(RULES, lease=LeaseRules(lease_s=1.0, renew_s=0.2, poll_s=0.01))
    shaky = ShakyStore(open_engines(database_url))
    try:
        async with replica(shaky, peer, steady, rules=rules) as one:
            await peer.subscribed()
            await answered(one.connection)
            shaky.away = True
            await peer.until(lambda: peer.sessions[0].over)
            assert not one.connection.connected
            shaky.away = False
            await peer.subscribed(2)
            await answered(one.connection)
    finally:
        await shaky.close()


async def test_a_lease_is_renewed_for_as_long_as_it_is_needed(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    rules = replace(RULES, lease=LeaseRules(lease_s=5, renew_s=0.01, poll_s=0.01))
    async with replica(store, peer, steady, rules=rules) as one:
        session = await peer.subscribed()
        await answered(one.connection)
        for _ in range(10):
            steady.ahead_s += 4
            await steady.read_again(2)
        assert one.connection.connected
        assert not session.over
        now = await standing(store)
        assert now.facts.connected_at == NOW
        assert now.facts.heard_at is not None


async def test_what_is_under_way_is_finished_before_the_connection_is_closed(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    at_it, go_on = asyncio.Event(), asyncio.Event()

    async def answer(frame: dict[str, Any]) -> None:
        at_it.set()
        await go_on.wait()
        req_id = frame["headers"]["req_id"]
        await one.connection.request("aibot_respond_msg", {"a": 1}, req_id=req_id)

    async with replica(store, peer, steady, on_frame=answer) as one:
        await (await peer.subscribed()).message("到期")
        await at_it.wait()
        one.stop.set()
        await steady.read_again(0)
        go_on.set()
        await one.running
    assert peer.ids("aibot_respond_msg") == ["R-到期"]


async def test_work_that_never_ends_does_not_keep_a_replica_from_stopping(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    at_it = asyncio.Event()

    async def never(_frame: dict[str, Any]) -> None:
        at_it.set()
        await asyncio.Event().wait()

    rules = replace(RULES, drain_s=0.02)
    async with replica(store, peer, steady, on_frame=never, rules=rules) as one:
        await (await peer.subscribed()).message("到期")
        await at_it.wait()
        await one.end()
    assert (await standing(store)).state is ConnectionState.CLOSED


async def test_what_comes_together_with_the_subscription_can_be_answered(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async def subscribe(session: Session, frame: dict[str, Any]) -> None:
        await session.acknowledge(frame)
        await session.message("到期")

    async def answer(frame: dict[str, Any]) -> None:
        req_id = frame["headers"]["req_id"]
        await one.connection.request("aibot_respond_msg", {"a": 1}, req_id=req_id)

    peer.script("aibot_subscribe", subscribe)
    async with replica(store, peer, steady, on_frame=answer) as one:
        await peer.received("aibot_respond_msg")
    assert peer.handshakes == 1


async def test_a_request_that_is_not_acknowledged_leaves_the_outcome_unknown(
    store: Store, peer: AibotPeer, steady: Steady
) -> None:
    async with replica(store, peer, steady) as one:
        await peer.subscribed()
        await answered(one.connection)
        peer.script(SEND, lost)
        with pytest.raises(OutcomeUnknown):
            await ask(one.connection, timeout_s=0.05)

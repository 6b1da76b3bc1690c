from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import generate_latest

from bot.schedule import LATE_AFTER_TICKS, Ticker
from bot.web.health import Figures, Health
from bot.web.listening import BACKLOG, listening
from bot.web.server import BODY_MOST, serving, web_app
from scoring.errors import ConfigError, StoreUnavailable
from storage.store import Store
from tests.logged import logged, only
from tests.sample_book import MONDAY, RULES

SOMAXCONN = int(Path("/proc/sys/net/core/somaxconn").read_text())
"""What this machine's kernel lets wait at most."""


class Faulty:
    """Doors that fail in every way."""

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/bug", self.bug)
        app.router.add_get("/locked", self.locked)
        app.router.add_post("/take", self.take)

    async def bug(self, _request: web.Request) -> web.Response:
        raise KeyError("the secret inside")

    async def locked(self, _request: web.Request) -> web.Response:
        raise StoreUnavailable("locked")

    async def take(self, request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_bug_becomes_a_reference_number_and_never_a_traceback(
    client: aiohttp.ClientSession,
) -> None:
    async with serving(web_app([Faulty()]), "127.0.0.1", 0) as address:
        with logged() as events:
            async with client.get(f"{address}/bug") as answer:
                body = await answer.json()
        assert answer.status == 500
        assert set(body) == {"status", "reference"}
        assert body["reference"] == only(events, "a request could not be answered")["origin"]
        async with client.get(f"{address}/locked") as answer:
            assert (answer.status, (await answer.json())["failing"]) == (503, "database")
        async with client.get(f"{address}/nothing") as answer:
            assert answer.status == 404
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


async def test_a_body_is_taken_up_to_its_limit(client: aiohttp.ClientSession) -> None:
    async with serving(web_app([Faulty()]), "127.0.0.1", 0) as address:
        async with client.post(f"{address}/take", data=b"x" * 1_000) as answer:
            assert await answer.text() == "1000"
        async with client.post(f"{address}/take", data=b"x" * (BODY_MOST + 1)) as answer:
            assert answer.status == 413


async def test_a_taken_port_is_a_fault_of_the_configuration() -> None:
    async with serving(web_app([]), "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}"):
            async with serving(web_app([]), "127.0.0.1", port):
                pass


async def test_readiness_names_the_part_that_fails(
    store: Store, client: aiohttp.ClientSession
) -> None:
    health = Health(store, Figures.new())
    health.checks["delivery"] = _broken
    async with (
        serving(web_app([health]), "127.0.0.1", 0) as address,
        client.get(f"{address}/readyz") as answer,
    ):
        body = await answer.json()
    assert answer.status == 503
    assert body["failing"] == ["delivery"]
    assert body["parts"] == {"database": "ok", "delivery": "the loop has ended"}


async def test_a_lost_database_is_named_and_the_process_stays_alive(
    tmp_path: Path, client: aiohttp.ClientSession
) -> None:
    gone = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'where.db'}")
    health = Health(gone, Figures.new())
    async with serving(web_app([health]), "127.0.0.1", 0) as address:
        async with client.get(f"{address}/readyz") as answer:
            assert (answer.status, (await answer.json())["parts"]) == (503, {"database": "gone"})
        async with client.get(f"{address}/healthz") as answer:
            assert answer.status == 200
        async with client.get(f"{address}/metrics") as answer:
            assert 'renewals_deliveries{state="waiting"} NaN' in await answer.text()
    await gone.close()


async def test_ticks_are_counted_and_wake_the_delivery(
    store: Store, client: aiohttp.ClientSession
) -> None:
    figures, wake = Figures.new(), asyncio.Event()
    failed = figures.failed_ticks.inc
    ticker = Ticker(store, RULES, lambda: MONDAY, 45, wake, done=figures.ticked, failed=failed)
    did = await ticker.tick()
    assert did["notifications"] == 0
    assert wake.is_set()
    assert await ticker.late() == ""
    ticker.every_s = 0
    assert "no tick was done" in await ticker.late(), LATE_AFTER_TICKS
    await ticker.stop()
    async with (
        serving(web_app([Health(store, figures)]), "127.0.0.1", 0) as address,
        client.get(f"{address}/metrics") as answer,
    ):
        text = await answer.text()
    assert "renewals_ticks_total 1.0" in text
    assert 'renewals_deliveries{state="waiting"} 0.0' in text


@pytest.mark.parametrize("fault", [StoreUnavailable("slow"), RuntimeError("a bug of ours")])
async def test_a_first_tick_that_fails_is_told_until_another_is_done(
    store: Store, fault: Exception
) -> None:
    ticker, failures = failing_once(store, fault)
    await ticker.begin()
    assert failures == ["failed"]
    assert "since the start" in await ticker.late()
    await ticker.tick()
    assert await ticker.late() == ""


async def test_nothing_starts_on_a_book_that_is_away(store: Store) -> None:
    ticker, _ = failing_once(store, StoreUnavailable("locked"))
    with pytest.raises(StoreUnavailable):
        await ticker.begin()


def failing_once(store: Store, fault: Exception) -> tuple[Ticker, list[str]]:
    """A ticker whose first tick fails, and where failures are noted."""
    failures: list[str] = []
    faults = [fault]

    async def doubt() -> str:
        if faults:
            raise faults.pop()
        return ""

    ticker = Ticker(
        store,
        RULES,
        lambda: MONDAY,
        45,
        asyncio.Event(),
        done=lambda _did, _seconds: None,
        failed=lambda: failures.append("failed"),
        doubt=doubt,
    )
    return ticker, failures


async def _broken() -> str:
    return "the loop has ended"


async def test_however_many_ask_whether_it_is_ready_each_part_is_asked_once(
    client: aiohttp.ClientSession, store: Store
) -> None:
    asked: list[str] = []
    answers = asyncio.Event()

    async def slow() -> str:
        asked.append("slow")
        await answers.wait()
        return ""

    health = Health(store, Figures.new(), {"slow": slow})
    async with serving(web_app([health]), "127.0.0.1", 0) as address:

        async def ready() -> int:
            async with client.get(f"{address}/readyz") as answer:
                return answer.status

        asking = [asyncio.create_task(ready()) for _ in range(50)]
        assert await ready_with(answers, asking) == {200}
        assert asked == ["slow"]
        assert await ready() == 200
    assert asked == ["slow", "slow"]


async def ready_with(answers: asyncio.Event, asking: list[asyncio.Task[int]]) -> set[int]:
    """Let the part answer after all have asked for a while."""
    await asyncio.wait(asking, timeout=0.3)
    answers.set()
    return set(await asyncio.gather(*asking))


async def test_a_check_that_breaks_is_a_part_that_is_not_ready(
    store: Store, client: aiohttp.ClientSession
) -> None:
    async def breaks() -> str:
        raise KeyError("the secret inside")

    async def locked() -> str:
        raise StoreUnavailable("locked")

    health = Health(store, Figures.new(), {"slack": breaks, "wecom": locked})
    async with (
        serving(web_app([health]), "127.0.0.1", 0) as address,
        client.get(f"{address}/readyz") as answer,
    ):
        body = await answer.json()
    assert (answer.status, body["failing"]) == (503, ["slack", "wecom"])
    parts = {"database": "ok", "slack": "the check failed", "wecom": "locked"}
    assert body["parts"] == parts


async def test_a_tick_that_runs_is_finished_when_the_service_stops(store: Store) -> None:
    begun, goes_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def doubt() -> str:
        begun.set()
        await goes_on.wait()
        return ""

    ticker = Ticker(
        store,
        RULES,
        lambda: MONDAY,
        1,
        asyncio.Event(),
        done=lambda _did, _seconds: done.set(),
        failed=lambda: None,
        doubt=doubt,
    )
    ticker.start()
    await asyncio.wait_for(begun.wait(), 20)
    stopping = asyncio.create_task(ticker.stop())
    for _ in range(10):
        await asyncio.sleep(0)
    goes_on.set()
    await asyncio.wait_for(stopping, 20)
    assert done.is_set()


async def test_a_heartbeat_that_cannot_be_sent_is_no_tick_that_failed(store: Store) -> None:
    figures, tried = Figures.new(), asyncio.Event()

    async def beat() -> None:
        tried.set()
        raise StoreUnavailable("locked")

    ticker = Ticker(
        store,
        RULES,
        lambda: MONDAY,
        1,
        asyncio.Event(),
        done=figures.ticked,
        failed=figures.failed_ticks.inc,
        beat=beat,
    )
    ticker.start()
    await asyncio.wait_for(tried.wait(), 20)
    await ticker.stop()
    text = generate_latest(figures.registry).decode()
    assert "renewals_ticks_total 1.0" in text
    assert "renewals_ticks_failed_total 0.0" in text


async def test_a_load_balancer_leaves_out_what_is_the_same_at_every_replica(
    store: Store, client: aiohttp.ClientSession
) -> None:
    health = Health(store, Figures.new(), {"slack": _broken, "delivery": _broken})
    async with serving(web_app([health]), "127.0.0.1", 0) as address:

        async def ready() -> tuple[int, list[str]]:
            async with client.get(f"{address}/readyz?exclude=slack&exclude=nobody") as answer:
                body = await answer.json()
                assert body["parts"]["slack"] == "the loop has ended"
                return answer.status, body["failing"]

        assert await ready() == (503, ["delivery"])
        del health.checks["delivery"]
        assert await ready() == (200, [])
        health.departing.set()
        async with client.get(f"{address}/readyz?exclude=service") as answer:
            assert answer.status == 503


async def test_as_many_connections_wait_as_the_listener_says() -> None:
    with listening("127.0.0.1", 0) as listener:
        async with serving(web_app([]), "", 0, listener=listener):
            (one,) = listener.sockets
            # Of a listening socket Linux tells the length of its queue where others have SACKs.
            told = struct.unpack_from(
                "=8B6I", one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
            )
        assert told[-1] == min(BACKLOG, SOMAXCONN)

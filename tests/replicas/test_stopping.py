"""SIGTERM: not ready at once, then no new requests, then what is under way; all within a limit."""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bot.departing import Departure
from storage.store import Store
from tests.databases import SqliteFiles
from tests.fakes.aibot_peer import BOT, SECRET, AibotPeer
from tests.processes import Started
from tests.replicas.service import SlowRobots, configured, put, replica, states, told
from tests.wecom.replicas import LOGIN


def asked(address: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own loopback
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())
    except OSError:
        return 0, {}


async def ended(service: Started) -> int:
    """The exit code, once it has ended."""
    return await asyncio.to_thread(service.process.wait, 30)


async def test_a_post_under_way_is_finished_and_meanwhile_the_service_is_not_ready(
    store: Store, database_url: str, robots: SlowRobots, tmp_path: Path
) -> None:
    config = configured(tmp_path, robots, http={"leaving_s": 2})
    await put(store, ["N-1"])
    async with replica(config, database_url) as service:
        await asyncio.wait_for(robots.begun.wait(), 20)
        assert (await asyncio.to_thread(asked, f"{service.address}/readyz"))[0] == 200
        service.process.send_signal(signal.SIGTERM)
        status = 200
        while status == 200:
            status, body = await asyncio.to_thread(asked, f"{service.address}/readyz")
        assert (status, body["failing"]) == (503, ["service"])
        await put(store, ["N-2"])
        while status != 0:
            status, _ = await asyncio.to_thread(asked, f"{service.address}/readyz")
        robots.going.set()
        assert await ended(service) == 0
    assert (await states(store))["N-1"] == "sent"
    assert told(robots)["N-1"] == 1


async def test_what_takes_too_long_is_broken_off_and_everything_held_is_given_back(
    store: Store, database_url: str, robots: SlowRobots, tmp_path: Path
) -> None:
    peer = AibotPeer()
    await peer.start()
    bot = f'[wecom.aibot]\nbot_id = "{BOT}"\nsecret = "{SECRET}"\nws_url = "{peer.url}"'
    config = configured(tmp_path, robots, top={"stop_within_s": 2}, more=bot)
    await put(store, ["N-1"])
    async with replica(config, database_url) as service:
        await asyncio.wait_for(robots.begun.wait(), 20)
        await peer.subscribed()
        code, seconds = await asyncio.to_thread(service.stop)
    await peer.stop()
    assert (code, seconds < 2.5) == (0, True)
    assert await states(store) == {"N-1": "ambiguous"}
    async with store.read() as tx:
        standing = await tx.connections.look(f"wecom:aibot:{LOGIN.bot_id}")
    assert standing is not None
    assert (standing.state.value, standing.owner) == ("closed", None)


async def test_a_second_signal_ends_it_at_once(
    sqlite_files: SqliteFiles, robots: SlowRobots, tmp_path: Path
) -> None:
    config = configured(tmp_path, robots)
    with sqlite_files.fresh() as url:
        store = Store.open(url)
        await put(store, ["N-1"])
        async with replica(config, url) as service:
            await asyncio.wait_for(robots.begun.wait(), 20)
            service.process.send_signal(signal.SIGTERM)
            status = 200
            while status == 200:
                status, _ = await asyncio.to_thread(asked, f"{service.address}/readyz")
            code, seconds = await asyncio.to_thread(service.stop, signal.SIGINT)
        assert (code, seconds < 1) == (128 + signal.SIGINT, True)
        assert await states(store) == {"N-1": "leased"}
        await store.close()


async def test_who_does_not_end_in_time_is_ended() -> None:
    codes: asyncio.Queue[int] = asyncio.Queue()
    departure = Departure(end=codes.put_nowait)
    with departure.at_most(20):
        pass
    with departure.at_most(0.01):
        assert await asyncio.wait_for(codes.get(), 20) == 1
    departure.ask(signal.SIGTERM)
    assert (departure.asked.is_set(), codes.empty()) == (True, True)
    departure.ask(signal.SIGTERM)
    assert codes.get_nowait() == 128 + signal.SIGTERM

"""kill -9 of the replica that has the connection: another answers within the lease."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.wecom.holding import KeepingRules
from bot.wecom.keeping import LongConnection
from bot.wecom.leasing import LeaseRules
from storage.store import Store
from tests.fakes.aibot_peer import AibotPeer
from tests.processes import ROOT
from tests.wecom.replicas import LOGIN, TEMPO, answered

LEASE_S = 1.2


@asynccontextmanager
async def holding(database: str, platform: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.wecom.hold_process",
        database,
        platform,
        str(LEASE_S),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def standing_by(store: Store, peer: AibotPeer) -> AsyncIterator[LongConnection]:
    """Another replica, in this process."""
    lease = LeaseRules(lease_s=LEASE_S, renew_s=LEASE_S / 4, poll_s=0.02)
    connection = LongConnection(
        store,
        LOGIN,
        clock=lambda: datetime.now(UTC),
        url=peer.url,
        rules=KeepingRules(lease=lease),
        tempo=TEMPO,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(connection.run(stop))
    try:
        yield connection
    finally:
        stop.set()
        await running


async def overtaken(
    process: asyncio.subprocess.Process, peer: AibotPeer, connection: LongConnection
) -> None:
    """Stop a process until another replica has its lease.

    Stopped in the middle of a write it keeps SQLite's lock, and nobody can take anything; so it is
    stopped when it pings, and should that fail, let go on and stopped at its next ping.
    """
    for _ in range(5):
        await peer.received("ping", len(peer.ids("ping")) + 1)
        process.send_signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(4 * LEASE_S):
                await answered(connection)
        except TimeoutError:
            process.send_signal(signal.SIGCONT)
            await quiet(peer)
        else:
            return
    raise AssertionError("it was never stopped between two writes")


async def quiet(peer: AibotPeer) -> bool:
    """Whether nobody connects for as long as a lease lasts."""
    before = peer.handshakes
    try:
        await peer.until(lambda: peer.handshakes > before, within_s=LEASE_S)
    except TimeoutError:
        return True
    return False


async def test_after_kill_9_another_replica_answers_once_the_lease_is_over(
    store: Store, database_url: str, peer: AibotPeer
) -> None:
    async with holding(database_url, peer.url) as process:
        await peer.until(lambda: bool(peer.sessions), within_s=60)
        await peer.subscribed()
        async with standing_by(store, peer) as connection:
            process.kill()
            await peer.subscribed(2)
            await answered(connection)
    assert peer.handshakes == 2


async def test_a_replica_that_was_stopped_past_its_lease_does_not_fight(
    store: Store, database_url: str, peer: AibotPeer
) -> None:
    async with holding(database_url, peer.url) as process:
        await peer.until(lambda: bool(peer.sessions), within_s=60)
        await peer.subscribed()
        async with standing_by(store, peer) as connection:
            await overtaken(process, peer, connection)
            process.send_signal(signal.SIGCONT)
            await peer.until(lambda: all(session.over for session in peer.sessions[:-1]))
            assert await quiet(peer)
            await answered(connection)

"""A worker killed at any moment of a post to Slack: the next one reads back, nothing is doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.adapters.slack import SlackBot
from bot.delivery.checkpoints import Point
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.loopback.board import Board
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.workspace import App
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from storage.outbox import Notification
from storage.store import Store
from tests.delivery.world import Clock, tell_names
from tests.fakes.slack import Fault, Faults
from tests.slack.faults.site import CHANNELS, TEAM, house

SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "1"))
PLACE = "#renewals-east"


@dataclass
class Works:
    """One book, a cloud, and workers that are processes of their own."""

    store: Store
    database_url: str
    cloud: LoopbackSlackCloud
    token: str
    clock: Clock
    faults: Faults

    async def put(self, names: list[str]) -> None:
        """Alerts, due now."""
        now = self.clock.now
        rows = [Notification(name, "milestone", "slack", PLACE, now) for name in names]
        async with self.store.begin() as tx:
            await tx.outbox.put(rows, now=now)

    async def begin(self, point: str = "-") -> asyncio.subprocess.Process:
        """A worker, which dies at that point."""
        ahead_s = (self.clock.now - self.clock.start).total_seconds()
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.slack.faults.deliver_process",
            self.database_url,
            self.cloud.api_url,
            self.token,
            point,
            str(ahead_s),
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )

    async def finish(self) -> dict[str, str]:
        """Workers that live come by until all is over; the states."""
        workspaces = OneWorkspace(SecretStr(self.token), api_url=self.cloud.api_url)
        api = SlackApi(workspaces, api_url=self.cloud.api_url, clock=self.clock.read)
        for _ in range(20):
            await deliver_all(
                Courier(
                    self.store,
                    Adapters([SlackBot(api, self.store)]),
                    tell_names,
                    self.clock.read,
                    steady=self.clock.read_steady,
                )
            )
            async with self.store.read() as tx:
                rows = await tx.outbox.rows()
            if all(row.state == "sent" for row in rows):
                break
            self.clock.move(seconds=61)
        await api.close()
        return {row.key: str(row.state) for row in rows}

    def told(self) -> Counter[str]:
        """How often each name was posted."""
        return Counter(
            name for one in self.cloud.ledger.sent for name in one.words.split() if "-" in name
        )


@pytest.fixture
async def works(store: Store, database_url: str) -> AsyncIterator[Works]:
    """A book with nothing in it, and a workspace."""
    clock, faults = Clock(), Faults()
    cloud = LoopbackSlackCloud(App(), [house()], Board(), clock.read, hook=faults)
    await cloud.start()
    try:
        token = cloud.install(TEAM).bot_token
        cloud.invite_bot(TEAM, *CHANNELS.values())
        yield Works(store, database_url, cloud, token, clock, faults)
    finally:
        await cloud.stop()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_worker_killed_in_the_middle_of_a_post_doubles_nothing(
    works: Works, seed: int
) -> None:
    fault = random.Random(seed).choice([Fault.TAKEN_HANG, Fault.HANG])
    await works.put(["A-1"])
    works.faults.script("chat.postMessage", fault)
    worker = await works.begin()
    await works.faults.hanging.wait()
    worker.kill()
    assert await worker.wait() == -signal.SIGKILL
    assert works.told()["A-1"] == (1 if fault is Fault.TAKEN_HANG else 0)
    works.clock.move(seconds=61)
    assert await works.finish() == {"A-1": "sent"}
    assert works.told() == {"A-1": 1}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", [Point.AFTER_LEASE, Point.AFTER_POST, Point.BEFORE_ACK])
async def test_a_worker_killed_at_a_point_loses_and_doubles_nothing(
    works: Works, point: Point
) -> None:
    await works.put(["A-1", "A-2"])
    worker = await works.begin(point)
    assert await worker.wait() == -signal.SIGKILL
    works.clock.move(seconds=61)
    assert await works.finish() == {"A-1": "sent", "A-2": "sent"}
    assert works.told() == {"A-1": 1, "A-2": 1}

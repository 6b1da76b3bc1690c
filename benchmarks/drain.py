"""How fast a backlog is sent: leases against bare SQL, and one replica against two.

The replicas are real processes that send to a platform which takes 50 ms for a post, as platforms
do, and a whole second on a bad day: what holds one replica up is then its own arithmetic, or the
waiting for answers. Every alert is a message of its own.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import outbox
from benchmarks.backlog import lay_backlog, states
from benchmarks.databases import Site
from benchmarks.figures import Figure
from benchmarks.platforms import Platforms, platforms
from benchmarks.services import service, settings
from benchmarks.timing import median
from storage.store import Store

ANSWER_S, SLOW_ANSWER_S = 0.05, 1.0
MOST_ALERTS, SLOW_ALERTS, PLACES = 4_000, 800, 400
BATCHES = 200
WITHIN_S = 600.0
MEASURED = (0.1, 0.9)
"""The rate is that between these parts of the backlog: neither start nor end of it."""

NAME = re.compile(r"HT-\d+")


def measure(site: Site, size: int, directory: Path, runs: int) -> list[Figure]:
    """`size` contracts make a backlog of a 250th as many alerts; replicas share PostgreSQL alone."""
    alerts = min(MOST_ALERTS, max(size // 250, 20))
    figures = _leases(site, min(BATCHES, max(size // 5_000, 2)), runs)
    for answer_s, most in ((ANSWER_S, alerts), (SLOW_ANSWER_S, min(alerts, SLOW_ALERTS))):
        figures += _replicas(site, directory, most, answer_s)
    return figures


def _replicas(site: Site, directory: Path, alerts: int, answer_s: float) -> list[Figure]:
    """What one replica tells, and on PostgreSQL two of them."""
    told = f"{alerts:,} alerts, a platform of {answer_s * 1000:,.0f} ms"
    one = _rate(site, directory, alerts, 1, answer_s)
    figures = [
        Figure("drain", site.dialect, f"{told}, one replica", one, "rows/s", note="each once")
    ]
    if site.dialect == "postgresql":
        two = _rate(site, directory, alerts, 2, answer_s)
        figures.append(
            Figure(
                "drain", site.dialect, f"{told}, two replicas", two, "rows/s",
                goal=1 / 1.5, floor=one, floor_is="one replica", note=f"{two / one:.2f} times as fast",
            )
        )  # fmt: skip
    return figures


def _leases(site: Site, batches: int, runs: int) -> list[Figure]:
    with site.fresh() as url:
        raw, one, two = asyncio.run(_leased(url, batches, runs))
    rows = batches * outbox.BATCH
    return [
        Figure(
            "drain", site.dialect, f"lease and acknowledge, batches of {outbox.BATCH}, {who}",
            rows / seconds, "rows/s", goal=2.5, floor=rows / raw, floor_is="the same as bare SQL",
        )
        for who, seconds in (("one worker", one), ("two workers of a process", two))
    ]  # fmt: skip


async def _leased(url: str, batches: int, runs: int) -> tuple[float, float, float]:
    store = Store.open(url)
    raw, one, two = [], [], []
    try:
        await outbox.put_backlog(store, batches)
        for _ in range(runs):
            outbox.wait_again(url)
            raw.append(outbox.raw_s(url, batches))
            outbox.wait_again(url)
            one.append(await outbox.ours_s(store, batches))
            outbox.wait_again(url)
            two.append(await outbox.ours_s(store, batches, 2))
    finally:
        await store.close()
    return median(raw), median(one), median(two)


def _rate(site: Site, directory: Path, alerts: int, replicas: int, answer_s: float) -> float:
    """Alerts a second that some replicas tell together."""
    with site.fresh() as url:
        laid = lay_backlog(url, alerts, "robot:r{}", PLACES)
        rate = asyncio.run(_drained(directory, url, laid, replicas, answer_s))
        assert states(url).get("review", 0) == states(url).get("failed", 0) == 0
    return rate


async def _drained(directory: Path, url: str, alerts: int, replicas: int, answer_s: float) -> float:
    """All processes are up before the platform answers anything."""
    async with platforms(answer_s=answer_s, name=NAME) as told:
        with ExitStack() as stack:
            told.closed = True
            robots = [f"r{number}" for number in range(PLACES)]
            toml = settings(url, told.address, slack=False, robots=robots)
            for number in range(replicas):
                replica = service(directory, f"replica{number}", toml)
                await asyncio.to_thread(stack.enter_context, replica)
            told.open()
            rate = await _rate_of(told, alerts)
            await asyncio.to_thread(stack.close)
    assert told.told.total() == alerts, (told.told.total(), alerts)
    assert set(told.told.values()) == {1}
    return rate


async def _rate_of(told: Platforms, alerts: int) -> float:
    first, last = (max(int(alerts * part), 1) for part in MEASURED)
    await told.until(first, WITHIN_S)
    began, before = time.perf_counter(), told.posts
    await told.until(last, WITHIN_S)
    seconds, posts = time.perf_counter() - began, told.posts - before
    await told.until(alerts, WITHIN_S)
    return posts / seconds

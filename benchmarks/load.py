"""Two hundred people on both platforms at once, over HTTP, against a service in its own process.

Half of them are in Slack (signed commands, buttons, forms), half in WeCom (sealed lines to the app
and to the AI bot). Everybody waits for an answer, then for a while, then does the next thing.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp

from benchmarks.backlog import ticked
from benchmarks.book import NOW, Book, reps_of
from benchmarks.callbacks import name_accounts
from benchmarks.databases import Site, bare
from benchmarks.errands import SLACK_S, TURNS, WECOM_S, Errands, Person, Way, people_of
from benchmarks.figures import Figure
from benchmarks.platforms import platforms
from benchmarks.services import most_resident_mb, resident_mb, service, settings
from benchmarks.timing import median, percentile
from benchmarks.week_before import lay_alerts

PEOPLE, ERRANDS_EACH = 200, 30
PAUSE_S = 5.0
"""Between an answer and the next thing of a person, on average."""

ALERTS, ALERTS_WITHIN = 1_000, timedelta(minutes=5)
"""What goes out meanwhile."""

REST_S = 15.0
AT_REST_MB, UNDER_LOAD_MB = 150, 400
LAG_S = 0.1
_LAG = re.compile(r"^renewals_\w*loop_lag\w*(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


def measure(site: Site, size: int, directory: Path) -> list[Figure]:
    """A book of `size` contracts, and at most as many people as look after it.

    A small one has one person on each way, who hurry.
    """
    with site.fresh() as url:
        book = asyncio.run(ticked(url, size))
        with bare(url) as connection:
            name_accounts(connection, book)
            # Not the backlog of a book that was laid today, which nobody works beside.
            lay_alerts(connection, min(ALERTS, size // 50), ALERTS_WITHIN)
            if not connection.sqlite:
                connection.run("VACUUM ANALYZE")  # as the server does by itself within a minute
        return asyncio.run(_measured(site, url, book, directory))


async def _measured(site: Site, url: str, book: Book, directory: Path) -> list[Figure]:
    small = book.size < 10_000
    # Two who spoke as the same rep would be told to wait: nobody says so much at once.
    count = max(len(TURNS), min(PEOPLE, reps_of(book.size)))
    each, pause_s = (12, 0.1) if small else (ERRANDS_EACH, PAUSE_S)
    async with platforms() as told, aiohttp.ClientSession() as session:
        began = time.monotonic()
        running = service(directory, "load", settings(url, told.address))
        started = await asyncio.to_thread(running.__enter__)
        try:
            pid = started.process.pid
            await asyncio.sleep(0.5 if small else REST_S)
            at_rest = resident_mb(pid)
            errands = Errands.at(
                started.address,
                session,
                lambda: NOW.timestamp() + time.monotonic() - began,
                told,
            )
            with bare(url) as connection:
                people = people_of(connection, book, count, each)
            lags: list[float] = []
            watching = asyncio.create_task(_watch(session, started.address, lags))
            await asyncio.sleep(0)
            async with asyncio.TaskGroup() as group:
                for seed, person in enumerate(people):
                    group.create_task(_one(errands, person, Random(seed), each, pause_s))
            watching.cancel()
            most = most_resident_mb(pid)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    return _figures(site, errands, count, at_rest, most, lags)


async def _one(
    errands: Errands, person: Person, random: Random, count: int, pause_s: float
) -> None:
    await asyncio.sleep(random.uniform(0, 2 * pause_s))
    for _ in range(count):
        await errands.run(person, random)
        await asyncio.sleep(random.uniform(0, 2 * pause_s))


async def _watch(session: aiohttp.ClientSession, address: str, lags: list[float]) -> None:
    """How far the service's loop lags, by its own account."""
    while True:
        async with session.get(f"{address}/metrics") as response:
            lags += [float(each) for each in _LAG.findall(await response.text())]
        await asyncio.sleep(2)


def _figures(
    site: Site, errands: Errands, people: int, at_rest: float, most: float, lags: list[float]
) -> list[Figure]:
    def figure(
        what: str, value: float, unit: str, goal: float | None = None, note: str = ""
    ) -> Figure:
        return Figure("load", site.dialect, what, value, unit, goal=goal, note=note)

    figures = []
    for what, seconds in sorted(errands.seconds.items()):
        limit = SLACK_S if what.endswith(Way.SLACK) else WECOM_S
        note = f"p50 {median(seconds) * 1000:.0f} ms, {len(seconds)} times"
        figures.append(figure(f"{what}, p99", percentile(seconds, 0.99), "s", limit, note))
    figures.append(figure(f"{people} people, done", errands.done, "errands"))
    figures.append(figure("errors", len(errands.errors), "errors", 0, _of(errands.errors)))
    figures.append(figure("memory of the service at rest", at_rest, "MB", AT_REST_MB))
    figures.append(figure("memory of the service, most under load", most, "MB", UNDER_LOAD_MB))
    if lags:
        figures.append(figure("event-loop lag by /metrics, most", max(*lags, 1e-6), "s", LAG_S))
    return figures


def _of(errors: list[str]) -> str:
    """How many of each errand, and the first one in its words."""
    if not errors:
        return ""
    counts = Counter(each.partition(":")[0] for each in errors).most_common()
    return f"{', '.join(f'{what} {count}' for what, count in counts)}; first: {errors[0][:400]}"

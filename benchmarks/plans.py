"""Pushes through 200 chats of WeCom: what the limits cost in simulated time, and a turn in real time.

The clock is moved to the next turn, so nothing is waited for; the stand-in platform drops silently
what is above its limits, as the real one does. Two workers share the plan.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from benchmarks.book import NOW
from benchmarks.databases import Site, bare
from benchmarks.figures import Figure
from benchmarks.timing import median, percentile, stopwatch, timed
from bot.adapters.wecom_paces import app_pace, robot_pace
from storage.store import Store
from storage.tables import paces
from storage.windows import Pace
from tests.delivery.planning import Plan, least_s
from tests.fakes.strict import LIMITS

CHATS = 200
TURNS = 300
AT_ONCE = 16
PLACES = 20

_SMALL = 100_000
"""Smaller books are tried with fewer chats, to see that everything runs."""


async def measure(site: Site, size: int) -> list[Figure]:
    """The plan through all chats, and what a turn costs."""
    small = size < _SMALL
    with site.fresh() as url:
        figures = await _plan(site.dialect, url, 3 if small else CHATS)
    with site.fresh() as url:
        return figures + await _turns(site.dialect, url, 10 if small else TURNS)


async def _plan(dialect: str, url: str, chats: int) -> list[Figure]:
    """A third of the chats are robots, a third persons of the app, a third the AI bot's."""
    wanted: dict[str, int] = {}
    for number in range(chats):
        kind, posts = (("robot", 45), ("user", 65), ("bot", 65))[number % 3]
        wanted[f"{kind}:c{number}"] = posts
    store = Store.open(url)
    try:
        plan = Plan(store, wanted)
        await plan.put()
        began = time.perf_counter()
        took_s = await plan.run()
        real_s = time.perf_counter() - began
        assert plan.all_told_once()
    finally:
        await store.close()
    posts = sum(wanted.values())
    return [
        Figure(
            "plan", dialect, f"{posts:,} pushes through {chats} chats, simulated",
            took_s, "s", goal=1.05, floor=least_s(wanted, LIMITS), floor_is="what the limits allow",
            note=f"{len(plan.wecom.dropped)} dropped; {posts / real_s:,.0f} pushes/s in real time",
        )
    ]  # fmt: skip


async def _turns(dialect: str, url: str, turns: int) -> list[Figure]:
    """A turn of a place and its corp, against one bare upsert in a transaction of its own."""
    bare_s = _bare_upserts(url, turns)
    store = Store.open(url)
    numbers = itertools.count()
    try:
        upserts = [await timed(lambda: _upsert(store, next(numbers))) for _ in range(turns)]
        robots = [await timed(lambda: _robot(store, next(numbers))) for _ in range(turns)]
        persons = [await timed(lambda: _person(store, next(numbers))) for _ in range(turns)]
        began = time.perf_counter()
        for _ in range(turns // AT_ONCE):
            await asyncio.gather(*(_person(store, next(numbers)) for _ in range(AT_ONCE)))
        rate = turns // AT_ONCE * AT_ONCE / (time.perf_counter() - began)
        async with store.read() as tx:
            found = await tx.connection.execute(select(paces.c.posted, paces.c.counted))
            most = max(len(json.dumps([row.posted, row.counted])) for row in found)
    finally:
        await store.close()
    note = (
        f"p99 {percentile(persons, 0.99) * 1000:.1f} ms; {rate:,.0f}/s by {AT_ONCE} at once; "
        f"largest row {most:,} characters; bare driver's upsert {median(bare_s) * 1000:.2f} ms"
    )
    return [
        Figure(
            "plan", dialect, what, median(times), "s",
            goal=4, floor=median(upserts), floor_is="one upsert in a transaction", note=said,
        )
        for what, times, said in (
            ("a turn of a robot", robots, ""),
            ("a turn of a person, app and corp", persons, note),
        )
    ]  # fmt: skip


def _bare_upserts(url: str, turns: int) -> list[float]:
    seconds = []
    with bare(url) as connection:
        for number in range(turns):
            with stopwatch() as watch:
                connection.run(
                    "INSERT INTO paces (platform, place, posted) VALUES ('bench', ?, ?) "
                    "ON CONFLICT (platform, place) DO UPDATE SET posted = excluded.posted",
                    [f"p{number % PLACES}", f"[{number}]"],
                )
            seconds.append(watch.seconds)
    return seconds


async def _upsert(store: Store, number: int) -> None:
    async with store.begin() as tx:
        await tx.settings.put(f"bench:{number % PLACES}", number, at=NOW)


async def _robot(store: Store, number: int) -> None:
    await _reserve(store, robot_pace(f"robot:r{number % PLACES}"), number)


async def _person(store: Store, number: int) -> None:
    await _reserve(store, app_pace(f"user:u{number % PLACES}", seats=5_000), number)


async def _reserve(store: Store, wanted: Sequence[Pace], number: int) -> None:
    async with store.begin() as tx:
        at = NOW + timedelta(seconds=number / 2)
        assert await tx.pacing.reserve("wecom", wanted, steady=at) == {}

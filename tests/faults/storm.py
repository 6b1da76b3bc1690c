"""One storm from its first customer to its verdict."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from scoring.errors import StoreUnavailable
from tests.faults.book import Alert, Sizes, add_contracts, lay_out, place_of
from tests.faults.callers import Callers
from tests.faults.ledger import Ledger
from tests.faults.misbehaving import LATEST_S
from tests.faults.mishaps import database_trouble, lifting, trouble, until_written
from tests.faults.oracle import Verdict, judge_calls, judge_claims, judged
from tests.faults.site import Site, site
from tests.faults.weather import Weather

TRACED_MOST = 5
CUSTOMERS_TALKED_OF = 4_000
"""More than there are lines in the longest storm: each has one call, or one claim."""

COMMITS_LOST = 0.02

QUIET_S = 6.0
"""A tick and a little: so long nothing new may appear before it is over."""

DRAIN_MOST_S = 240.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard it blows. `customers_per_s` have their alerts put; `lines_per_s` are said."""

    seed: int
    database: str
    seconds: float
    repeat: bool = True
    rate: float = 0.6
    customers_per_s: float = 5.0
    lines_per_s: float = 1.0
    replica_every_s: float = 25.0
    database_every_s: float = 3.0
    sizes: Sizes = field(default_factory=Sizes)


@dataclass(slots=True)
class Report:
    """What was thrown at the bot, and what has become of it."""

    plan: Plan
    verdict: Verdict
    injected: Counter[str]
    requests: int
    ambiguous: int
    repeats_dropped: int
    left_open: int
    seconds: float
    died: list[int]
    unknown: set[str]
    statuses: set[int]
    traces: list[str]
    logs: dict[str, str]

    @property
    def well(self) -> bool:
        """Whether every promise was kept, and every replica lived as long as it was let."""
        return self.verdict.well and not (self.left_open or self.died or self.unknown)


async def blow(plan: Plan) -> Report:
    """Run one storm; the same seed throws the same dice, but processes are never quite the same."""
    begun = time.monotonic()
    weather = Weather(plan.seed, rate=plan.rate)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="storm")))
        here = await stack.enter_async_context(
            site(folder, plan.database, weather, plan.sizes, repeat=plan.repeat)
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await lay_out(here.store, plan.sizes, CUSTOMERS_TALKED_OF, now=here.now())
        await asyncio.gather(*(one.keep_alive() for one in here.replicas))
        if here.database.proxy is not None:
            here.database.proxy.worsen(COMMITS_LOST)
        people = Callers(plan.sizes, here.replicas, weather, here.now, here.platforms, session)
        watch = _Watch()
        expected = await _stormy(plan, here, people, watch)
        left_open = await _calmed(here, people)
        verdict = judged(expected, here.ledger.shown, await here.bad_ends())
        answers = [(one.place, one.words) for one in people.answers]
        answers += [*here.slack.replies, *((one.place, one.words) for one in here.ledger.shown)]
        judge_calls(verdict, (words for _, words in answers), await here.kept_calls())
        owners = {one: place_of(plan.sizes.owner_of(one), plan.sizes) for one in people.claims}
        judge_claims(verdict, people.claims, answers, await here.claimed(), owners)
        return Report(
            plan=plan,
            verdict=verdict,
            injected=weather.injected,
            requests=here.ledger.requests,
            ambiguous=watch.ambiguous_most,
            repeats_dropped=here.wecom.repeats_dropped,
            left_open=left_open,
            seconds=time.monotonic() - begun,
            died=[code for one in here.replicas for code in one.died],
            unknown=here.slack.unknown | here.wecom.unknown - {"user/get"},
            statuses=people.statuses,
            traces=[
                await here.traces(one) for one in sorted({lost.customer for lost in verdict.lost})
            ][:TRACED_MOST],
            logs=_logs(folder, here.ledger, answers),
        )


@dataclass(slots=True)
class _Watch:
    ambiguous_most: int = 0

    async def look(self, here: Site) -> None:
        """How many deliveries are in doubt at once, now and then."""
        while True:
            await asyncio.sleep(2.0)
            try:
                self.ambiguous_most = max(self.ambiguous_most, await here.ambiguous())
            except StoreUnavailable:
                continue


async def _stormy(plan: Plan, here: Site, people: Callers, watch: _Watch) -> list[Alert]:
    """Everything at once for so long; the alerts that there are to be."""
    work: list[Coroutine[Any, Any, None]] = [
        *(trouble(here, one, every_s=plan.replica_every_s) for one in here.replicas),
        database_trouble(here, every_s=plan.database_every_s),
        lifting(here),
        watch.look(here),
        _talking(people, plan),
    ]
    tasks = [asyncio.create_task(one) for one in work]
    try:
        expected = await _adding(plan, here)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if not isinstance(end, asyncio.CancelledError):
            raise AssertionError("the storm itself broke down") from end
    return expected


async def _adding(plan: Plan, here: Site) -> list[Alert]:
    """Customers come into the book, some at a time."""
    over_at = time.monotonic() + plan.seconds
    expected: list[Alert] = []
    first, owed = 1, 0.0
    while time.monotonic() < over_at:
        await asyncio.sleep(1.0)
        owed += plan.customers_per_s
        customers = range(first, first + int(owed))
        owed -= len(customers)
        first = customers.stop

        async def add(customers: range = customers) -> None:
            await add_contracts(here.store, plan.sizes, customers, now=here.now())

        await until_written(add)
        expected += [alert for one in customers for alert in plan.sizes.alerts(one)]
    return expected


async def _talking(people: Callers, plan: Plan) -> None:
    while True:
        await asyncio.sleep(1 / plan.lines_per_s)
        people.say_something()


async def _calmed(here: Site, people: Callers) -> int:
    """Let everything come to its end in fair weather; how many deliveries never do."""
    here.weather.calm()
    if here.database.proxy is not None:
        here.database.proxy.calm()
    if here.database.server is not None:
        # It may have been crashing when the storm was over.
        await asyncio.to_thread(here.database.server.server.ensure_postgres_running)
    await asyncio.gather(*(one.wake() for one in here.replicas))
    lifter = asyncio.create_task(lifting(here))
    await people.all_told()
    over_at = time.monotonic() + DRAIN_MOST_S
    quiet_since, left = time.monotonic(), 1
    while time.monotonic() < over_at and time.monotonic() - quiet_since < QUIET_S:
        await asyncio.sleep(0.5)
        left = await here.open_rows()
        if left:
            quiet_since = time.monotonic()
    await asyncio.sleep(LATEST_S)
    lifter.cancel()
    return left


def _logs(folder: Path, ledger: Ledger, answers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What the replicas wrote, and what people saw, a line per post."""
    logs = {path.name: path.read_text(errors="replace") for path in folder.glob("*.log")}
    posts = (f"{one.number} {one.way} {one.place} {one.words}" for one in ledger.shown)
    return {**logs, "posts.txt": "\n".join(posts), "answers.txt": "\n".join(map(" ".join, answers))}

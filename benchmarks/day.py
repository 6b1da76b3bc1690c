"""24 simulated hours under load: memory, files, the write-ahead log and tables must not grow.

A real service in a process of its own. Its clock is moved on in steps; in each of them people on
both platforms speak and alerts go out. What the process keeps for minutes it keeps for minutes of
real time, so that a day takes half an hour: long enough for it to be dropped within a quarter.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp

from benchmarks import standing
from benchmarks.backlog import ticked
from benchmarks.book import NOW, Book
from benchmarks.callbacks import name_accounts
from benchmarks.databases import Bare, Site, bare
from benchmarks.errands import Errands, Person, people_of
from benchmarks.figures import Figure
from benchmarks.moved_service import Moved, moved_service
from benchmarks.platforms import Platforms, platforms
from benchmarks.services import settings
from benchmarks.week_before import lay_alerts, lay_week

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of a day: `steps` of the clock, each `step_s` long, with so many errands."""

    steps: int
    step_s: float
    errands: int
    people: int
    alerts: int


FULL = Plan(steps=288, step_s=6.25, errands=48, people=200, alerts=4_500)
"""Five minutes a step; 13,824 errands of people and the alerts, in half an hour."""

SMALL = Plan(steps=8, step_s=0.1, errands=4, people=4, alerts=16)
SPOKEN_PART = 0.7
"""Of a step, in which people begin to speak."""


def measure(site: Site, size: int) -> list[Figure]:
    """A book of `size` contracts; a small one has a hurried day."""
    plan = SMALL if size < 10_000 else FULL
    with site.fresh() as url, tempfile.TemporaryDirectory(prefix="day") as directory:
        book = asyncio.run(ticked(url, size))
        with bare(url) as connection:
            name_accounts(connection, book)
            alerts = lay_alerts(connection, plan.alerts, DAY)
            a_day = plan.steps * plan.errands
            lay_week(connection, changes=a_day // 4, taps=a_day // 5, streams=a_day // 50, files=20)
            if not connection.sqlite:
                connection.run("VACUUM ANALYZE")
        return asyncio.run(_lived(site.dialect, url, book, plan, alerts, Path(directory)))


async def _lived(
    dialect: str, url: str, book: Book, plan: Plan, alerts: int, directory: Path
) -> list[Figure]:
    async with platforms() as told, aiohttp.ClientSession() as session:
        toml = settings(url, told.address)
        with bare(url) as connection:
            people = people_of(connection, book, plan.people, plan.steps * plan.errands)
            async with moved_service(directory, toml) as service:
                day = Day(plan, service, people, connection, url)
                errands = Errands.at(service.address, session, day.now, told)
                began = time.monotonic()
                await day.live(errands)
            took_s = time.monotonic() - began
            left = connection.scalar(
                "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'leased', 'ambiguous', "
                "'review', 'failed') AND alone"
            )
        figures = standing.grown("day", dialect, day.samples)
        return figures + _done(dialect, plan, errands, told, alerts, left, took_s)


@dataclass(slots=True)
class Day:
    """The steps of a day, and what was seen after each."""

    plan: Plan
    service: Moved
    people: Sequence[Person]
    connection: Bare
    url: str
    samples: list[standing.Sample] = field(default_factory=list)
    at: datetime = NOW
    moved: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """What the service's clock says."""
        return self.at.timestamp() + time.monotonic() - self.moved

    async def live(self, errands: Errands) -> None:
        """All steps; nobody waits for an answer while the clock is moved."""
        random = Random(7)
        for number in range(1, self.plan.steps + 1):
            begun = time.monotonic()
            speakers = random.sample(self.people, min(self.plan.errands, len(self.people)))
            async with asyncio.TaskGroup() as group:
                for person in speakers:
                    group.create_task(self._speak(errands, person, random))
            await asyncio.sleep(max(0.0, begun + self.plan.step_s - time.monotonic()))
            self.at = NOW + DAY * number / self.plan.steps
            held = await self.service.move_to(self.at)
            self.moved = time.monotonic()
            pid = self.service.process.pid
            self.samples.append(standing.taken(self.connection, self.url, pid, held))

    async def _speak(self, errands: Errands, person: Person, random: Random) -> None:
        await asyncio.sleep(random.uniform(0, SPOKEN_PART * self.plan.step_s))
        await errands.run(person, random)


def _done(
    dialect: str,
    plan: Plan,
    errands: Errands,
    told: Platforms,
    alerts: int,
    left: int,
    took_s: float,
) -> list[Figure]:
    def figure(
        what: str, value: float, unit: str, goal: float | None = None, note: str = ""
    ) -> Figure:
        return Figure("day", dialect, what, value, unit, goal=goal, note=note)

    first = errands.errors[0] if errands.errors else ""
    sent = sum(told.calls[name] for name in SENDING)
    return [
        figure(f"24 hours in {plan.steps} steps", took_s, "s"),
        figure(f"errands of {plan.people} people done", errands.done, "errands"),
        figure("messages sent", sent, "messages", note=f"{alerts} alerts of the day among them"),
        figure("alerts not told at its end", left, "rows", max(plan.alerts / 100, 1)),
        figure("errors", len(errands.errors), "errors", 0, first),
    ]


SENDING = ("chat.postMessage", "chat.update", "webhook/send", "message/send")

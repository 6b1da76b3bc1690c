"""A whole service in a process of its own, fake robots for it to post to, and things to tell."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from handlers.notices import NOTICE, Notice
from scoring.model import Locale, Role
from storage.outbox import Notification
from storage.store import Store
from tests.fakes.robot import FakeRobots, Fault, Taken
from tests.processes import ROOT, Started, started

NAME = re.compile(r"\bN-\d+\b")

READER = "Ada Park"
_READER = {"name": READER, "role": Role.REP, "wecom_id": "ada", "locale": Locale.EN}

CONFIG = """
locale = "en"
tick_every_s = 5
{top}
[http]
port = 0
{http}
[wecom]
api_url = "{robots_url}"
[wecom.robots]
{robots}
{more}
"""


class SlowRobots(FakeRobots):
    """Takes its time over every post until `going` is set; `begun` once one waits."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.begun, self.going = asyncio.Event(), asyncio.Event()

    async def _answer(self, request: web.Request, fault: Fault, taken: Taken) -> web.StreamResponse:
        self.begun.set()
        await self.going.wait()
        return await super()._answer(request, fault, taken)


def robot_names(count: int) -> list[str]:
    """So many robots, because each takes twenty messages a minute."""
    return [f"r{number}" for number in range(count)]


def configured(
    folder: Path,
    robots: FakeRobots,
    *,
    count: int = 1,
    top: Mapping[str, object] | None = None,
    http: Mapping[str, object] | None = None,
    more: str = "",
) -> Path:
    """A `renewals.toml` whose robots are the fake ones."""
    path = folder / "renewals.toml"
    keys = "\n".join(f'{name} = {{ key = "{name}" }}' for name in robot_names(count))
    path.write_text(
        CONFIG.format(
            top=_lines(top),
            http=_lines(http),
            robots_url=robots.url,
            robots=keys,
            more=more,
        ),
        encoding="utf-8",
    )
    return path


def _lines(values: Mapping[str, object] | None) -> str:
    return "\n".join(f"{name} = {value}" for name, value in (values or {}).items())


@asynccontextmanager
async def replica(
    config: Path, database_url: str, *, program: Path = ROOT
) -> AsyncIterator[Started]:
    """`renewals run`, once it is ready; killed at the end if it still runs."""
    service = started(
        *("run", "--config", str(config), "--db", database_url),
        environment={"PYTHONPATH": str(program), "PYTHONWARNINGS": "ignore"},
        cwd=program,
    )
    running = await asyncio.to_thread(service.__enter__)
    try:
        yield running
    finally:
        await asyncio.to_thread(service.__exit__, None, None, None)


async def put(store: Store, names: Iterable[str], *, robots: int = 1) -> None:
    """Things to tell, due now: each names itself, and goes to a robot by its number."""
    now = datetime.now(UTC)
    places = robot_names(robots)
    async with store.begin() as tx:
        reader = await tx.people.by_name(READER)
        reads = reader.id if reader else await tx.people.add(_READER, now=now)
    rows = [
        Notification(
            key=name,
            kind=NOTICE,
            platform="wecom",
            place=f"robot:{places[_number(name) % robots]}",
            due_at=now,
            person_id=reads,
            facts=Notice("cli.health.failing", {"part": name, "why": "."}).facts(),
            alone=True,
        )
        for name in names
    ]
    async with store.begin() as tx:
        await tx.outbox.put(rows, now=now)


def _number(name: str) -> int:
    return int(name.removeprefix("N-"))


def told(robots: FakeRobots) -> Counter[str]:
    """How often each was told."""
    return Counter(name for content in robots.contents() for name in NAME.findall(content))


async def states(store: Store) -> dict[str, str]:
    """The state of each."""
    async with store.read() as tx:
        return {row.key: row.state.value for row in await tx.outbox.rows()}

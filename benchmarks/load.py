"""Two hundred people on both platforms at once, over HTTP, against a service in its own process.

Half of them type `/renewals …` in Slack, signed; half write to the AI bot of WeCom, sealed and
signed. Everybody waits for an answer, then for a while, then says the next thing.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import aiohttp

from benchmarks.backlog import ticked
from benchmarks.book import NOW, Book
from benchmarks.callbacks import ENVELOPE, name_accounts
from benchmarks.databases import Site, bare
from benchmarks.figures import Figure
from benchmarks.platforms import platforms
from benchmarks.services import most_resident_mb, resident_mb, service, settings
from benchmarks.slashes import signed
from benchmarks.timing import median, percentile
from bot.slack.doors import PATH
from bot.wecom.doors import AIBOT_PATH
from tests.wecom import forging

PEOPLE = 200
LINES_EACH = 12
PAUSE_S = 5.0
"""Between an answer and the next line of a person, on average."""

REST_S = 15.0
AT_REST_MB, UNDER_LOAD_MB = 150, 400
SLACK_S, WECOM_S = 3.0, 5.0
"""How long each platform waits for an answer."""

SAYS = {
    "due": ("due", "到期"),
    "show": ("show Customer {account}", "客户 Customer {account}"),
    "claim": ("claim R-{opportunity}", "认领 R-{opportunity}"),
    "proof": ("proof", "防遗漏"),
    "mine": ("mine", "我的"),
}
_LAG = re.compile(r"^renewals_\w*loop_lag\w*(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


@dataclass(slots=True)
class Crowd:
    """Everybody, and how long each answer took by verb."""

    address: str
    session: aiohttp.ClientSession
    began: float
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lag_s: list[float] = field(default_factory=list)
    said: int = 0
    lines_each: int = LINES_EACH
    pause_s: float = PAUSE_S

    def now(self) -> float:
        """What the clock of the service says."""
        return NOW.timestamp() + time.monotonic() - self.began

    async def slack(self, person: int, line: str) -> str:
        """A slash command; the acknowledgement is the answer."""
        self.said += 1
        form = {
            "command": "/renewals", "text": line, "user_id": f"U{person:06}", "user_name": "rep",
            "team_id": "T1", "team_domain": "acme", "channel_id": "D1", "api_app_id": "A1",
            "channel_name": "directmessage", "trigger_id": f"{self.said}.1.x",
            "response_url": f"https://hooks.slack.com/commands/T1/{self.said}/x",
        }  # fmt: skip
        body = urlencode(form).encode()
        async with self.session.post(
            f"{self.address}{PATH}", data=body, headers=signed(body, int(self.now()))
        ) as response:
            return f"{response.status} {await response.text()}"

    async def wecom(self, person: int, line: str) -> str:
        """A line to the AI bot, and its stream until it ends."""
        self.said += 1
        told: dict[str, object] = {"msgtype": "text", "text": {"content": line}}
        while True:
            status, said = await self._aibot(person, told)
            stream = said.get("stream", {})
            if status != 200 or stream.get("finish", True):
                return f"{status} {json.dumps(said)}"
            await asyncio.sleep(0.2)
            told = {"msgtype": "stream", "stream": {"id": stream["id"]}}

    async def _aibot(
        self, person: int, told: dict[str, object]
    ) -> tuple[int, dict[str, dict[str, object]]]:
        body = {
            "msgid": f"M{self.said}-{time.monotonic_ns()}", "aibotid": "aib1",
            "from": {"userid": f"w{person}"}, "chattype": "single", **told,
        }  # fmt: skip
        sealed = forging.encrypted(forging.packed(json.dumps(body).encode(), ""))
        query = forging.signed(sealed, timestamp=str(int(self.now())))
        url = f"{self.address}{AIBOT_PATH}?{urlencode(query)}"
        async with self.session.post(url, data=json.dumps({"encrypt": sealed})) as response:
            text = await response.text()
        if response.status != 200 or not text:
            return response.status, {}
        encrypted = json.loads(text)["encrypt"]
        at = NOW.fromtimestamp(self.now(), NOW.tzinfo)
        opened = ENVELOPE.open(
            forging.signed(encrypted, timestamp=query["timestamp"]), encrypted, at
        )
        return response.status, json.loads(opened)

    async def one(self, person: int, seed: int, mine: Sequence[int], book: Book) -> None:
        """What one person says."""
        random = Random(seed)
        by_slack = seed % 2 == 0
        await asyncio.sleep(random.uniform(0, self.pause_s))
        claims = list(mine)
        for _ in range(self.lines_each):
            verb = random.choice([verb for verb in SAYS if verb != "claim" or claims])
            words = SAYS[verb][0 if by_slack else 1]
            opportunity = claims.pop() if verb == "claim" else 0
            account = _account(random, person, book)
            line = words.format(account=account, opportunity=opportunity)
            began = time.perf_counter()
            answer = await (self.slack if by_slack else self.wecom)(person, line)
            seconds = time.perf_counter() - began
            self.seconds[f"{verb}, {'Slack' if by_slack else 'WeCom'}"].append(seconds)
            if not answer.startswith("200") or len(answer) < 30:
                self.errors.append(f"{line}: {answer[:200]}")
            await asyncio.sleep(random.uniform(0, 2 * self.pause_s))

    async def watch(self) -> None:
        """How far the service's loop lags, by its own account."""
        while True:
            async with self.session.get(f"{self.address}/metrics") as response:
                found = _LAG.findall(await response.text())
            self.lag_s += [float(each) for each in found]
            await asyncio.sleep(2)


def _account(random: Random, person: int, book: Book) -> int:
    """One of the first ten thousand customers."""
    return random.randint(1, min(book.accounts, 10_000))


def measure(site: Site, size: int, directory: Path) -> list[Figure]:
    """A book of `size` contracts; a small one has a tenth of the people, who hurry."""
    small = size < 10_000
    with site.fresh() as url:
        book = asyncio.run(ticked(url, size))
        with bare(url) as connection:
            name_accounts(connection, book)
        return asyncio.run(_measured(site, url, book, directory, small=small))


async def _measured(
    site: Site, url: str, book: Book, directory: Path, *, small: bool
) -> list[Figure]:
    async with platforms() as told, aiohttp.ClientSession() as session:
        began = time.monotonic()
        running = service(directory, "load", settings(url, told.address))
        started = await asyncio.to_thread(running.__enter__)
        try:
            pid = started.process.pid
            await asyncio.sleep(1 if small else REST_S)
            at_rest = resident_mb(pid)
            crowd = Crowd(started.address, session, began)
            if small:
                crowd.lines_each, crowd.pause_s = 3, 0.1
            watching = asyncio.create_task(crowd.watch())
            with bare(url) as connection:
                reps = connection.scalar("SELECT max(id) FROM people WHERE role = 'rep'")
                mine = _mine(connection.run(_OPEN).fetchall())
            people = 10 if small else PEOPLE
            async with asyncio.TaskGroup() as group:
                for seed in range(people):
                    person = seed % reps + 1
                    own = mine[person][seed // reps :: -(-people // reps)][:LINES_EACH]
                    group.create_task(crowd.one(person, seed, own, book))
            watching.cancel()
            most = most_resident_mb(pid)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    return _figures(site, crowd, people, at_rest, most)


_OPEN = (
    "SELECT c.owner_id, o.id FROM opportunities o JOIN contracts c ON c.id = o.contract_id "
    "WHERE o.claimed_by_id IS NULL AND o.stage NOT IN ('won', 'lost') AND c.owner_id IS NOT NULL "
    "ORDER BY o.id LIMIT 20000"
)


def _mine(rows: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for person, opportunity in rows:
        found[person].append(opportunity)
    return found


def _figures(site: Site, crowd: Crowd, people: int, at_rest: float, most: float) -> list[Figure]:
    def figure(
        what: str, value: float, unit: str, goal: float | None = None, note: str = ""
    ) -> Figure:
        return Figure("load", site.dialect, what, value, unit, goal=goal, note=note)

    figures = []
    for what, seconds in sorted(crowd.seconds.items()):
        limit = SLACK_S if what.endswith("Slack") else WECOM_S
        note = f"median {median(seconds) * 1000:.0f} ms, {len(seconds)} lines"
        figures.append(figure(f"{what}, p99", percentile(seconds, 0.99), "s", limit, note))
    lines = sum(map(len, crowd.seconds.values()))
    wrong = crowd.errors[0] if crowd.errors else "none"
    said = f"{people} people, {lines} lines"
    figures.append(figure(said, lines, "lines", note=f"{len(crowd.errors)} errors: {wrong}"))
    figures.append(figure("memory of the service at rest", at_rest, "MB", AT_REST_MB))
    figures.append(figure("memory of the service, most under load", most, "MB", UNDER_LOAD_MB))
    if crowd.lag_s:
        figures.append(figure("event-loop lag by /metrics", max(max(crowd.lag_s), 1e-6), "s", 0.1))
    return figures

"""The same number of notifications by Prometheus's Alertmanager and by this bot, to one local sink.

Both are killed once in the middle with SIGKILL and started again. Alertmanager keeps alerts in
memory and is told again by Prometheus, which is played here: it tells all once more after the
restart (without that, whatever had not gone out would be lost, which is measured as well).
"""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.backlog import lay_backlog, states
from benchmarks.databases import Site
from benchmarks.figures import Figure
from benchmarks.platforms import Platforms, platforms
from benchmarks.services import service, settings
from tests.processes import Started

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
MISSING = "is not installed here (Debian: apt-get install prometheus-alertmanager)"
MOST, PER_ROBOT = 10_000, 10
NAME = re.compile(r"HT-\d+")
WITHIN_S = 1_800.0
SETTLE_S, LEASE_S = 5, 10
SMALL = 100
"""So few are over before anything of them has to wait that long."""


_CONFIG = """
route: {{receiver: sink, group_by: ['...'], group_wait: 0s, group_interval: 1h, repeat_interval: 24h}}
receivers: [{{name: sink, webhook_configs: [{{url: '{address}/hook', send_resolved: false}}]}}]
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: seconds from the first post to the last, with the kill in between."""

    seconds: float
    lost: int
    doubled: int
    marked: int
    review: int = 0


def measure(site: Site, size: int, directory: Path) -> list[Figure]:
    """A hundredth of `size` notifications, at most 10,000."""
    count = min(MOST, max(size // 100, 20))
    what = f"{count:,} notifications, killed once"
    figures = []
    with site.fresh() as url:
        laid = lay_backlog(url, count, "robot:r{}", max(count // PER_ROBOT, 1))
        ours = asyncio.run(_by_us(url, laid, max(count // PER_ROBOT, 1), directory))
    figures.append(_figure(site, f"{what}, this bot", ours))
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        figures.append(Figure("alertmanager", site.dialect, f"Alertmanager {MISSING}", 1, ""))
        return figures
    for told_again in (True, False):
        theirs = asyncio.run(_by_them(program, count, directory, told_again=told_again))
        again = "told again after it" if told_again else "not told again"
        figures.append(_figure(site, f"{what}, Alertmanager, {again}", theirs))
    return figures


def _figure(site: Site, what: str, found: Outcome) -> Figure:
    note = (
        f"{found.lost} lost, {found.doubled} doubled, {found.marked} marked as possibly repeated, "
        f"{found.review} for review"
    )
    return Figure("alertmanager", site.dialect, what, found.seconds, "s", note=note)


async def _by_us(url: str, count: int, robots: int, directory: Path) -> Outcome:
    async with platforms(name=NAME) as sink:
        names = [f"r{number}" for number in range(robots)]
        settle_s, lease_s = (1, 2) if count < SMALL else (SETTLE_S, LEASE_S)
        toml = settings(
            url, sink.address, slack=False, robots=names, settle_s=settle_s, lease_s=lease_s
        )
        began = time.perf_counter()
        with service(directory, "bot", toml) as first:
            await sink.until(count // 2, WITHIN_S)
            await asyncio.to_thread(_killed, first)
        replica = service(directory, "bot", toml)
        await asyncio.to_thread(replica.__enter__)
        try:
            async with asyncio.timeout(WITHIN_S):
                while await asyncio.to_thread(_under_way, url):  # noqa: ASYNC110 another process
                    await asyncio.sleep(0.5)
            seconds = time.perf_counter() - began
        finally:
            await asyncio.to_thread(replica.__exit__, None, None, None)
        return _outcome(sink, count, seconds, states(url).get("review", 0))


def _under_way(url: str) -> bool:
    return bool({"waiting", "leased", "ambiguous"} & set(states(url)))


def _killed(running: Started) -> None:
    running.process.send_signal(signal.SIGKILL)
    running.process.wait(10)


async def _by_them(program: str, count: int, directory: Path, *, told_again: bool) -> Outcome:
    home = directory / f"alertmanager{told_again}"
    home.mkdir()
    async with platforms(name=NAME) as sink, aiohttp.ClientSession() as session:
        (home / "config.yml").write_text(_CONFIG.format(address=sink.address), encoding="utf-8")
        began = time.perf_counter()
        with _alertmanager(program, home) as (first, address):
            await _up(session, address)
            telling = asyncio.create_task(_tell(session, address, count))
            await sink.until(count // 2, WITHIN_S)
            first.kill()
            first.wait(10)
            await asyncio.gather(telling, return_exceptions=True)
        with _alertmanager(program, home) as (_, address):
            await _up(session, address)
            if told_again:
                await _tell(session, address, count)
            last = began
            while time.perf_counter() - last < (1.5 if count < SMALL else 15):
                before = sink.posts
                await asyncio.sleep(0.5)
                if sink.posts > before or last == began:
                    last = time.perf_counter()
        return _outcome(sink, count, last - began, 0)


async def _tell(session: aiohttp.ClientSession, address: str, count: int) -> None:
    """All alerts, as Prometheus tells them; in parts of a hundred."""
    for first in range(0, count, 100):
        alerts = [
            {"labels": {"alertname": f"HT-{n}"}, "annotations": {"summary": f"renewal {n}"}}
            for n in range(first, min(first + 100, count))
        ]
        async with session.post(f"{address}/api/v2/alerts", json=alerts) as response:
            response.raise_for_status()


async def _up(session: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with session.get(f"{address}/-/ready") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


@contextmanager
def _alertmanager(program: str, home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            program,
            f"--config.file={home}/config.yml",
            f"--storage.path={home}/kept",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)


def _outcome(sink: Platforms, count: int, seconds: float, review: int) -> Outcome:
    once = sink.told | sink.marked
    return Outcome(
        seconds,
        lost=count - len(once) - review,
        doubled=sum(told - 1 for told in sink.told.values()),
        marked=sum(sink.marked.values()),
        review=review,
    )

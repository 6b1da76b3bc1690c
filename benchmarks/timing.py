"""Clocks: medians of several runs, percentiles, and how long an event loop was held up."""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LAG_STEP_S = 0.005
"""How often the loop is asked whether it still answers."""


class Stopwatch:
    """Seconds between entering and leaving a block."""

    seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time a block."""
    watch = Stopwatch()
    start = time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - start


def median(seconds: Sequence[float]) -> float:
    """The middle of several runs."""
    return statistics.median(seconds)


def percentile(seconds: Sequence[float], part: float) -> float:
    """The value below which `part` of the runs stay."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of one asynchronous call."""
    with stopwatch() as watch:
        await work()
    return watch.seconds


class Lag:
    """The longest time the loop did not answer, beyond the step it was asked at."""

    worst_s = 0.0


async def watch_lag(lag: Lag) -> None:
    """Measure until cancelled."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(LAG_STEP_S)
        lag.worst_s = max(lag.worst_s, time.perf_counter() - start - LAG_STEP_S)


def peak_mb() -> float:
    """The most memory this process ever held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss would count what the parent held when it started this process.
        (line,) = [x for x in status.read_text().splitlines() if x.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)

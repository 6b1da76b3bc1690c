"""What a service holds at an instant, and whether it held more at the end of a day.

A figure is the median of a quarter of the day. What is in the middle of something when it is
looked at (messages under way, open connections) varies by a few, which is no growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.databases import Bare
from benchmarks.figures import Figure
from benchmarks.services import open_files, resident_mb
from benchmarks.timing import median

GROWTH = 1.05
"""So much of the second quarter the last one may be."""

MEMORY, FILES, WAL = "memory", "open files", "write-ahead log"
TABLES = (
    "inbox", "hearings", "streams", "questions", "staged_files", "parcels", "paces", "pauses",
    "tokens", "uploads", "settings",
)  # fmt: skip
"""What serves for a time and is to be dropped after it."""

VARIES = {FILES: 3.0, "tasks": 5.0, "threads": 2.0, "parcels": 20.0, "pauses": 20.0}
Sample = dict[str, float]


def taken(connection: Bare, url: str, pid: int, held: Sample) -> Sample:
    """Memory (MB), descriptors, the write-ahead log (MB) and rows, beside what the process says."""
    sample = {
        MEMORY: resident_mb(pid),
        FILES: float(open_files(pid)),
        WAL: _wal_mb(connection, url),
    }
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    rows = connection.run(f"SELECT {counts}").fetchone()
    return sample | held | dict(zip(TABLES, map(float, rows), strict=True))


def _wal_mb(connection: Bare, url: str) -> float:
    if connection.sqlite:
        wal = Path(f"{make_url(url).database}-wal")
        return wal.stat().st_size / 1024**2 if wal.exists() else 0.0
    # As every five minutes of a real day; without it the log is as long as the server may keep it.
    connection.run("CHECKPOINT")
    return float(connection.scalar("SELECT sum(size) FROM pg_ls_waldir()")) / 1024**2


def grown(benchmark: str, database: str, samples: Sequence[Sample]) -> list[Figure]:
    """The last quarter against the second, for everything that was looked at."""
    figures = []
    for name in samples[0]:
        quarters = [median([sample[name] for sample in part]) for part in _quarters(samples)]
        before, last = quarters[1], quarters[3]
        unit = "MB" if name in (MEMORY, WAL) else "rows" if name in TABLES else ""
        goal = max(before * GROWTH, before + VARIES.get(name, 0.0))
        shown = ", ".join(f"{value:,.4g}" for value in quarters)
        figures.append(
            Figure(benchmark, database, f"{name}, last quarter", last, unit, goal=goal,
                   note=f"by quarters: {shown}; most {max(s[name] for s in samples):,.4g}")
        )  # fmt: skip
    return figures


def _quarters(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    size = len(samples) / 4
    return [samples[round(at * size) : round((at + 1) * size)] for at in range(4)]

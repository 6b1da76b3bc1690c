"""`python -m benchmarks [--size N] [--only NAME] [--database sqlite|postgresql|both]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import (
    alertmanager,
    callbacks,
    day,
    drain,
    floors,
    health_arithmetic,
    health_book,
    importing,
    lists,
    load,
    lookups,
    plans,
    slack_alerts,
    slashes,
    startup,
    ticks,
    warned,
)
from benchmarks.book import Book, build
from benchmarks.databases import Site, sites
from benchmarks.figures import Figure, table, write

NAMES = (
    "start",
    "tick",
    "chat",
    "look-up",
    "import",
    "plan",
    "callback",
    "slash",
    "slack alerts",
    "health arithmetic",
    "health book",
    "floors",
    "drain",
    "load",
    "alertmanager",
    "warned",
    "day",
)
WITHOUT_DATABASE = frozenset({"start", "health arithmetic"})
RESULTS = Path(__file__).with_name("results.json")

SMALL_PART = 100
"""The small book of a comparison is so many times smaller."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the results."""
    options = _options(arguments)
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks") as folder:
        directory = Path(folder)
        if "start" in options.only:
            figures += _told("start", startup.measure(directory, options.runs))
        if "health arithmetic" in options.only:
            measured = health_arithmetic.measure(options.size, options.runs)
            figures += _told("health arithmetic", measured)
        if set(options.only) - WITHOUT_DATABASE:
            with sites(kinds, directory) as places:
                for site in places:
                    figures += _on(site, options, directory)
    print(f"\n{_machine()}\n\n{table(figures)}")
    write(figures, options.results)
    missed = sum(figure.met is False for figure in figures)
    print(f"\n{missed} of {sum(f.goal is not None for f in figures)} goals missed")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="contracts in the large book")
    parser.add_argument("--only", action="append", choices=NAMES, help="one of them; repeatable")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--runs", type=int, default=3, help="of which the middle one counts")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args(arguments)
    options.only = options.only or list(NAMES)
    return options


def _on(site: Site, options: argparse.Namespace, directory: Path) -> list[Figure]:
    size, only, runs = options.size, options.only, options.runs
    figures: list[Figure] = []
    if "import" in only:
        measured = importing.measure(site, size, directory, runs)
        figures += _told(f"import, {site.dialect}", measured)
    if "look-up" in only:
        measured = asyncio.run(lookups.measure(site, size))
        figures += _told(f"look-up, {site.dialect}", measured)
    if "plan" in only:
        measured = asyncio.run(plans.measure(site, size))
        figures += _told(f"plan, {site.dialect}", measured)
    if "slack alerts" in only:
        measured = asyncio.run(slack_alerts.measure(site, size))
        figures += _told(f"slack alerts, {site.dialect}", measured)
    if "health book" in only:
        figures += _told(f"health book, {site.dialect}", health_book.measure(site, size))
    if "floors" in only:
        figures += _told(f"floors, {site.dialect}", floors.measure(site, size, runs))
    if "drain" in only:
        figures += _told(f"drain, {site.dialect}", drain.measure(site, size, directory, runs))
    if "load" in only:
        figures += _told(f"load, {site.dialect}", load.measure(site, size, directory))
    if "alertmanager" in only:
        measured = alertmanager.measure(site, size, directory)
        figures += _told(f"alertmanager, {site.dialect}", measured)
    if "warned" in only:
        figures += _told(f"warned, {site.dialect}", warned.measure(site, size))
    if "day" in only:
        figures += _told(f"day, {site.dialect}", day.measure(site, size))
    if {"tick", "chat", "callback", "slash"} & set(only):
        with _book(site, size) as large:
            if "tick" in only:
                figures += _told(f"tick, {site.dialect}", ticks.measure(site, large, runs))
            if "callback" in only:
                measured = asyncio.run(callbacks.measure(site, large))
                figures += _told(f"callback, {site.dialect}", measured)
            if "slash" in only:
                measured = asyncio.run(slashes.measure(site, large))
                figures += _told(f"slash, {site.dialect}", measured)
            if "chat" in only:
                with _book(site, max(size // SMALL_PART, 30)) as small:
                    measured = asyncio.run(lists.measure(site.dialect, large, small))
                figures += _told(f"chat, {site.dialect}", measured)
    return figures


@contextmanager
def _book(site: Site, size: int) -> Iterator[Book]:
    with site.fresh() as url:
        start = time.perf_counter()
        book = asyncio.run(build(url, size))
        _say(f"a book of {size:,} contracts, {site.dialect}: {time.perf_counter() - start:.0f} s")
        yield book


def _told(name: str, figures: list[Figure]) -> list[Figure]:
    _say(f"{name}\n{table(figures)}")
    return figures


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _machine() -> str:
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, "
        f"load of the last 1, 5 and 15 minutes {load}"
    )


if __name__ == "__main__":
    main()

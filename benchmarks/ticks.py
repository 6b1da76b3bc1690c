"""The tick over a large book: when nothing is new, and when everything due is."""

from __future__ import annotations

from datetime import date, timedelta

from benchmarks.book import RULES, TODAY, Book
from benchmarks.databases import Bare, Site, bare
from benchmarks.figures import Figure
from benchmarks.inserting import insert_again
from benchmarks.ticking import tick
from benchmarks.timing import median, stopwatch
from scoring.milestones import LAPSED_OFFSET
from scoring.model import Segment

SCANS = 5


def measure(site: Site, book: Book, runs: int) -> list[Figure]:
    """Cold ticks on copies of the book, each followed by its floors on the same copy."""
    cold, floors, repeated, scans, scan_floors = [], [], [], [], []
    rows = ""
    for _ in range(runs):
        with site.copy(book.url) as url:
            cold.append(tick(url))
            repeated.append(tick(url, runs=SCANS)["seconds"])
            scans.append(tick(url, whole_book=True, runs=SCANS)["seconds"])
            with bare(url) as connection:
                if not connection.sqlite:
                    connection.run("VACUUM ANALYZE")
                rows = _written(connection)
                scan_floors.append(_scan(connection))
            floors.append(insert_again(url))
    middle = {name: median([run[name] for run in cold]) for name in cold[0]}
    size = f"{book.size:,} contracts"
    return [
        Figure(
            "tick, same day", site.dialect, size, median(repeated), "s",
            goal=1.5, floor=median(scan_floors), floor_is="bare anti-join scan into a temporary table",
            note="nothing changed: only the mark is read",
        ),
        Figure(
            "tick, nothing crossed", site.dialect, size, median(scans), "s",
            goal=1.5, floor=median(scan_floors), floor_is="bare anti-join scan into a temporary table",
            note="every term of the horizon is compared with the ledger",
        ),
        Figure(
            "tick, cold", site.dialect, size, middle["seconds"], "s",
            goal=2, floor=median(floors), floor_is="the same rows by INSERT … SELECT * FROM copy",
            note=rows,
        ),
        Figure("tick, cold", site.dialect, "event-loop lag", middle["lag_s"], "s", goal=0.1),
        Figure("tick, cold", site.dialect, "peak memory", middle["peak_mb"], "MB", goal=400),
    ]  # fmt: skip


def _written(connection: Bare) -> str:
    due, ledger, opened, told = (
        connection.scalar(f"SELECT count(*) FROM {what}")
        for what in ("ledger WHERE state = 'due'", "ledger", "opportunities", "deliveries")
    )
    return f"{due:,} due, {ledger:,} ledger, {opened:,} opportunities, {told:,} deliveries"


def _scan(connection: Bare) -> float:
    """The shortest statement that finds newest milestones missing in the ledger, and keeps them.

    No grace, no day of the milestone, no other anchor for the end of a notice term.
    """
    connection.run("CREATE TEMPORARY TABLE missing (contract_id BIGINT, offset_days INTEGER)")
    statement = f"""
        INSERT INTO missing SELECT id, offset_days FROM (
            SELECT id, countdown_no, {_newest(TODAY)} AS offset_days
            FROM contracts WHERE status = 'active'
            AND countdown_on <= '{TODAY + timedelta(days=RULES.schedule.horizon_days)}'
        ) c WHERE offset_days IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM ledger l WHERE l.contract_id = c.id
            AND l.countdown_no = c.countdown_no AND l.offset_days = c.offset_days)
        """
    seconds = []
    for _ in range(SCANS):
        with stopwatch() as watch:
            connection.run(statement)
        seconds.append(watch.seconds)
    return median(seconds)


def _newest(today: date) -> str:
    def ladder(segment: Segment) -> str:
        steps = sorted(RULES.schedule.offsets[segment])
        return " ".join(
            f"WHEN countdown_on <= '{today + timedelta(days=days)}' THEN {days}" for days in steps
        )

    return (
        f"CASE WHEN ends_on <= '{today + timedelta(days=LAPSED_OFFSET)}' AND NOT auto_renew "
        f"THEN {LAPSED_OFFSET} WHEN countdown_on <= '{today}' THEN 0 "
        f"WHEN segment = 'strategic' THEN CASE {ladder(Segment.STRATEGIC)} END "
        f"ELSE CASE {ladder(Segment.STANDARD)} END END"
    )

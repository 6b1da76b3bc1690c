"""Warning of a whole chunk of customers at once: the first sight of a book in a bad state, and the
same chunk again with nothing new.

Every customer has a running term with an owner and a team; each warning has two reasons and is told
to a person and to two places. The floor writes the same rows with the bare driver.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.databases import Bare, Site, bare
from benchmarks.figures import Figure
from benchmarks.timing import stopwatch
from handlers.rules import Rules, TeamPlaces
from handlers.warning import warn
from scoring.health.model import Band
from scoring.health.scored import Scores
from scoring.health.worry import Concern, Worry
from storage.store import Store

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
SIZE = 16_384
"""What the scoring job takes in one transaction."""

PEOPLE, TEAMS = 100, 10
RULES = Rules(
    teams=tuple(
        TeamPlaces(f"t{n}", (("slack", f"#t{n}"), ("wecom", f"robot:t{n}"))) for n in range(TEAMS)
    )
)
_WRITTEN = ("risk_warnings", "deliveries")


def _fill(connection: Bare, size: int) -> None:
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    connection.run(
        f"{numbers} INSERT INTO people (id, name, name_key, role, team, wecom_id, linked, created_at) "
        "SELECT i, 'Rep ' || i, 'rep' || i, 'rep', 't' || (i % ?), 'w' || i, true, "
        "'2026-01-01 00:00:00.000000' FROM n",
        [PEOPLE, TEAMS],
    )
    connection.run(
        f"{numbers} INSERT INTO accounts (id, name, name_key, segment, aliases, custom, created_at) "
        "SELECT i, 'Customer ' || i, 'customer' || i, 'standard', '[]', '{}', "
        "'2026-01-01 00:00:00.000000' FROM n",
        [size],
    )
    connection.run(
        f"{numbers} INSERT INTO contracts (id, account_id, contract_no, number_key, starts_on, ends_on, "
        "arr, currency, segment, auto_renew, countdown_on, countdown_no, due_month, known_on, "
        "clock_rev, status, priority, custom, revision, created_at, owner_id, team) "
        "SELECT i, i, 'HT-' || i, 'ht-' || i, '2026-01-01', '2027-01-31', 1000000000, 'CNY', "
        "'standard', false, '2027-01-31', 1, 0, '2026-01-01', 1, 'active', 0, '{}', 0, "
        "'2026-01-01 00:00:00.000000', i % ? + 1, 't' || (i % ?) FROM n",
        [size, PEOPLE, TEAMS],
    )


async def warned(url: str, size: int) -> dict[str, Any]:
    """Seconds of the first time and of the second, and how many warnings each told."""
    ranks = np.full(size, Band.AT_RISK.rank, np.int8)
    none = np.zeros(size, np.int32)
    scores = Scores(
        np.full(size, 48.0), np.zeros((size, 1)), np.ones(size), ranks, ranks, none, none, none
    )
    found = [
        Worry(i, kind, facts)
        for i in range(size)
        for kind, facts in (
            (Concern.OVERDUE, {"overdue_days": 41.0}),
            (Concern.BAND, {"to": Band.AT_RISK.value}),
        )
    ]
    ids = list(range(1, size + 1))
    store, seconds, told = Store.open(url), [], []
    try:
        for _ in range(2):
            with stopwatch() as watch:
                async with store.begin() as tx:
                    told.append(await warn(tx, RULES, NOW, ids, found, scores))
            seconds.append(watch.seconds)
    finally:
        await store.close()
    return {"seconds": seconds, "told": told}


def floor(url: str, written: str) -> float:
    """Bare writing of the rows that the first time wrote."""
    with bare(written) as source:
        rows = {name: source.run(f"SELECT * FROM {name}").fetchall() for name in _WRITTEN}
        if not source.sqlite:
            rows = {name: [_as_json(row) for row in found] for name, found in rows.items()}
    with bare(url) as connection, stopwatch() as watch:
        connection.run("BEGIN IMMEDIATE" if connection.sqlite else "BEGIN")
        for name, found in rows.items():
            marks = ", ".join("?" * len(found[0]))
            connection.run_many(f"INSERT INTO {name} VALUES ({marks})", found)
        connection.run("COMMIT")
    return watch.seconds


def _as_json(row: tuple[Any, ...]) -> tuple[Any, ...]:
    from psycopg.types.json import Jsonb

    return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)


def measure(site: Site, size: int) -> list[Figure]:
    """The figures of one chunk; of a smaller one where the book is small."""
    size = min(size, SIZE)
    with site.fresh() as url:
        with bare(url) as connection:
            connection.run("BEGIN")
            _fill(connection, size)
            connection.run("COMMIT")
        with site.copy(url) as work, site.copy(url) as again:
            did = asyncio.run(warned(work, size))
            floor_s = floor(again, work)
    first, second = did["seconds"]
    what = f"{did['told'][0]:,} customers"
    bare_is = "the same rows written bare"
    return [
        Figure("warned", site.dialect, f"{what}, first sight", first, "s", goal=3, floor=floor_s,
               floor_is=bare_is),
        Figure("warned", site.dialect, f"{what}, nothing new", second, "s", goal=1, floor=floor_s,
               floor_is=bare_is, note=f"{did['told'][1]} told"),
    ]  # fmt: skip

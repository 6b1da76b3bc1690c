"""A large, believable book, laid by the database itself within seconds.

Fifty thousand shapes of a term (dates, amount, notice) are drawn in Python with the product's own
derived columns; the database then gives every contract one of them. The same size makes the same
book, on both databases. One third of the contracts are past and renewed, each by one of the
second third; everything that is not past ends within the next eighteen months, but for a few that
are open-ended or late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.databases import Bare, bare
from handlers.rules import Rules, TeamPlaces
from storage.bulk_values import database_values
from storage.contracts import derived
from storage.store import Store
from storage.tables import contracts, people

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 7, tzinfo=ZONE)
TODAY = NOW.date()

TEAMS = 12
REPS = 200
TERMS_OF_A_REP = 5_000
ADMIN = "UROOT"
"""Slack's id of the one person who may read everything."""

SHAPES = 49_999
"""Prime, so that stepping through them meets all."""

_STEP = 20_011
_HORIZON_DAYS = 548

RULES = Rules(
    zone=ZONE,
    teams=tuple(
        TeamPlaces(f"team {n}", (("slack", f"#renewals-{n}"),)) for n in range(1, TEAMS + 1)
    ),
)
"""Every team hears in one channel, every rep in a direct message."""


@dataclass(frozen=True, slots=True)
class Book:
    """A book that was built, and is not to be changed: work on copies."""

    url: str
    size: int

    @property
    def accounts(self) -> int:
        """How many customers: numbered from 1."""
        return max(self.size // 4, 1)


async def build(url: str, size: int) -> Book:
    """Fill an empty database with `size` contracts of a quarter as many customers."""
    book = Book(url, size)
    store = Store.open(url)
    try:
        async with store.begin() as tx:
            await tx.marks.next_rev()
    finally:
        await store.close()
    with bare(url) as connection:
        connection.run("BEGIN")
        _people(connection, reps_of(size))
        _shapes(connection)
        _accounts(connection, book)
        _contracts(connection, book)
        connection.run("COMMIT")
        if not connection.sqlite:
            # What autovacuum does by itself on a server that has been up for a minute.
            for table in ("accounts", "contracts"):
                connection.run(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
            connection.run("VACUUM ANALYZE")
        else:
            connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    return book


def reps_of(size: int) -> int:
    """How many reps share a book: each looks after as many terms in a small one as in a large."""
    return max(1, min(REPS, size // TERMS_OF_A_REP))


def _people(connection: Bare, reps: int) -> None:
    rows = [
        {
            "id": n,
            "name": f"Rep {n}",
            "name_key": f"rep{n}",
            "role": "rep",
            "team": f"team {n % TEAMS + 1}",
            "slack_id": f"U{n:06}",
            "linked": True,
            "created_at": NOW,
        }
        for n in range(1, reps + 1)
    ]
    admin = {"id": reps + 1, "name": "Root", "name_key": "root", "role": "admin", "team": None}
    rows.append({**rows[0], **admin, "slack_id": ADMIN})
    insert(connection, people, rows)


def _accounts(connection: Bare, book: Book) -> None:
    reps = reps_of(book.size)
    connection.run(
        f"""
        {numbers(connection, book.accounts)}
        INSERT INTO accounts (id, name, name_key, segment, team, csm_id, aliases, custom, created_at)
        SELECT i, 'Customer ' || i, 'customer' || i,
               CASE WHEN i * 7 % 20 = 0 THEN 'strategic' WHEN i * 7 % 20 < 6 THEN 'core'
                    ELSE 'standard' END,
               'team ' || ((i * 31 % {reps} + 1) % {TEAMS} + 1), i * 31 % {reps} + 1, '[]', '{{}}', ?
        FROM n
        """,
        [_instant(connection)],
    )


def _contracts(connection: Bare, book: Book) -> None:
    """The first third is renewed by the second; one in ten has no owner of its own."""
    third = book.size // 3
    connection.run(
        f"""
        {numbers(connection, book.size)}
        INSERT INTO contracts (id, account_id, contract_no, number_key, product, starts_on, ends_on, arr,
            currency, seats, owner_id, team, segment, auto_renew, notice_days, cancel_by_on,
            countdown_on, countdown_no, due_month, known_on, clock_rev, status, priority, custom,
            revision, created_at)
        SELECT n.i, a.id, 'HT-' || n.i, 'ht-' || n.i, 'Platform', s.starts_on, s.ends_on, s.arr, 'CNY',
               s.seats, CASE WHEN n.i % 10 = 0 THEN NULL ELSE a.csm_id END, a.team, a.segment,
               s.auto_renew, s.notice_days, s.cancel_by_on, s.countdown_on, 1, s.due_month, ?, 1,
               CASE WHEN s.past THEN 'renewed' ELSE 'active' END, s.priority, '{{}}', 0, ?
        FROM n
        JOIN accounts a ON a.id = CASE WHEN n.i <= 2 * {third} THEN (n.i - 1) % {max(third, 1)}
                                       ELSE n.i END % {book.accounts} + 1
        JOIN shapes s ON s.no = n.i * {_STEP} % {SHAPES} AND s.past = (n.i <= {third})
        """,
        [TODAY.isoformat() if connection.sqlite else TODAY, _instant(connection)],
    )
    connection.run(
        f"INSERT INTO renewals (predecessor_no, successor_id) "
        f"SELECT contract_no, id + {third} FROM contracts WHERE id <= {third}"
    )


def _shapes(connection: Bare) -> None:
    dates = "TEXT" if connection.sqlite else "DATE"
    connection.run(
        f"CREATE TEMPORARY TABLE shapes (no INTEGER, past BOOLEAN, starts_on {dates}, "
        f"ends_on {dates}, arr BIGINT, seats INTEGER, auto_renew BOOLEAN, notice_days INTEGER, "
        f"cancel_by_on {dates}, countdown_on {dates}, due_month INTEGER, "
        "priority DOUBLE PRECISION, PRIMARY KEY (no, past))"
    )
    random = Random(20_261_123)
    for past in (False, True):
        rows = [_shape(random, past=past) for _ in range(SHAPES)]
        values = database_values(contracts, rows, sqlite=connection.sqlite)
        names = ", ".join(rows[0])
        marks = ", ".join("?" * (len(rows[0]) + 2))
        connection.run_many(
            f"INSERT INTO shapes (no, past, {names}) VALUES ({marks})",
            [(no, past, *row) for no, row in enumerate(values)],
        )
    if not connection.sqlite:
        connection.run("ANALYZE shapes")


def _shape(random: Random, *, past: bool) -> dict[str, Any]:
    months = random.choices((12, 24, 36), (80, 12, 8))[0]
    ends_on: date | None
    if past:
        ends_on = TODAY - timedelta(days=random.randint(1, 720))
    elif random.random() < 0.02:
        ends_on = TODAY - timedelta(days=random.randint(1, 60))
    else:
        ends_on = TODAY + timedelta(days=random.randint(0, _HORIZON_DAYS))
    starts_on = ends_on - timedelta(days=months * 365 // 12 - 1)
    if not past and random.random() < 0.02:
        ends_on = None
    arr = None if random.random() < 0.03 else Decimal(round(random.lognormvariate(11.5, 1.1), -2))
    terms = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "arr": arr,
        "seats": random.choice((None, 5, 20, 50, 200)),
        "auto_renew": random.random() < 0.15,
        "notice_days": random.choices((None, 30, 60, 90), (90, 6, 2, 2))[0] if ends_on else None,
    }
    worked_out = derived({**terms, "contract_no": ""})
    del worked_out["number_key"]
    return {**terms, **worked_out}


def numbers(connection: Bare, count: int) -> str:
    """A WITH clause for `n(i)`: 1 to `count`."""
    if connection.sqlite:
        return f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    return f"WITH n (i) AS (SELECT generate_series(1, CAST({count} AS BIGINT)))"


def insert(connection: Bare, table: Any, rows: list[dict[str, Any]]) -> None:
    """Bare executemany of rows into a table; all have the same columns."""
    names = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join("?" * len(rows[0]))
    connection.run_many(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks})",
        database_values(table, rows, sqlite=connection.sqlite),
    )


def _instant(connection: Bare) -> Any:
    return "2026-11-23 01:07:00.000000" if connection.sqlite else NOW

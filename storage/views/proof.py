"""Whether anything was forgotten: owners, ledger and deliveries of what ends soon, in one query.

It is asked of the whole book at once, by who answers for what: everybody's own proof is the sum of
some shares, so that a hundred people who ask cost one query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.milestones import LAPSED_OFFSET, Schedule
from storage.columns import Instant
from storage.countdown_schedule import newest_offset
from storage.views.reached import owner_of, team_of
from storage.written_off import LATER_TOLD

_TYPES: dict[str, Any] = {
    "today": Date(),
    "horizon": Date(),
    "floor": Date(),
    "lapsed_cut": Date(),
    "overdue_at": Instant(),
}

# The order decides which problem is named when a contract has several.
PROBLEMS = ("failed", "needs_review", "not_delivered", "nobody_to_tell", "not_told", "no_owner")


@dataclass(frozen=True, slots=True)
class ProofCounts:
    """Contracts in the horizon, and how many of them have an owner, were told, were delivered."""

    contracts: int
    owned: int
    told: int
    delivered: int
    exceptions: int


@dataclass(frozen=True, slots=True)
class WrongContract:
    """One contract for which the proof fails: when it counts down to, and why."""

    countdown_on: str
    contract_no: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProofShare:
    """The part of the book that one person of one team answers for; `wrong` ends first, first."""

    team: str | None
    owner_id: int | None
    counts: ProofCounts
    wrong: tuple[WrongContract, ...]


@dataclass(frozen=True, slots=True)
class ProofQuestion:
    """What is to be proved, as of an instant. Alerts waiting since `overdue_at` count as stuck."""

    today: date
    horizon_on: date
    overdue_at: datetime
    schedule: Schedule


async def examine(
    connection: AsyncConnection, question: ProofQuestion, *, limit: int | None
) -> list[ProofShare]:
    """Every share of the book, each with at most `limit` of its contracts for which it fails."""
    sql, values = _facts(connection, question)
    flags = ", ".join(f"e.{problem}" for problem in PROBLEMS)
    rows = (
        await connection.execute(
            _typed(
                f"""
                {sql}, figures AS (
                    SELECT team, owner_id, count(*) AS contracts, sum(1 - no_owner) AS owned,
                           sum(1 - not_told) AS told,
                           sum(CASE WHEN not_told + nobody_to_tell + unsent = 0
                               THEN 1 ELSE 0 END) AS delivered,
                           sum(CASE WHEN {_WRONG} THEN 1 ELSE 0 END) AS exceptions
                    FROM checked GROUP BY team, owner_id
                )
                SELECT f.team, f.owner_id, f.contracts, f.owned, f.told, f.delivered, f.exceptions,
                       e.contract_no, CAST(e.countdown_on AS TEXT) AS countdown_on, {flags}
                FROM figures f LEFT JOIN (
                    SELECT checked.*, row_number() OVER (
                        PARTITION BY team, owner_id ORDER BY countdown_on, contract_no) AS place
                    FROM checked WHERE {_WRONG}
                ) e ON e.team = f.team AND e.owner_id = f.owner_id
                    {"" if limit is None else "AND e.place <= :limit"}
                ORDER BY f.team, f.owner_id, e.place
                """,  # noqa: S608 - fragments of our own
                values,
            ),
            values if limit is None else {**values, "limit": limit},
        )
    ).all()
    return [_share(list(its)) for _, its in groupby(rows, lambda row: (row.team, row.owner_id))]


def _share(rows: list[Any]) -> ProofShare:
    first = rows[0]
    counts = ProofCounts(
        int(first.contracts),
        int(first.owned),
        int(first.told),
        int(first.delivered),
        int(first.exceptions),
    )
    wrong = tuple(
        WrongContract(
            row.countdown_on,
            row.contract_no,
            tuple(problem for problem in PROBLEMS if getattr(row, problem)),
        )
        for row in rows
        if row.contract_no is not None
    )
    return ProofShare(first.team or None, first.owner_id or None, counts, wrong)


_WRONG = " + ".join(PROBLEMS) + " > 0"


def _facts(connection: AsyncConnection, question: ProofQuestion) -> tuple[str, dict[str, Any]]:
    """CTEs ending in `checked`: one row per contract with what is wrong as 0 and 1.

    Every table is gone through once: the ledger's entries meet their deliveries in one join.
    `team` is '' and `owner_id` 0 where there is none. CROSS JOIN keeps SQLite from walking through the history of years instead of the book.
    """
    postgresql = connection.dialect.name == "postgresql"

    def day(on: date) -> str:
        return f"DATE '{on}'" if postgresql else f"'{on}'"

    today = question.today
    schedule = question.schedule
    sql = f"""
        WITH book AS (
            SELECT c.id, c.contract_no, c.countdown_no, c.countdown_on, c.anchor, c.offset_days,
                   COALESCE({team_of("c", "a")}, '') AS team,
                   COALESCE({owner_of("c", "a")}, 0) AS owner_id,
                   CASE WHEN c.owner_id IS NOT NULL OR a.csm_id IS NOT NULL
                             OR a.account_executive_id IS NOT NULL
                             OR EXISTS (SELECT 1 FROM opportunities o
                                        WHERE o.contract_id = c.id AND o.kind = 'renewal'
                                          AND COALESCE(o.claimed_by_id, o.owner_id) IS NOT NULL
                                          AND o.stage NOT IN ('won', 'lost'))
                        THEN 1 ELSE 0 END AS owned
            FROM (
                SELECT id, contract_no, countdown_no, countdown_on, owner_id, team, account_id,
                       CASE WHEN cancel_by_on IS NULL OR ends_on <= :today THEN 'end'
                            ELSE 'cancel_by' END AS anchor,
                       {newest_offset(schedule, today, day)} AS offset_days
                FROM contracts
                WHERE status = 'active' AND countdown_on <= :horizon AND ends_on >= :floor
            ) c JOIN accounts a ON a.id = c.account_id
        ), entries AS (
            SELECT l.contract_id, l.on_date, count(d.id) AS rows_put,
                   {_any("d.state <> 'superseded'")} AS live,
                   {_any("d.state = 'failed'")} AS failed,
                   {_any("d.state = 'review'")} AS needs_review,
                   {_any(f"{_OPEN} AND d.due_at <= :overdue_at")} AS late,
                   {_any("d.state NOT IN ('sent', 'superseded')")} AS unsent
            FROM book b CROSS JOIN ledger l
            LEFT JOIN deliveries d ON d.contract_id = l.contract_id AND d.kind = 'milestone'
                AND d.key LIKE 'milestone:' || l.contract_id || ':' || l.countdown_no || ':'
                    || l.anchor || ':' || l.offset_days || ':%'
            WHERE l.contract_id = b.id AND l.countdown_no = b.countdown_no AND l.state = 'due'
            GROUP BY l.contract_id, l.anchor, l.offset_days, l.on_date
        ), heard AS (
            SELECT contract_id, max(failed) AS failed, max(needs_review) AS needs_review,
                   max(late) AS late, max(unsent) AS unsent,
                   max(CASE WHEN rows_put = 0 THEN 1 ELSE 0 END) AS unheard,
                   max({_NEWEST}) AS newest
            FROM entries GROUP BY contract_id
        ), checked AS (
            SELECT b.contract_no, b.countdown_on, b.team, b.owner_id, 1 - b.owned AS no_owner,
                   CASE WHEN b.offset_days IS NULL OR EXISTS (
                       SELECT 1 FROM ledger l
                       WHERE l.contract_id = b.id AND l.countdown_no = b.countdown_no
                         AND l.offset_days = b.offset_days
                         AND (l.anchor = b.anchor OR b.offset_days > 0)
                         AND (l.state = 'due' OR {LATER_TOLD}))
                   THEN 0 ELSE 1 END AS not_told,
                   COALESCE(h.failed, 0) AS failed,
                   COALESCE(h.needs_review, 0) AS needs_review,
                   CASE WHEN h.late = 1 OR h.newest LIKE '%silent' THEN 1 ELSE 0 END
                       AS not_delivered,
                   COALESCE(h.unheard, 0) AS nobody_to_tell,
                   CASE WHEN h.unsent = 1 OR h.newest LIKE '%silent' THEN 1 ELSE 0 END AS unsent
            FROM book b LEFT JOIN heard h ON h.contract_id = b.id
        )"""  # noqa: S608 - fragments of our own
    return sql, {
        "today": today,
        "horizon": question.horizon_on,
        "floor": today - timedelta(days=schedule.grace_days),
        "lapsed_cut": today + timedelta(days=LAPSED_OFFSET),
        "overdue_at": question.overdue_at,
    }


_OPEN = "d.state IN ('waiting', 'leased', 'ambiguous')"

# The newest milestone has rows, and all of them were withdrawn: nobody has heard, nobody will.
# Told by the end of a text that starts with its date, so that one pass finds it.
_NEWEST = """CAST(on_date AS TEXT) || CASE WHEN rows_put > 0 AND live = 0
                                               THEN ' silent' ELSE ' heard' END"""


def _any(condition: str) -> str:
    return f"max(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def _typed(sql: str, values: dict[str, Any]) -> Any:
    return text(sql).bindparams(
        *(
            bindparam(name, type_=_TYPES[name])
            for name in values
            if name in _TYPES and f":{name}" in sql
        )
    )

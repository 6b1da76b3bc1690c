"""Whether anything was forgotten: owners, ledger and deliveries of what ends soon, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.milestones import LAPSED_OFFSET, Schedule
from scoring.permissions import Reach
from storage.columns import Instant
from storage.countdown_schedule import newest_offset
from storage.views.reached import within
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
class ProofException:
    """One contract for which the proof fails, and why."""

    contract_no: str
    problem: str


@dataclass(frozen=True, slots=True)
class ProofQuestion:
    """What is to be proved, as of an instant. Alerts waiting since `overdue_at` count as stuck."""

    today: date
    horizon_on: date
    overdue_at: datetime
    schedule: Schedule
    reach: Reach


async def examine(
    connection: AsyncConnection, question: ProofQuestion, *, limit: int | None
) -> tuple[ProofCounts, list[ProofException]]:
    """The figures, and the contracts for which the proof fails: what ends first comes first.

    One exception per contract and problem, at most `limit`.
    """
    sql, values = _facts(connection, question)
    flags = ", ".join(f"e.{problem}" for problem in PROBLEMS)
    rows = (
        await connection.execute(
            _typed(
                f"""
                {sql}, figures AS (
                    SELECT count(*) AS contracts, COALESCE(sum(1 - no_owner), 0) AS owned,
                           COALESCE(sum(1 - not_told), 0) AS told,
                           COALESCE(sum(CASE WHEN not_told + nobody_to_tell + unsent = 0
                                             THEN 1 ELSE 0 END), 0) AS delivered,
                           COALESCE(sum(CASE WHEN {_WRONG} THEN 1 ELSE 0 END), 0) AS exceptions
                    FROM checked
                )
                SELECT f.contracts, f.owned, f.told, f.delivered, f.exceptions,
                       e.contract_no, {flags}
                FROM figures f LEFT JOIN (
                    SELECT * FROM checked WHERE {_WRONG} ORDER BY countdown_on, contract_no
                    {"" if limit is None else "LIMIT :limit"}) e ON 1 = 1
                ORDER BY e.countdown_on, e.contract_no
                """,  # noqa: S608 - fragments of our own
                values,
            ),
            values if limit is None else {**values, "limit": limit},
        )
    ).all()
    counts = ProofCounts(*(int(figure) for figure in rows[0][:5]))
    found = [
        ProofException(row.contract_no, problem)
        for row in rows
        for problem in PROBLEMS
        if getattr(row, problem)
    ]
    return counts, found[:limit]


_WRONG = " + ".join(PROBLEMS) + " > 0"


def _facts(connection: AsyncConnection, question: ProofQuestion) -> tuple[str, dict[str, Any]]:
    """CTEs ending in `checked`: one row per contract with what is wrong as 0 and 1.

    Every table is gone through once: the ledger's entries meet their deliveries in one join.
    CROSS JOIN keeps SQLite from walking through the history of years instead of the book.
    """
    postgresql = connection.dialect.name == "postgresql"

    def day(on: date) -> str:
        return f"DATE '{on}'" if postgresql else f"'{on}'"

    condition, reach_values = within(question.reach, contract="c", account="a")
    today = question.today
    schedule = question.schedule
    sql = f"""
        WITH book AS (
            SELECT c.id, c.contract_no, c.countdown_no, c.countdown_on, c.anchor, c.offset_days,
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
            WHERE {condition}
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
            SELECT b.contract_no, b.countdown_on, 1 - b.owned AS no_owner,
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
        **reach_values,
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

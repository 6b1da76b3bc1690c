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
from storage.countdown import newest_offset
from storage.views.reached import within

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


async def count_proof(connection: AsyncConnection, question: ProofQuestion) -> ProofCounts:
    """The figures of the proof."""
    sql, values = _facts(connection, question)
    row = (
        await connection.execute(
            _typed(
                f"""
                {sql}
                SELECT count(*), COALESCE(sum(owned), 0), COALESCE(sum(told), 0),
                       COALESCE(sum(delivered), 0),
                       COALESCE(sum(CASE WHEN owned = 1 AND told = 1 AND {_SOUND}
                                         THEN 0 ELSE 1 END), 0)
                FROM checked
                """,  # noqa: S608 - fragments of our own
                values,
            ),
            values,
        )
    ).one()
    return ProofCounts(*(int(figure) for figure in row))


async def list_exceptions(
    connection: AsyncConnection, question: ProofQuestion, *, limit: int | None
) -> list[ProofException]:
    """Contracts for which the proof fails, one row per problem, what ends first comes first."""
    sql, values = _facts(connection, question)
    arms = " UNION ALL ".join(
        f"SELECT contract_no, countdown_on, '{problem}' AS problem, {rank} AS rank "  # noqa: S608
        f"FROM checked WHERE {_CONDITIONS[problem]}"
        for rank, problem in enumerate(PROBLEMS)
    )
    rows = await connection.execute(
        _typed(
            f"{sql} SELECT contract_no, problem FROM ({arms}) found "  # noqa: S608
            "ORDER BY countdown_on, contract_no, rank" + ("" if limit is None else " LIMIT :limit"),
            values,
        ),
        values if limit is None else {**values, "limit": limit},
    )
    return [ProofException(row[0], row[1]) for row in rows]


_SOUND = "failed = 0 AND review = 0 AND stuck = 0 AND unheard = 0"
_CONDITIONS = {
    "failed": "failed = 1",
    "needs_review": "review = 1",
    "not_delivered": "stuck = 1",
    "nobody_to_tell": "unheard = 1",
    "not_told": "told = 0",
    "no_owner": "owned = 0",
}


def _facts(connection: AsyncConnection, question: ProofQuestion) -> tuple[str, dict[str, Any]]:
    """CTEs ending in `checked`: one row per contract with its truths as 0 and 1."""
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
                                        WHERE o.contract_id = c.id
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
        ), told AS (
            SELECT b.*,
                   CASE WHEN b.offset_days IS NULL OR EXISTS (
                       SELECT 1 FROM ledger l
                       WHERE l.contract_id = b.id AND l.countdown_no = b.countdown_no
                         AND l.offset_days = b.offset_days
                         AND (l.anchor = b.anchor OR b.offset_days > 0))
                   THEN 1 ELSE 0 END AS told
            FROM book b
        ), checked AS (
            SELECT t.id, t.contract_no, t.countdown_on, t.owned, t.told,
                   {_one_if("d.state = 'failed'")} AS failed,
                   {_one_if("d.state = 'review'")} AS review,
                   CASE WHEN EXISTS (
                       {_ALERTS} AND d.state IN ('waiting', 'leased', 'ambiguous')
                       AND d.due_at <= :overdue_at) OR ({_SILENT}) THEN 1 ELSE 0 END AS stuck,
                   CASE WHEN {_UNHEARD} THEN 1 ELSE 0 END AS unheard,
                   CASE WHEN t.told = 1 AND NOT ({_UNHEARD}) AND NOT ({_SILENT}) AND NOT EXISTS (
                       {_ALERTS} AND d.state NOT IN ('sent', 'superseded'))
                   THEN 1 ELSE 0 END AS delivered
            FROM told t
        )"""  # noqa: S608 - fragments of our own
    return sql, {
        "today": today,
        "horizon": question.horizon_on,
        "floor": today - timedelta(days=schedule.grace_days),
        "lapsed_cut": today + timedelta(days=LAPSED_OFFSET),
        "overdue_at": question.overdue_at,
        **reach_values,
    }


_ALERTS = """SELECT 1 FROM deliveries d WHERE d.contract_id = t.id AND d.kind = 'milestone'
                       AND d.key LIKE 'milestone:' || t.id || ':' || t.countdown_no || ':%'"""

_UNHEARD = """EXISTS (
                       SELECT 1 FROM ledger l
                       WHERE l.contract_id = t.id AND l.countdown_no = t.countdown_no
                         AND l.state = 'due' AND NOT EXISTS (
                           SELECT 1 FROM deliveries d
                           WHERE d.contract_id = t.id AND d.kind = 'milestone'
                             AND d.key LIKE 'milestone:' || t.id || ':' || t.countdown_no || ':'
                                 || l.anchor || ':' || l.offset_days || ':%'))"""


# The newest milestone has rows, and all of them were withdrawn: nobody has heard, nobody will.
_SILENT = """EXISTS (
                       SELECT 1 FROM ledger l
                       WHERE l.contract_id = t.id AND l.countdown_no = t.countdown_no
                         AND l.state = 'due' AND NOT EXISTS (
                           SELECT 1 FROM ledger n
                           WHERE n.contract_id = l.contract_id
                             AND n.countdown_no = l.countdown_no
                             AND n.state = 'due' AND n.on_date > l.on_date)
                         AND 0 = (
                           SELECT max(CASE WHEN d.state = 'superseded' THEN 0 ELSE 1 END)
                           FROM deliveries d
                           WHERE d.contract_id = t.id AND d.kind = 'milestone'
                             AND d.key LIKE 'milestone:' || t.id || ':' || t.countdown_no || ':'
                                 || l.anchor || ':' || l.offset_days || ':%'))"""


def _one_if(condition: str) -> str:
    return f"CASE WHEN EXISTS ({_ALERTS} AND {condition}) THEN 1 ELSE 0 END"


def _typed(sql: str, values: dict[str, Any]) -> Any:
    return text(sql).bindparams(
        *(
            bindparam(name, type_=_TYPES[name])
            for name in values
            if name in _TYPES and f":{name}" in sql
        )
    )

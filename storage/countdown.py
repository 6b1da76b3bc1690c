"""The clock's job over the whole book, set by set in SQL: never a loop over contracts.

A tick first works out what is newly crossed (`find`) into a temporary table and then only works
on that: the ledger, the opportunities, the outbox. The job's mark is locked by the caller, so two
replicas tick one after the other; the unique keys make even that unnecessary for correctness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.sql.elements import TextClause

from scoring.milestones import LAPSED_OFFSET, Schedule
from storage.columns import Instant
from storage.countdown_routes import RoundRobin, Route, write_round_robin, write_routes
from storage.countdown_schedule import arms, newest_offset, open_days
from storage.countdown_told import announcement
from storage.origin import current_origin
from storage.repository import Repository
from storage.ruled_owner import ruled_owner

_TYPES: dict[str, Any] = {
    "today": Date(),
    "horizon": Date(),
    "lapsed_cut": Date(),
    "grace_cut": Date(),
    "grace_days": None,
    "now": Instant(),
    "announced_at": Instant(),
}


# Others may change a term after it was found: whether `c` is what row `n` of `tick_new` is about.
_STILL = "c.countdown_no = n.countdown_no AND c.status = 'active'"
_DUE = f"""
    SELECT n.contract_id FROM tick_new n JOIN contracts c ON c.id = n.contract_id AND {_STILL}
    WHERE n.state = 'due'
"""  # noqa: S608 - a fragment of our own


@dataclass(frozen=True, slots=True)
class Crossed:
    """How many milestones one tick wrote to the ledger."""

    due: int
    superseded: int


class Countdown(Repository):
    """The steps of a tick, in the order they are called."""

    async def find(
        self, today: date, schedule: Schedule, *, seen_rev: int, only_changed: bool
    ) -> Crossed:
        """Find the newest crossed milestone of every active term that is not in the ledger.

        With `only_changed` looks only at terms that changed since the last tick of the same day.
        A term first seen after its grace has run out is history: superseded, not told. What is
        found is in the order of contracts, so that everything written after it goes in sorted.
        """
        await self._drop("tick_new")
        # INTEGER makes it SQLite's own row number, which needs no index beside the table.
        key = "BIGINT" if self._postgresql else "INTEGER"
        await self._run(
            f"CREATE TEMPORARY TABLE tick_new (contract_id {key} PRIMARY KEY, "
            "countdown_no INTEGER NOT NULL, anchor TEXT NOT NULL, offset_days INTEGER NOT NULL, "
            "on_date DATE NOT NULL, state TEXT NOT NULL)"
        )
        changed = "AND clock_rev > :seen_rev" if only_changed else ""
        # Without the word SQLite would work out the ladder again at every mention of it.
        once = "" if self._postgresql else "MATERIALIZED"
        await self._run(
            f"""
            INSERT INTO tick_new (contract_id, countdown_no, anchor, offset_days, on_date, state)
            WITH c AS {once} (
                SELECT id, countdown_no, ends_on, countdown_on, known_on, clock_rev,
                       ends_on <= :today AS ended,
                       CASE WHEN cancel_by_on IS NULL OR ends_on <= :today THEN 'end'
                            ELSE 'cancel_by' END AS anchor,
                       {newest_offset(schedule, today, self._date)} AS offset_days
                FROM contracts
                WHERE status = 'active' AND countdown_on <= :horizon {changed}
            )
            SELECT c.id, c.countdown_no, c.anchor, c.offset_days,
                   {
                self._minus_days(
                    "CASE WHEN c.ended THEN c.ends_on ELSE c.countdown_on END", "c.offset_days"
                )
            },
                   CASE WHEN c.clock_rev > :seen_rev AND c.ends_on < :grace_cut
                             AND c.ends_on < {self._minus_days("c.known_on", ":grace_days")}
                        THEN 'superseded' ELSE 'due' END
            FROM c
            WHERE c.offset_days IS NOT NULL
              AND NOT EXISTS (
                SELECT 1 FROM ledger l
                WHERE l.contract_id = c.id AND l.countdown_no = c.countdown_no
                  AND l.offset_days = c.offset_days
                  AND (l.anchor = c.anchor OR c.offset_days > 0))
            ORDER BY c.id
            """,  # noqa: S608 - numbers and dates of our own schedule
            today=today,
            horizon=today + timedelta(days=schedule.horizon_days),
            lapsed_cut=today + timedelta(days=LAPSED_OFFSET),
            grace_cut=today - timedelta(days=schedule.grace_days),
            grace_days=schedule.grace_days,
            seen_rev=seen_rev,
        )
        if self._postgresql:
            await self._run("ANALYZE tick_new")
        due = await self._scalar("SELECT count(*) FROM tick_new WHERE state = 'due'")
        history = await self._scalar("SELECT count(*) FROM tick_new WHERE state <> 'due'")
        return Crossed(due, history)

    async def record(
        self,
        today: date,
        schedule: Schedule,
        *,
        now: datetime,
        seen_rev: int,
        up_to_rev: int,
    ) -> Crossed:
        """Write what was found to the ledger, and the older crossed ones as superseded.

        Changed terms may have older ones without a new newest one: a higher segment, say. Before
        the first tick there is no such term. What came in or changed after `up_to_rev` is left to
        the next tick: `find` has not seen it, so its newest milestone would count as an older one
        and never be told.
        """
        await self._run(
            """
            INSERT INTO ledger (contract_id, countdown_no, anchor, offset_days, on_date, state,
                                fired_on, fired_at)
            SELECT contract_id, countdown_no, anchor, offset_days, on_date, state, :today, :now
            FROM tick_new WHERE true ON CONFLICT DO NOTHING
            """,
            today=today,
            now=now,
        )
        older = await self._run(
            f"""
            INSERT INTO ledger (contract_id, countdown_no, anchor, offset_days, on_date, state,
                                fired_on, fired_at)
            WITH arms (segment, part, offset_days, cut_on) AS (
                VALUES {", ".join(arms(schedule, today, self._date))})
            SELECT c.id, c.countdown_no,
                   CASE WHEN s.part = 'end' OR c.cancel_by_on IS NULL THEN 'end'
                        ELSE 'cancel_by' END,
                   s.offset_days,
                   {
                self._minus_days(
                    "CASE WHEN s.part = 'end' THEN c.ends_on ELSE c.countdown_on END",
                    "s.offset_days",
                )
            },
                   'superseded', :today, :now
            FROM (SELECT contract_id AS id FROM tick_new
                  UNION SELECT id FROM contracts
                  WHERE :seen_rev > 0 AND clock_rev > :seen_rev AND status = 'active') found
            JOIN contracts c ON c.id = found.id AND c.clock_rev <= :up_to_rev
            JOIN arms s ON s.segment = c.segment
            WHERE c.countdown_on IS NOT NULL
              AND CASE WHEN s.part = 'end' THEN c.ends_on ELSE c.countdown_on END <= s.cut_on
              AND (s.part <> 'cancel' OR c.cancel_by_on IS NOT NULL)
              AND (s.offset_days >= 0 OR NOT c.auto_renew)
              AND NOT EXISTS (
                SELECT 1 FROM ledger l
                WHERE l.contract_id = c.id AND l.countdown_no = c.countdown_no
                  AND l.offset_days = s.offset_days
                  AND (s.offset_days > 0 OR l.anchor = CASE WHEN s.part = 'end' THEN 'end'
                                                            ELSE 'cancel_by' END))
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - numbers and dates of our own schedule
            today=today,
            now=now,
            seen_rev=seen_rev,
            up_to_rev=up_to_rev,
        )
        due = await self._scalar("SELECT count(*) FROM tick_new WHERE state = 'due'")
        return Crossed(
            due, older + await self._scalar("SELECT count(*) FROM tick_new WHERE state <> 'due'")
        )

    async def open_opportunities(
        self,
        schedule: Schedule,
        *,
        now: datetime,
        announced_at: datetime,
        round_robin: Sequence[RoundRobin],
    ) -> int:
        """Open the renewal opportunity of what is due, and give it an owner by rule [7].

        The rule: the contract's owner, else the account's CSM, else its account executive, else
        the team's reps in turn, else nobody: announced to be claimed. Who left is passed over.
        A term that was ended or given another countdown since it was found is left to the next
        tick. Returns how many are new.
        """
        await write_round_robin(self._connection, round_robin)
        opened = await self._run(
            f"""
            INSERT INTO opportunities (kind, contract_id, countdown_no, account_id, stage,
                                       opened_at, announced_at, owner_id, team, amount, currency,
                                       version)
            SELECT 'renewal', c.id, c.countdown_no, c.account_id,
                   CASE WHEN n.offset_days < 0 THEN 'lapsed' ELSE 'open' END, :now, :announced_at,
                   COALESCE({ruled_owner(contract="c", account="a")}, (
                       SELECT r.person_id FROM tick_reps r
                       WHERE r.team = c.team AND r.turn = c.id % r.reps)),
                   c.team, c.arr, c.currency, 0
            FROM tick_new n
            JOIN contracts c ON c.id = n.contract_id AND {_STILL}
            JOIN accounts a ON a.id = c.account_id
            WHERE n.state = 'due' AND n.offset_days <= {open_days(schedule)}
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - numbers of our own schedule
            now=now,
            announced_at=announced_at,
        )
        await self._run(
            f"""
            UPDATE opportunities SET announced_at = :announced_at, escalated_at = NULL
            WHERE kind = 'renewal' AND opened_at < :now AND claimed_by_id IS NULL
              AND stage NOT IN ('won', 'lost')
              AND contract_id IN ({_DUE})
            """,  # noqa: S608 - a fragment of our own
            now=now,
            announced_at=announced_at,
        )
        await self._run(
            f"""
            UPDATE opportunities SET stage = 'lapsed', version = version + 1
            WHERE kind = 'renewal' AND stage NOT IN ('won', 'lost', 'lapsed')
              AND contract_id IN ({_DUE} AND n.offset_days < 0)
            """  # noqa: S608 - a fragment of our own
        )
        return opened

    async def announce(self, routes: Sequence[Route], *, today: date, now: datetime) -> int:
        """Put one row per due milestone and recipient into the outbox; returns how many.

        Told are: who works on it (the claimer, else the owner), the team's places, the customer's
        places; when none of these exists, the leads, so that nothing is told to nobody.
        """
        await write_routes(self._connection, routes)
        # CROSS JOIN: SQLite walks through what is told and probes the routes, not the other way.
        facts = (
            '\'{"anchor": "\' || n.anchor || \'", "offset": \' || n.offset_days || '
            "', \"on\": \"' || n.on_date || '\"}'"
        )
        if self._postgresql:
            await self._run("ANALYZE tick_routes")
            facts = f"CAST({facts} AS JSONB)"
        return await self._run(
            announcement(facts),
            today=today,
            now=now,
            origin=current_origin(),
        )

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _date(self, day: date) -> str:
        return f"DATE '{day}'" if self._postgresql else f"'{day}'"

    def _minus_days(self, day: str, days: str) -> str:
        if self._postgresql:
            return f"({day}) - CAST({days} AS INTEGER)"
        return f"date({day}, (0 - {days}) || ' days')"

    async def _drop(self, table: str) -> None:
        await self._run(f"DROP TABLE IF EXISTS {table}")

    async def _run(self, sql: str, **values: object) -> int:
        # A statement starts with its verb, its WITH comes after: SQLite's driver counts no rows
        # of one that starts with WITH.
        result = await self._connection.execute(_typed(sql, values), values)
        return max(result.rowcount, 0)

    async def _scalar(self, sql: str) -> int:
        return (await self._connection.scalar(text(sql))) or 0


def _typed(sql: str, values: dict[str, object]) -> TextClause:
    return text(sql).bindparams(
        *(bindparam(name, type_=kind) for name in values if (kind := _TYPES.get(name)))
    )

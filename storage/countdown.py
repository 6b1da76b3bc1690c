"""The clock's job over the whole book, set by set in SQL: never a loop over contracts.

A tick first works out what is newly crossed (`find`) into a temporary table and then only works
on that: the ledger, the opportunities, the outbox. The job's mark is locked by the caller, so two
replicas tick one after the other; the unique keys make even that unnecessary for correctness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.sql.elements import TextClause

from scoring.milestones import LAPSED_OFFSET, Schedule
from scoring.model import Segment
from storage.columns import Instant
from storage.countdown_routes import RoundRobin, Route, write_round_robin, write_routes
from storage.repository import Repository

_TYPES: dict[str, Any] = {
    "today": Date(),
    "horizon": Date(),
    "lapsed_cut": Date(),
    "grace_cut": Date(),
    "grace_days": None,
    "now": Instant(),
    "announced_at": Instant(),
}


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
        self, today: date, schedule: Schedule, *, now: datetime, seen_rev: int
    ) -> Crossed:
        """Write what was found to the ledger, and the older crossed ones as superseded.

        Changed terms may have older ones without a new newest one: a higher segment, say. Before
        the first tick there is no such term.
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
                VALUES {", ".join(_arms(schedule, today, self._date))})
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
            JOIN contracts c ON c.id = found.id
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
        Returns how many are new.
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
            JOIN contracts c ON c.id = n.contract_id
            JOIN accounts a ON a.id = c.account_id
            WHERE n.state = 'due' AND n.offset_days <= {_open_days(schedule)}
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - numbers of our own schedule
            now=now,
            announced_at=announced_at,
        )
        await self._run(
            """
            UPDATE opportunities SET announced_at = :announced_at, escalated_at = NULL
            WHERE opened_at < :now AND claimed_by_id IS NULL AND stage NOT IN ('won', 'lost')
              AND contract_id IN (SELECT contract_id FROM tick_new WHERE state = 'due')
            """,
            now=now,
            announced_at=announced_at,
        )
        await self._run(
            """
            UPDATE opportunities SET stage = 'lapsed', version = version + 1
            WHERE stage NOT IN ('won', 'lost', 'lapsed')
              AND contract_id IN (SELECT contract_id FROM tick_new
                                  WHERE state = 'due' AND offset_days < 0)
            """
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
            f"""
            INSERT INTO deliveries (key, kind, platform, place, person_id, contract_id,
                                    opportunity_id, facts, state, due_at, limit_on, attempts,
                                    audience, created_at)
            WITH places AS (
                SELECT audience, subject_id, team, count(*) AS n
                FROM tick_routes GROUP BY audience, subject_id, team
            ), told AS (
                SELECT n.contract_id, n.countdown_no, n.anchor, n.offset_days, {facts} AS facts,
                       o.id AS opportunity_id, c.team, c.account_id,
                       COALESCE(o.claimed_by_id, o.owner_id, c.owner_id) AS worker_id,
                       CASE WHEN c.countdown_on >= :today THEN c.countdown_on
                            WHEN c.ends_on >= :today THEN c.ends_on END AS limit_on,
                       COALESCE(wp.n, 0) + COALESCE(wt.n, 0) + (
                           SELECT count(*) FROM tick_routes r
                           WHERE r.audience = 'account' AND r.subject_id = c.account_id
                             AND NOT EXISTS (
                               SELECT 1 FROM tick_routes f
                               WHERE f.audience = 'team' AND f.team = c.team
                                 AND f.platform = r.platform AND f.place = r.place)) AS audience
                FROM tick_new n
                JOIN contracts c ON c.id = n.contract_id
                LEFT JOIN opportunities o ON o.contract_id = n.contract_id
                    AND o.countdown_no = n.countdown_no AND o.kind = 'renewal'
                LEFT JOIN places wp ON wp.audience = 'person'
                    AND wp.subject_id = COALESCE(o.claimed_by_id, o.owner_id, c.owner_id)
                LEFT JOIN places wt ON wt.audience = 'team' AND wt.team = c.team
                WHERE n.state = 'due'
            ), heard AS (
                SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
                FROM told t CROSS JOIN tick_routes r
                WHERE r.audience = 'person' AND r.subject_id = t.worker_id
                UNION ALL
                SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
                FROM told t CROSS JOIN tick_routes r
                WHERE r.audience = 'team' AND r.team = t.team
                UNION ALL
                SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
                FROM told t CROSS JOIN tick_routes r
                WHERE r.audience = 'account' AND r.subject_id = t.account_id
                  AND NOT EXISTS (SELECT 1 FROM tick_routes f
                                  WHERE f.audience = 'team' AND f.team = t.team
                                    AND f.platform = r.platform AND f.place = r.place)
                UNION ALL
                SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
                FROM told t CROSS JOIN tick_routes r
                WHERE r.audience = 'lead' AND r.team = CASE
                     WHEN t.team IN (SELECT team FROM tick_routes WHERE audience = 'lead')
                     THEN t.team ELSE '' END
                  AND NOT EXISTS (SELECT 1 FROM tick_routes f
                                  WHERE f.audience = 'person' AND f.subject_id = t.worker_id)
                  AND NOT EXISTS (SELECT 1 FROM tick_routes f
                                  WHERE f.audience = 'team' AND f.team = t.team)
                  AND NOT EXISTS (SELECT 1 FROM tick_routes f
                                  WHERE f.audience = 'account' AND f.subject_id = t.account_id)
            )
            SELECT 'milestone:' || contract_id || ':' || countdown_no || ':' || anchor || ':'
                       || offset_days || ':' || platform || ':' || place,
                   'milestone', platform, place, person_id, contract_id, opportunity_id,
                   facts, 'waiting',
                   CASE WHEN limit_on IS NULL OR limit_on >= next_on THEN due_at
                        ELSE rush_at END,
                   limit_on, 0, COALESCE(NULLIF(heard.audience, 0), (
                       SELECT n FROM places WHERE places.audience = 'lead'
                         AND places.team = CASE
                             WHEN heard.team IN (SELECT team FROM tick_routes
                                                 WHERE audience = 'lead')
                             THEN heard.team ELSE '' END)), :now
            FROM heard
            WHERE true
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - a fragment of our own
            today=today,
            now=now,
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


def ruled_owner(*, contract: str, account: str) -> str:
    """SQL for whom the rule gives a renewal, of those who have not left; aliases as given."""
    columns = (f"{contract}.owner_id", f"{account}.csm_id", f"{account}.account_executive_id")
    here = (
        f"(SELECT p.id FROM people p WHERE p.id = {column} AND p.left_on IS NULL)"  # noqa: S608
        for column in columns
    )
    return f"COALESCE({', '.join(here)})"


def newest_offset(schedule: Schedule, today: date, day: Any) -> str:
    """SQL for the offset of the newest crossed milestone of a row of contracts, or NULL."""

    def ladder(offsets: Sequence[int]) -> str:
        steps = " ".join(
            f"WHEN countdown_on <= {day(today + timedelta(days=offset))} THEN {offset}"
            for offset in sorted(offsets)
        )
        return f"CASE {steps} END" if steps else "NULL"

    ladders = {segment: ladder(offsets) for segment, offsets in schedule.offsets.items()}
    usual = ladders[Segment.STANDARD]
    special = " ".join(
        f"WHEN segment = '{segment}' THEN {steps}"
        for segment, steps in ladders.items()
        if steps != usual
    )
    return (
        f"CASE WHEN ends_on <= :lapsed_cut AND NOT auto_renew THEN {LAPSED_OFFSET} "
        f"WHEN countdown_on <= :today THEN 0 {special} ELSE {usual} END"
    )


def _arms(schedule: Schedule, today: date, day: Any) -> Iterator[str]:
    """Rows (segment, part, offset, last anchor date for which it is crossed)."""
    for segment, offsets in schedule.offsets.items():
        for offset in offsets:
            yield f"('{segment}', 'count', {offset}, {day(today + timedelta(days=offset))})"
        yield f"('{segment}', 'cancel', 0, {day(today)})"
        yield f"('{segment}', 'end', 0, {day(today)})"
        lapsed_on = today + timedelta(days=LAPSED_OFFSET)
        yield f"('{segment}', 'end', {LAPSED_OFFSET}, {day(lapsed_on)})"


def _open_days(schedule: Schedule) -> str:
    usual = schedule.open_days[Segment.STANDARD]
    special = " ".join(
        f"WHEN '{segment}' THEN {days}"
        for segment, days in schedule.open_days.items()
        if days != usual
    )
    return f"CASE c.segment {special} ELSE {usual} END" if special else str(usual)

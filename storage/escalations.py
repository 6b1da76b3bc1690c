"""Unclaimed renewals told to the lead, set by set in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, text

from storage.columns import Instant
from storage.countdown_routes import Route, write_routes
from storage.id_sets import id_rows, id_values
from storage.origin import current_origin
from storage.repository import Repository

_TYPES: dict[str, Any] = {
    "before": Instant(),
    "today": Date(),
    "now": Instant(),
    "since": Instant(),
    "until": Instant(),
    "last_on": Date(),
}

_LEADS = """
    r.audience = 'lead' AND r.team = CASE
        WHEN n.team IN (SELECT team FROM tick_routes WHERE audience = 'lead')
        THEN n.team ELSE '' END
"""


@dataclass(frozen=True, slots=True)
class LostTime:
    """What was announced after `since`, a lost book may have escalated before `until`: what was due
    on `last_on` or before. This book announces it at `until`."""

    since: datetime
    until: datetime
    last_on: date


@dataclass(frozen=True, slots=True)
class Woken:
    """A renewal whose rest ended before `until`, and who works on it: the claimer, else the owner."""

    opportunity_id: int
    account_id: int
    contract_id: int
    worker_id: int | None
    until: date
    version: int


class Escalations(Repository):
    """What was announced and nobody took."""

    async def escalate(
        self,
        routes: Sequence[Route],
        *,
        before: datetime,
        today: date,
        now: datetime,
        lost: Sequence[LostTime] = (),
    ) -> int:
        """Tell the leads of renewals announced at or before `before` that nobody claimed.

        Snoozed and decided ones rest. One row per renewal, announcement and lead; a renewal that
        no lead could be told of, or that somebody is changing right now, is tried again next time.
        What was announced in a time that is lost is doubted. Returns how many rows are new.
        """
        await write_routes(self._connection, routes)
        await self._run("DROP TABLE IF EXISTS escalating")
        await self._run(
            "CREATE TEMPORARY TABLE escalating (id BIGINT PRIMARY KEY, contract_id BIGINT NOT NULL, "
            "team TEXT, said_on TEXT NOT NULL, limit_on DATE, suspect_since TIMESTAMPTZ)"
        )
        await self._run(
            f"""
            INSERT INTO escalating (id, contract_id, team, said_on, limit_on)
            SELECT o.id, o.contract_id, o.team, {self._day("o.announced_at")},
                   CASE WHEN c.countdown_on >= :today THEN c.countdown_on
                        WHEN c.ends_on >= :today THEN c.ends_on END
            FROM opportunities o JOIN contracts c ON c.id = o.contract_id
            WHERE o.kind = 'renewal' AND o.claimed_by_id IS NULL
              AND o.stage NOT IN ('won', 'lost')
              AND o.announced_at <= :before AND o.escalated_at IS NULL
              AND (o.snoozed_until IS NULL OR o.snoozed_until <= :today)
              AND c.status = 'active'
            ORDER BY o.id {"FOR NO KEY UPDATE OF o SKIP LOCKED" if self._postgresql else ""}
            """,  # noqa: S608 - fragments of our own
            before=before,
            today=today,
        )
        for one in lost:
            await self._run(
                """
                UPDATE escalating SET suspect_since = :since
                WHERE (suspect_since IS NULL OR suspect_since > :since)
                  AND EXISTS (
                    SELECT 1 FROM opportunities o JOIN ledger l
                        ON l.contract_id = o.contract_id AND l.countdown_no = o.countdown_no
                    WHERE o.id = escalating.id AND l.state = 'due' AND l.on_date <= :last_on
                      AND l.fired_at > :since AND l.fired_at <= :until
                      AND NOT EXISTS (
                        SELECT 1 FROM ledger n
                        WHERE n.contract_id = l.contract_id AND n.countdown_no = l.countdown_no
                          AND n.state = 'due' AND n.on_date > l.on_date))
                """,
                since=one.since,
                until=one.until,
                last_on=one.last_on,
            )
        added = await self._run(
            f"""
            INSERT INTO deliveries (key, kind, platform, place, person_id, contract_id,
                                    opportunity_id, facts, state, due_at, limit_on, attempts,
                                    created_at, origin, suspect_since)
            SELECT 'escalation:' || n.id || ':' || n.said_on || ':' || r.platform || ':' || r.place,
                   'escalation', r.platform, r.place, r.person_id, n.contract_id, n.id,
                   {self._empty}, 'waiting',
                   CASE WHEN n.limit_on IS NULL OR n.limit_on >= r.next_on THEN r.due_at
                        ELSE r.rush_at END,
                   n.limit_on, 0, :now, CAST(:origin AS TEXT), n.suspect_since
            FROM escalating n JOIN tick_routes r ON {_LEADS}
            WHERE true
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - fragments of our own
            now=now,
            origin=current_origin(),
        )
        await self._run(
            f"""
            UPDATE opportunities SET escalated_at = :now
            WHERE id IN (SELECT n.id FROM escalating n
                         WHERE EXISTS (SELECT 1 FROM tick_routes r WHERE {_LEADS}))
            """,  # noqa: S608 - a fragment of our own
            now=now,
        )
        return added

    async def wake(self, *, today: date) -> list[int]:
        """End every rest whose day has come; returns the renewals that woke and are undecided."""
        rows = await self._connection.execute(
            text(
                "UPDATE opportunities SET snoozed_until = NULL, snooze_reason = NULL, "
                "version = version + 1 "
                "WHERE snoozed_until <= :today AND stage NOT IN ('won', 'lost') RETURNING id"
            ).bindparams(bindparam("today", type_=Date())),
            {"today": today},
        )
        return sorted(int(row[0]) for row in rows)

    async def wake_early(self, account_ids: Iterable[int], *, today: date) -> list[Woken]:
        """End the rest past today of these customers' undecided renewals.

        Customers that were never scored before today are passed over.
        """
        found = await self._connection.execute(
            text(
                f"""
                SELECT o.id, o.account_id, o.contract_id, o.snoozed_until, o.version,
                       COALESCE(o.claimed_by_id, o.owner_id) AS worker_id
                FROM opportunities o
                WHERE o.account_id IN {id_rows(self._connection)} AND o.kind = 'renewal'
                  AND o.snoozed_until > :today AND o.stage NOT IN ('won', 'lost')
                  AND EXISTS (SELECT 1 FROM health_history h
                              WHERE h.account_id = o.account_id AND h."on" < :today)
                ORDER BY o.id {"FOR NO KEY UPDATE" if self._postgresql else ""}
                """  # noqa: S608 - fragments of our own
            )
            .bindparams(bindparam("today", type_=Date()))
            .columns(snoozed_until=Date()),
            {"ids": id_values(self._connection, account_ids), "today": today},
        )
        woken = [
            Woken(
                row.id,
                row.account_id,
                row.contract_id,
                row.worker_id,
                row.snoozed_until,
                row.version + 1,
            )
            for row in found
        ]
        for one in woken:
            await self._run(
                "UPDATE opportunities SET snoozed_until = NULL, snooze_reason = NULL, "
                "version = version + 1 WHERE id = :id",
                id=one.opportunity_id,
            )
        return woken

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    @property
    def _empty(self) -> str:
        return "CAST('{}' AS JSONB)" if self._postgresql else "'{}'"

    def _day(self, instant: str) -> str:
        if self._postgresql:
            return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
        return f"substr({instant}, 1, 10)"

    async def _run(self, sql: str, **values: object) -> int:
        statement = text(sql).bindparams(
            *(bindparam(name, type_=_TYPES[name]) for name in values if name in _TYPES)
        )
        result = await self._connection.execute(statement, values)
        return max(result.rowcount, 0)

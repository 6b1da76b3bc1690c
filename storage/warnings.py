"""At-risk warnings: written down and put into the outbox set by set, closed when acted on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
    text,
)

from scoring.health.model import Band
from scoring.health.worry import Reason, Warned
from storage.bulk import bulk_insert
from storage.columns import Instant, Json, RowId
from storage.countdown_routes import Route, write_routes
from storage.repository import Repository
from storage.tables import risk_warnings

_AT_ONCE = 2000
"""Customers asked about in one statement."""

# What people do about a customer after row `w` of risk_warnings; `{by}` picks who.
_TOUCHED = """
    FROM touches t WHERE t.account_id = w.account_id AND t.undone_at IS NULL
      AND (t.at >= w.at OR EXISTS (
        SELECT 1 FROM audit a WHERE a.subject = 'touch' AND a.subject_id = t.id AND a.at >= w.at))
"""
_DECIDED = """
    FROM opportunities o JOIN audit a ON a.subject = 'opportunity' AND a.subject_id = o.id
    WHERE o.account_id = w.account_id AND a.at >= w.at AND NOT a.undone
      AND a.person_id IS NOT NULL
      AND a.action IN ('claim', 'assign', 'stage', 'snooze', 'won', 'lost')
"""
# Whoever became worse than at risk by a rule alone is better only when no rule holds any more.
_BETTER = """
    FROM health_scores s WHERE s.account_id = w.account_id AND w.band IN ('at_risk', 'critical')
      AND s.band IN ('healthy', 'steady') AND s.rules NOT LIKE '%R%'
"""
_OVER = (
    f"(w.ended_at IS NOT NULL OR EXISTS (SELECT 1 {_TOUCHED}) "
    f"OR EXISTS (SELECT 1 {_DECIDED}) OR EXISTS (SELECT 1 {_BETTER}))"
)


@dataclass(frozen=True, slots=True)
class NewWarning:
    """A warning to be said once: `key` is what makes it happen once."""

    key: str
    account_id: int
    reasons: tuple[Reason, ...]
    score: float | None
    band: Band | None
    mild: bool = False


class Warnings(Repository):
    """What was warned of, and what became of it."""

    async def told_since(
        self, account_ids: Collection[int], since: datetime
    ) -> dict[int, list[Warned]]:
        """What was said of some customers from an instant on, the oldest first."""
        told: dict[int, list[Warned]] = {}
        ids = sorted(set(account_ids))
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            query = (
                select(risk_warnings)
                .where(risk_warnings.c.account_id.in_(some), risk_warnings.c.at >= since)
                .order_by(risk_warnings.c.id)
            )
            for row in await self._connection.execute(query):
                over = row.ended_at is not None
                told.setdefault(row.account_id, []).append(_warned(row, over=over))
        return told

    async def of(self, ids: Collection[int]) -> dict[int, Warned]:
        """Warnings by id, as they stand now."""
        if not ids:
            return {}
        query = (
            text(
                "SELECT w.id, w.account_id, w.facts, w.score, w.band, w.at, "  # noqa: S608 - own words
                f"{_OVER} AS is_over FROM risk_warnings w WHERE w.id IN :ids"
            )
            .bindparams(bindparam("ids", expanding=True))
            .columns(at=Instant(), facts=Json)
        )
        rows = await self._connection.execute(query, {"ids": sorted(set(ids))})
        return {row.id: _warned(row, over=bool(row.is_over)) for row in rows}

    async def put(
        self,
        new: Sequence[NewWarning],
        routes: Sequence[Route],
        *,
        today: date,
        floor_on: date,
        now: datetime,
    ) -> int:
        """Write warnings of customers with an undecided running term, a row for each who hears.

        Told are: who works on it (the claimer, else the owner), the team's and the customer's
        places; the leads when there is none of these. A mild one is told to the one person alone.
        Terms that ended before `floor_on` are history. Returns how many warnings are new.
        """
        if not new:
            return 0
        await write_routes(self._connection, routes)
        await self._fill(new)
        await self._run(_TERMS, today=today, floor_on=floor_on)
        written = await self._run(_WRITE, now=now)
        if written:
            await self._run(_tell(postgresql=self._postgresql), on=today.isoformat(), now=now)
        return written

    async def settle(self, *, now: datetime, ignored_before: datetime) -> int:
        """Close what is no news any more, and how it ended; returns how many were open."""
        closed = 0
        for ended, found, by in (
            ("acted", _DECIDED, "a.person_id"),
            ("touch", _TOUCHED, "t.person_id"),
            ("better", _BETTER, None),
        ):
            who = f"(SELECT {by} {found} LIMIT 1)" if by else "NULL"
            closed += await self._run(
                "UPDATE risk_warnings AS w SET ended_at = :now, ended = :ended, "  # noqa: S608
                f"ended_by_id = {who} WHERE w.ended_at IS NULL AND EXISTS (SELECT 1 {found})",
                now=now,
                ended=ended,
            )
        return closed + await self._run(
            "UPDATE risk_warnings SET ended_at = :now, ended = 'ignored' "
            "WHERE ended_at IS NULL AND at < :before",
            now=now,
            before=ignored_before,
        )

    async def _fill(self, new: Sequence[NewWarning]) -> None:
        await self._connection.execute(text("DROP TABLE IF EXISTS warning_new"))
        await self._connection.run_sync(lambda sync: _new.create(sync, checkfirst=False))
        await bulk_insert(
            self._connection,
            _new,
            (
                {
                    "key": one.key,
                    "account_id": one.account_id,
                    "kind": one.reasons[0].kind.value,
                    "facts": {
                        "reasons": [reason.as_json() for reason in one.reasons],
                        "mild": one.mild,
                    },
                    "score": one.score,
                    "band": one.band and one.band.value,
                    "mild": one.mild,
                }
                for one in new
            ),
        )
        await self._connection.execute(text("DROP TABLE IF EXISTS warning_terms"))
        await self._connection.execute(
            text(
                "CREATE TEMPORARY TABLE warning_terms (account_id BIGINT PRIMARY KEY, "
                "contract_id BIGINT NOT NULL, opportunity_id BIGINT, team TEXT, "
                "worker_id BIGINT, limit_on DATE)"
            )
        )

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    async def _run(self, sql: str, **values: object) -> int:
        statement = text(sql).bindparams(
            *(bindparam(name, type_=_TYPES[name]) for name in values if name in _TYPES)
        )
        result = await self._connection.execute(statement, values)
        return max(int(getattr(result, "rowcount", 0)), 0)


_TYPES: dict[str, Any] = {
    "now": Instant(),
    "before": Instant(),
    "today": Date(),
    "floor_on": Date(),
}

_new = Table(
    "warning_new",
    MetaData(),
    Column("key", Text, primary_key=True),
    Column("account_id", RowId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("score", Double),
    Column("band", Text),
    Column("mild", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)

# Of each customer the running term that ends first, unless its renewal is decided.
_TERMS = """
    INSERT INTO warning_terms (account_id, contract_id, opportunity_id, team, worker_id, limit_on)
    SELECT a.id, c.id, o.id, COALESCE(c.team, a.team),
           COALESCE(o.claimed_by_id, o.owner_id, c.owner_id, a.csm_id, a.account_executive_id),
           CASE WHEN c.countdown_on >= :today THEN c.countdown_on
                WHEN c.ends_on >= :today THEN c.ends_on END
    FROM (SELECT DISTINCT account_id FROM warning_new) n
    JOIN accounts a ON a.id = n.account_id
    JOIN contracts c ON c.id = (
        SELECT t.id FROM contracts t
        WHERE t.account_id = n.account_id AND t.status = 'active'
          AND (t.ends_on IS NULL OR t.ends_on >= :floor_on)
        ORDER BY t.countdown_on IS NULL, t.countdown_on, t.id LIMIT 1)
    LEFT JOIN opportunities o ON o.contract_id = c.id AND o.countdown_no = c.countdown_no
        AND o.kind = 'renewal'
    WHERE o.id IS NULL OR o.stage NOT IN ('won', 'lost')
"""

_WRITE = """
    INSERT INTO risk_warnings (key, account_id, kind, facts, score, band, at)
    SELECT n.key, n.account_id, n.kind, n.facts, n.score, n.band, :now
    FROM warning_new n JOIN warning_terms t ON t.account_id = n.account_id
    WHERE true
    ON CONFLICT DO NOTHING
"""


def _tell(*, postgresql: bool) -> str:
    facts = "'{\"warning\": ' || w.id || ', \"on\": \"' || :on || '\"}'"
    if postgresql:
        facts = f"CAST({facts} AS JSONB)"
    route = "r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at"
    nobody = (
        "NOT EXISTS (SELECT 1 FROM tick_routes f "
        "WHERE f.audience = 'person' AND f.subject_id = t.worker_id)"
    )
    # CROSS JOIN: SQLite walks through what is told and probes the routes, not the other way.
    return f"""
    INSERT INTO deliveries (key, kind, platform, place, person_id, contract_id, opportunity_id,
                            facts, state, due_at, limit_on, attempts, created_at)
    WITH told AS (
        SELECT n.key, n.mild, {facts} AS facts, t.*
        FROM warning_new n JOIN risk_warnings w ON w.key = n.key
        JOIN warning_terms t ON t.account_id = n.account_id
    ), heard AS (
        SELECT t.*, {route} FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'person' AND r.subject_id = t.worker_id
        UNION ALL
        SELECT t.*, {route} FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'team' AND r.team = t.team AND NOT t.mild
        UNION ALL
        SELECT t.*, {route} FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'account' AND r.subject_id = t.account_id AND NOT t.mild
        UNION ALL
        SELECT t.*, {route} FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'lead' AND r.team = CASE
              WHEN t.team IN (SELECT team FROM tick_routes WHERE audience = 'lead')
              THEN t.team ELSE '' END
          AND {nobody}
          AND (t.mild OR NOT EXISTS (SELECT 1 FROM tick_routes f
                                     WHERE f.audience = 'team' AND f.team = t.team))
          AND (t.mild OR NOT EXISTS (SELECT 1 FROM tick_routes f WHERE f.audience = 'account'
                                     AND f.subject_id = t.account_id))
    )
    SELECT 'warning:' || key || ':' || platform || ':' || place, 'warning', platform, place,
           person_id, contract_id, opportunity_id, facts, 'waiting',
           CASE WHEN limit_on IS NULL OR limit_on >= next_on THEN due_at ELSE rush_at END,
           limit_on, 0, :now
    FROM heard
    WHERE true
    ON CONFLICT DO NOTHING
    """  # noqa: S608 - fragments of our own


def _warned(row: Any, *, over: bool) -> Warned:
    return Warned(
        id=row.id,
        account_id=row.account_id,
        at=row.at,
        reasons=tuple(Reason.of(one) for one in row.facts["reasons"]),
        score=row.score,
        band=Band(row.band) if row.band else None,
        mild=bool(row.facts.get("mild")),
        over=over,
    )

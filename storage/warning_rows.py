"""Warnings and their rows of the outbox as statements over sets.

They work on three temporary tables: `warning_new` (what is to be told), `warning_terms` (the term
that each customer's warning is about) and `tick_routes` (who hears what).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Json, RowId

new_warnings = Table(
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


async def make_room(connection: AsyncConnection) -> None:
    """Empty tables for one set of warnings."""
    await connection.execute(text("DROP TABLE IF EXISTS warning_new"))
    await connection.run_sync(lambda sync: new_warnings.create(sync, checkfirst=False))
    await connection.execute(text("DROP TABLE IF EXISTS warning_terms"))
    await connection.execute(
        text(
            "CREATE TEMPORARY TABLE warning_terms (account_id BIGINT PRIMARY KEY, "
            "contract_id BIGINT NOT NULL, opportunity_id BIGINT, team TEXT, "
            "worker_id BIGINT, limit_on DATE)"
        )
    )


# Of each customer the running term that ends first, unless its renewal is decided. Again: only of
# those that had none before.
FIND_TERMS = """
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
    WHERE (o.id IS NULL OR o.stage NOT IN ('won', 'lost'))
      AND NOT EXISTS (SELECT 1 FROM warning_terms t WHERE t.account_id = n.account_id)
"""

WRITE = """
    INSERT INTO risk_warnings (key, account_id, kind, facts, score, band, at)
    SELECT n.key, n.account_id, n.kind, n.facts, n.score, n.band, :now
    FROM warning_new n JOIN warning_terms t ON t.account_id = n.account_id
    WHERE true
    ON CONFLICT DO NOTHING
"""

# What was decided a moment ago may be taken back: until then its warnings rest, told to nobody.
WRITE_DECIDED = """
    INSERT INTO risk_warnings (key, account_id, kind, facts, score, band, at, ended_at, ended)
    SELECT n.key, n.account_id, n.kind, n.facts, n.score, n.band, :now, :now, 'decided'
    FROM warning_new n
    WHERE NOT EXISTS (SELECT 1 FROM warning_terms t WHERE t.account_id = n.account_id)
      AND EXISTS (SELECT 1 FROM opportunities o
                  WHERE o.account_id = n.account_id AND o.kind = 'renewal'
                    AND o.decided_at >= :decided_since)
    ON CONFLICT DO NOTHING
"""

OPEN_DECIDED = """
    UPDATE risk_warnings SET ended_at = NULL, ended = NULL
    WHERE ended = 'decided'
      AND key IN (SELECT n.key FROM warning_new n JOIN warning_terms t ON t.account_id = n.account_id)
"""

_ONCE = "ON CONFLICT DO NOTHING"
# What was withdrawn waits again, about the term that counts now; what was sent stays sent.
_AFTER_ALL = """
    ON CONFLICT (key) DO UPDATE SET state = 'waiting', batch = NULL, error = NULL,
        contract_id = excluded.contract_id, opportunity_id = excluded.opportunity_id,
        due_at = excluded.due_at, limit_on = excluded.limit_on, origin = excluded.origin
    WHERE deliveries.state = 'superseded'
       OR (deliveries.state = 'waiting' AND deliveries.contract_id <> excluded.contract_id)
"""


def tell(*, postgresql: bool, after_all: bool = False) -> str:
    """SQL that puts a row per warning and recipient into the outbox.

    `after_all` lets rows that were withdrawn wait again, too.
    """
    facts = "'{\"warning\": ' || w.id || ', \"on\": \"' || :on || '\"}'"
    if postgresql:
        facts = f"CAST({facts} AS JSONB)"
    route = "r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at"
    nobody = (
        "NOT EXISTS (SELECT 1 FROM tick_routes f "
        "WHERE f.audience = 'person' AND f.subject_id = t.worker_id)"
    )
    in_team = (
        "EXISTS (SELECT 1 FROM tick_routes f WHERE f.audience = 'team' AND f.team = t.team "
        "AND f.platform = r.platform AND f.place = r.place)"
    )
    # CROSS JOIN: SQLite walks through what is told and probes the routes, not the other way.
    return f"""
    INSERT INTO deliveries (key, kind, platform, place, person_id, contract_id, opportunity_id,
                            facts, state, due_at, limit_on, attempts, audience, created_at, origin)
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
          AND NOT {in_team}
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
           limit_on, 0, count(*) OVER (PARTITION BY key), :now, CAST(:origin AS TEXT)
    FROM heard
    WHERE true
    {_AFTER_ALL if after_all else _ONCE}
    """  # noqa: S608 - fragments of our own

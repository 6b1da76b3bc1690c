"""What became of alerts: how many were told, acted on, and ignored, by kind and reason [33]."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.permissions import Reach
from storage.columns import Instant
from storage.views.reached import within


@dataclass(frozen=True, slots=True)
class NoiseCount:
    """Alerts of one kind; `reason` is a warning's gravest. `messages` are rows that told them.

    What is neither acted on nor ignored is too young to say.
    """

    kind: str
    reason: str | None
    sent: int
    acted: int
    ignored: int
    messages: int


async def count_noise(
    connection: AsyncConnection,
    kinds: Collection[str],
    *,
    since: datetime,
    now: datetime,
    ignored_before: datetime,
    within_days: int,
    reach: Reach,
) -> list[NoiseCount]:
    """Alerts of those kinds sent from an instant on, each counted once however many heard it.

    Acted on is what somebody touched, claimed, assigned, staged, snoozed or decided about the
    customer within so many days after it was told: of its expansion where it told of one, else of
    its renewals. One that was told before `ignored_before` and
    that nobody acted on is ignored.
    """
    condition, values = within(reach, contract="c", account="a")
    if connection.dialect.name == "postgresql":
        last_at = f"told.sent_at + INTERVAL '{within_days:d} days'"
    else:
        last_at = f"strftime('%Y-%m-%d %H:%M:%f', told.sent_at, '+{within_days:d} days')"
    rows = await connection.execute(
        text(
            f"""
            WITH told AS (
                SELECT kind, contract_id, opportunity_id, created_at, MIN(sent_at) AS sent_at,
                       COUNT(*) AS messages
                FROM deliveries
                WHERE state = 'sent' AND sent_at >= :since AND sent_at <= :now
                  AND kind IN :kinds
                GROUP BY kind, contract_id, opportunity_id, created_at
            ), judged AS (
                SELECT told.kind, told.sent_at, told.messages,
                       (SELECT w.kind FROM risk_warnings w WHERE told.kind = 'warning'
                          AND w.account_id = a.id AND w.at = told.created_at LIMIT 1) AS reason,
                       EXISTS (
                         SELECT 1 FROM touches t
                         WHERE t.account_id = a.id AND t.undone_at IS NULL
                           AND t.at >= told.sent_at AND t.at <= {last_at}
                       ) OR EXISTS (
                         SELECT 1 FROM opportunities o
                         JOIN audit l ON l.subject = 'opportunity' AND l.subject_id = o.id
                         WHERE o.account_id = a.id AND l.at >= told.sent_at AND l.at <= {last_at}
                           AND o.kind = COALESCE(e.kind, 'renewal')
                           AND NOT l.undone AND l.person_id IS NOT NULL
                           AND l.action IN ('claim', 'assign', 'stage', 'snooze', 'won', 'lost')
                       ) AS acted
                FROM told
                LEFT JOIN opportunities e ON e.id = told.opportunity_id
                JOIN contracts c ON c.id = COALESCE(told.contract_id, e.contract_id)
                JOIN accounts a ON a.id = c.account_id
                WHERE {condition}
            )
            SELECT kind, reason, COUNT(*) AS sent, SUM(messages) AS messages,
                   SUM(CASE WHEN acted THEN 1 ELSE 0 END) AS acted,
                   SUM(CASE WHEN NOT acted AND sent_at < :ignored_before THEN 1 ELSE 0 END)
                     AS ignored
            FROM judged GROUP BY kind, reason
            """  # noqa: S608 - fragments and a number of our own
        ).bindparams(
            *(bindparam(name, type_=Instant()) for name in ("since", "now", "ignored_before")),
            bindparam("kinds", expanding=True),
        ),
        {
            "kinds": list(kinds),
            "since": since,
            "now": now,
            "ignored_before": ignored_before,
            **values,
        },
    )
    return [
        NoiseCount(
            row.kind, row.reason, row.sent, int(row.acted), int(row.ignored), int(row.messages)
        )
        for row in rows
    ]

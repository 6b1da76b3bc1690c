"""Warnings and expansions without any row of the outbox, for the auditor.

Apart from the statements that write them: a mistake there must not hide itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, bindparam, text

from storage.columns import Instant, Json
from storage.repository import Repository
from storage.warnings import SETTLED, NewWarning, written_warning

_LIMIT = 1_000
"""No audit tells more of one kind."""

# The decision that kept a warning quiet was taken back while it was being written: on PostgreSQL
# neither saw the other.
_TAKEN_BACK = """
    SELECT 1 FROM opportunities o JOIN contracts c ON c.id = o.contract_id
        AND c.countdown_no = o.countdown_no
    WHERE o.account_id = w.account_id AND o.kind = 'renewal' AND o.opened_at < w.at
      AND o.stage NOT IN ('won', 'lost') AND c.status = 'active'
"""


def _warnings(*, postgresql: bool) -> str:
    told = "CAST(json_extract(d.facts, '$.warning') AS INTEGER)"
    if postgresql:
        told = "CAST(d.facts->>'warning' AS BIGINT)"
    return f"""
    SELECT w.key, w.account_id, w.facts, w.score, w.band, w.at,
           NOT EXISTS (SELECT 1 FROM risk_warnings n
                       WHERE n.account_id = w.account_id AND n.id > w.id) AS newest,
           EXISTS (SELECT 1 FROM posts p JOIN contracts c ON c.id = p.contract_id
                   WHERE c.account_id = w.account_id AND p.kind = 'warning'
                     AND p.posted_at >= w.at) AS posted
    FROM risk_warnings w
    WHERE w.at >= :since
      AND (w.ended_at IS NULL OR w.ended = 'decided' AND EXISTS ({_TAKEN_BACK}))
      AND w.id NOT IN (SELECT {told} FROM deliveries d
                       WHERE d.kind = 'warning' AND d.created_at >= :since)
      AND EXISTS (
        SELECT 1 FROM contracts c LEFT JOIN opportunities o ON o.contract_id = c.id
            AND o.countdown_no = c.countdown_no AND o.kind = 'renewal'
        WHERE c.account_id = w.account_id AND c.status = 'active'
          AND (c.ends_on IS NULL OR c.ends_on >= :floor_on)
          AND (o.id IS NULL OR o.stage NOT IN ('won', 'lost')))
      AND NOT {SETTLED}
    ORDER BY w.id LIMIT {_LIMIT}
    """  # noqa: S608 - fragments of our own


_EXPANSIONS = f"""
    SELECT o.id, EXISTS (SELECT 1 FROM posts p
                         WHERE p.opportunity_id = o.id AND p.kind = 'expansion') AS posted
    FROM opportunities o JOIN contracts c ON c.id = o.contract_id
    WHERE o.kind = 'expansion' AND o.stage NOT IN ('won', 'lost') AND o.opened_at >= :since
      AND o.claimed_by_id IS NULL AND c.status NOT IN ('lost', 'cancelled')
      AND NOT EXISTS (SELECT 1 FROM deliveries d
                      WHERE d.opportunity_id = o.id AND d.kind = 'expansion')
    ORDER BY o.id LIMIT {_LIMIT}
"""  # noqa: S608 - a number of our own


@dataclass(frozen=True, slots=True)
class UnheardWarning:
    """A warning that holds and that nobody has a row for; `again`: telling it now is right."""

    warning: NewWarning
    at: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class UnheardExpansion:
    """An open expansion that nobody has a row for; `again`: telling it now is right."""

    opportunity_id: int
    again: bool


class Unheard(Repository):
    """Questions whose answer should be empty."""

    async def warnings(self, *, since: datetime, floor_on: date) -> Sequence[UnheardWarning]:
        """Those written from then on; terms that ended before `floor_on` are history."""
        query = _warnings(postgresql=self._connection.dialect.name == "postgresql")
        rows = await self._connection.execute(
            text(query)
            .bindparams(bindparam("since", type_=Instant()), bindparam("floor_on", type_=Date()))
            .columns(at=Instant(), facts=Json),
            {"since": since, "floor_on": floor_on},
        )
        return [
            UnheardWarning(written_warning(row), row.at, bool(row.newest and not row.posted))
            for row in rows
        ]

    async def expansions(self, *, since: datetime) -> Sequence[UnheardExpansion]:
        """Those opened from then on that nobody claimed yet."""
        rows = await self._connection.execute(
            text(_EXPANSIONS).bindparams(bindparam("since", type_=Instant())), {"since": since}
        )
        return [UnheardExpansion(row.id, not row.posted) for row in rows]

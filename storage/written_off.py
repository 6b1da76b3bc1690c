"""Terms whose newest milestone was written off as an older one, so that nobody was told, ever.

Apart from the statements that write the ledger: a mistake there must not hide itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text

from scoring.milestones import LAPSED_OFFSET, Schedule
from storage.auditing import ALERT, POSTED, ROWS, Untold, untold_of
from storage.columns import Instant
from storage.countdown_schedule import newest_offset
from storage.repository import Repository

_LIMIT = 1_000
"""No audit tells more of one kind."""

LATER_TOLD = """
    EXISTS (
        SELECT 1 FROM ledger t
        WHERE t.contract_id = l.contract_id AND t.countdown_no = l.countdown_no
          AND t.state = 'due' AND t.on_date >= l.on_date)
"""
"""SQL: whether the term of row `l` of the ledger was told of since that milestone, or by it."""

# Terms that ended before their grace are history, and rightly written off.
_FROM = f"""
    FROM c CROSS JOIN ledger l CROSS JOIN contracts k
    WHERE k.id = c.id AND l.contract_id = c.id AND l.countdown_no = c.countdown_no
      AND l.offset_days = c.offset_days AND (l.anchor = c.anchor OR c.offset_days > 0)
      AND l.state = 'superseded' AND l.fired_at >= :since AND NOT {LATER_TOLD}
      AND NOT EXISTS (
        SELECT 1 FROM opportunities o
        WHERE o.contract_id = l.contract_id AND o.countdown_no = l.countdown_no
          AND o.kind = 'renewal' AND o.stage IN ('won', 'lost'))
      AND NOT EXISTS ({ROWS} AND d.state <> 'superseded')
"""  # noqa: S608 - fragments of our own


class WrittenOff(Repository):
    """A question whose answer should be empty, and how to make it so."""

    async def find(self, today: date, schedule: Schedule, *, since: datetime) -> Sequence[Untold]:
        """Newest milestones of running, undecided terms that the ledger has as overtaken by none."""
        rows = await self._run(
            f"WITH {self._terms(today, schedule)} "
            f"SELECT k.contract_no, l.anchor, l.offset_days, l.on_date, true AS current, "
            f"{POSTED} AS posted, {ALERT} AS alert {_FROM} ORDER BY k.contract_no LIMIT {_LIMIT}",
            today,
            schedule,
            since=since,
        )
        return [untold_of(row) for row in rows]

    async def take_up(
        self, today: date, schedule: Schedule, *, since: datetime, now: datetime
    ) -> None:
        """Write them as due, and hand them to `Countdown` to be opened and announced.

        Not those that hang somewhere all the same, nor those of `told_alerts`
        (`Vanishing.gather`). Hold the mark of the job that writes the ledger.
        """
        await self._connection.execute(text("DROP TABLE IF EXISTS tick_new"))
        await self._run(
            "CREATE TEMPORARY TABLE tick_new AS "  # noqa: S608 - fragments of our own
            f"WITH {self._terms(today, schedule)} "
            "SELECT l.contract_id, l.countdown_no, l.anchor, l.offset_days, l.on_date, "
            f"'due' AS state {_FROM} AND NOT {POSTED} "
            f"AND {ALERT} NOT IN (SELECT alert FROM told_alerts)",
            today,
            schedule,
            since=since,
        )
        await self._connection.execute(
            text(
                "UPDATE ledger SET state = 'due', fired_on = :today, fired_at = :now "
                "WHERE EXISTS (SELECT 1 FROM tick_new n WHERE n.contract_id = ledger.contract_id "
                "AND n.countdown_no = ledger.countdown_no AND n.anchor = ledger.anchor "
                "AND n.offset_days = ledger.offset_days)"
            ).bindparams(bindparam("today", type_=Date()), bindparam("now", type_=Instant())),
            {"today": today, "now": now},
        )

    async def _run(self, sql: str, today: date, schedule: Schedule, *, since: datetime) -> Any:
        days = {
            "today": today,
            "horizon": today + timedelta(days=schedule.horizon_days),
            "floor": today - timedelta(days=schedule.grace_days),
            "lapsed_cut": today + timedelta(days=LAPSED_OFFSET),
        }
        statement = text(sql).bindparams(
            *(bindparam(name, type_=Date()) for name in days), bindparam("since", type_=Instant())
        )
        return await self._connection.execute(statement, {**days, "since": since})

    def _terms(self, today: date, schedule: Schedule) -> str:
        postgresql = self._connection.dialect.name == "postgresql"

        def day(on: date) -> str:
            return f"DATE '{on}'" if postgresql else f"'{on}'"

        # Only columns of ix_contracts_countdown: no row of the book is read but what is found.
        # Without the word SQLite would work out the ladder again at every mention of it.
        once = "" if postgresql else "MATERIALIZED"
        return f"""
            c AS {once} (
                SELECT id, countdown_no,
                       CASE WHEN cancel_by_on IS NULL OR ends_on <= :today THEN 'end'
                            ELSE 'cancel_by' END AS anchor,
                       {newest_offset(schedule, today, day)} AS offset_days
                FROM contracts
                WHERE status = 'active' AND countdown_on <= :horizon AND ends_on >= :floor)
        """  # noqa: S608 - numbers and dates of our own schedule

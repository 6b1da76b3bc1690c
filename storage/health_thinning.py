"""The history of scores grows thinner with age."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Date, bindparam, text

from storage.repository import Repository

DAILY_FOR_DAYS = 92
"""A quarter and a day: the trend of a card, and the week before it."""

WEEKLY_FOR_DAYS = 731

SLICES = 28
"""Each night one part of the customers is gone through: nobody waits longer than four weeks."""

_NEXT = {
    ("week", "sqlite"): "date(h.\"on\", 'weekday 0', '+1 day')",
    ("week", "postgresql"): "CAST(date_trunc('week', h.\"on\") AS DATE) + 7",
    ("month", "sqlite"): "date(h.\"on\", 'start of month', '+1 month')",
    ("month", "postgresql"): "CAST(date_trunc('month', h.\"on\") + INTERVAL '1 month' AS DATE)",
}


class HealthThinning(Repository):
    """Days that nobody needs one by one any more."""

    async def thin(self, today: date) -> int:
        """Keep every day of a quarter, the last of each week for two years, then of each month.

        Goes through one slice of the customers, another one each day; how many days went.
        """
        last = await self._connection.scalar(text("SELECT max(id) FROM accounts")) or 0
        width = last // SLICES + 1
        low = today.toordinal() % SLICES * width
        gone = 0
        for period, older_than in (("week", DAILY_FOR_DAYS), ("month", WEEKLY_FOR_DAYS)):
            until = today - timedelta(days=older_than)
            following = _NEXT[period, self._connection.dialect.name]
            statement = text(
                f"""
                DELETE FROM health_history WHERE (account_id, "on") IN (
                    SELECT h.account_id, h."on" FROM health_history h
                    WHERE h.account_id BETWEEN :low AND :high AND h."on" < :until AND EXISTS (
                        SELECT 1 FROM health_history n
                        WHERE n.account_id = h.account_id AND n."on" > h."on"
                          AND n."on" < {following}))
                """  # noqa: S608 - our own expressions
            ).bindparams(bindparam("until", type_=Date))
            result = await self._connection.execute(
                statement, {"low": low, "high": low + width - 1, "until": until}
            )
            gone += max(result.rowcount, 0)
        return gone

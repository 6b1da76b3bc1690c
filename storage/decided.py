"""Decided renewals as columns: what is learned from."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date

import numpy as np
from sqlalchemy import func, select

from scoring.health.facts import SEGMENTS
from scoring.learning.features import Decided
from storage.column_reading import Rows, read_columns
from storage.columns import AMOUNT_SCALE
from storage.fact_places import DaysOf, floats
from storage.repository import Repository
from storage.tables import outcomes, rates

# An outcome says how a term was decided; where nobody wrote one down, its status does, or that a
# term follows it. A cancelled term (both agreed, or a mistake) teaches nothing without an outcome.
# Without an end the term lapsed on the day after it was decided.
_DECIDED = """
    SELECT contracts.account_id, accounts.segment,
           COALESCE(contracts.ends_on, contracts.cancelled_on, outcomes.decided_on) AS last_on,
           COALESCE(outcomes.decided_on, contracts.cancelled_on) AS decided_on,
           CASE WHEN outcomes.outcome IS NULL THEN contracts.status = 'lost'
                ELSE outcomes.outcome = 'churned' END AS lost,
           contracts.arr, contracts.currency
    FROM contracts
    JOIN accounts ON accounts.id = contracts.account_id
    LEFT JOIN outcomes ON outcomes.contract_id = contracts.id
    WHERE (outcomes.outcome IS NOT NULL OR contracts.status IN ('lost', 'renewed')
           OR (contracts.status = 'active' AND EXISTS (
               SELECT 1 FROM renewals WHERE renewals.predecessor_no = contracts.contract_no)))
      AND COALESCE(contracts.ends_on, contracts.cancelled_on, outcomes.decided_on) IS NOT NULL
      AND COALESCE(outcomes.decided_on, contracts.cancelled_on, contracts.ends_on) <= :today
    ORDER BY last_on, contracts.id
"""

_UNIT = 10.0**-AMOUNT_SCALE

_CODES = {name: code for code, name in enumerate(SEGMENTS)}


class DecidedRenewals(Repository):
    """Terms that were renewed or lost."""

    async def until(self, today: date, base_currency: str) -> Decided:
        """Those decided by a day, by lapse day; amounts in the base currency, NaN without a rate."""
        course = await self._rates()

        def columns(rows: Rows) -> Decided:
            days = DaysOf()
            n = len(rows)
            accounts, segments, last, decided, lost, arr, currency = (
                zip(*rows, strict=True) if rows else [()] * 7
            )
            lapse_on = days.column(last, n) + np.int32(1)
            worth = floats(arr) * _UNIT
            factor = [
                1.0 if code == base_currency else _rate(course.get(code, []), int(on))
                for code, on in zip(currency, lapse_on, strict=True)
            ]
            return Decided(
                account=np.fromiter(accounts, np.int64, n),
                segment=np.fromiter((_CODES[name] for name in segments), np.int8, n),
                lapse_on=lapse_on,
                decided_on=np.array(days.column(decided, n)),
                lost=np.fromiter((bool(each) for each in lost), np.bool_, n),
                arr=worth * np.asarray(factor, np.float64),
            )

        return await read_columns(self._connection, _DECIDED, {"today": today}, columns)

    async def written(self) -> int:
        """How many outcomes are written down."""
        found = await self._connection.scalar(select(func.count()).select_from(outcomes))
        return int(found or 0)

    async def _rates(self) -> dict[str, list[tuple[int, float]]]:
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row in await self._connection.execute(select(rates).order_by(rates.c.on)):
            found[row.currency].append((row.on.toordinal(), float(row.rate)))
        return found


def _rate(course: list[tuple[int, float]], on: int) -> float:
    """The last rate on or before a day; NaN before the first."""
    place = bisect_right(course, (on, float("inf")))
    return course[place - 1][1] if place else float("nan")

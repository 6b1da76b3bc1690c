"""The stored order of work follows the risk of each customer."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.health.facts import Floats, Subjects
from scoring.health.risk import priorities
from storage.column_reading import Rows, columns_of, read_columns
from storage.column_writing import run_many
from storage.columns import AMOUNT_SCALE
from storage.fact_places import DaysOf, Places, floats
from storage.id_sets import id_rows, id_values
from storage.repository import Repository

_SAME = 1e-6

_TERMS = """
    SELECT account_id, id, arr, countdown_on, priority FROM contracts
    WHERE account_id IN {ids} AND status = 'active'
"""
# Terms that somebody is changing right now are passed over: the change has them scored again.
_SET = """
    UPDATE contracts SET priority = n.priority
    FROM (SELECT c.id, g.priority FROM contracts c
          JOIN (SELECT unnest(CAST(:contracts AS BIGINT[])) AS id,
                       unnest(CAST(:priorities AS DOUBLE PRECISION[])) AS priority) g
            ON g.id = c.id
          ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED) n
    WHERE contracts.id = n.id RETURNING contracts.id
"""


class HealthPriority(Repository):
    """Value x risk x time of running terms."""

    async def follow(self, subjects: Subjects, risk: Floats) -> int:
        """Set the priority of the subjects' running terms where it changed; how many did."""
        places = Places(subjects)
        ids, priority = await read_columns(
            self._connection,
            _TERMS.format(ids=id_rows(self._connection)),
            {"ids": id_values(self._connection, subjects.account_id.tolist())},
            lambda rows: _moved(places, risk, rows),
        )
        if ids and self._connection.dialect.name == "sqlite":
            await run_many(
                self._connection,
                "UPDATE contracts SET priority = ? WHERE id = ?",
                zip(priority, ids, strict=True),
            )
        elif ids:
            await read_columns(
                self._connection, _SET, {"contracts": ids, "priorities": priority}, list
            )
        return len(ids)


def _moved(places: Places, risk: Floats, rows: Rows) -> tuple[list[int], list[float]]:
    if not rows:
        return [], []
    accounts, ids, arr, countdown, stored = columns_of(rows, 5)
    n = len(rows)
    row, subject = places.of(accounts, n)
    unit = 10.0**AMOUNT_SCALE
    new = priorities(floats(arr)[row] / unit, DaysOf().column(countdown, n)[row], risk[subject])
    moved = np.abs(new - np.array(stored, np.float64)[row]) > _SAME
    numbers: Any = np.array(ids, np.int64)[row]
    return numbers[moved].tolist(), new[moved].tolist()

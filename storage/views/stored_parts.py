"""What stored scores consist of, for a page of customers in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from scoring.health.packing import unpack
from storage.repository import Repository
from storage.tables import health_scores

MOST_CUSTOMERS = 100


@dataclass(frozen=True, slots=True)
class StoredParts:
    """Contributions in points, the base first, in the order of the signals of that model."""

    model_id: int
    points: tuple[float, ...]


class ScoreParts(Repository):
    """Contributions by customer."""

    async def of(self, account_ids: Iterable[int]) -> dict[int, StoredParts]:
        """The parts of the latest scores; who was never scored is left out."""
        wanted = sorted(set(account_ids))[:MOST_CUSTOMERS]
        rows = await self._connection.execute(
            select(
                health_scores.c.account_id, health_scores.c.model_id, health_scores.c.parts
            ).where(health_scores.c.account_id.in_(wanted))
        )
        return {
            row.account_id: StoredParts(
                row.model_id,
                unpack(row.parts),
            )
            for row in rows
        }

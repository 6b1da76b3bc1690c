"""The customers that are scored, page by page, for work on the whole book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, or_, select

from scoring.model import Segment
from storage.repository import Repository
from storage.tables import accounts, contracts, health_scores

IN_ONE_STATEMENT = 5000


class ScoredCustomers(Repository):
    """Who has a term or was ever scored."""

    async def after(
        self, account_id: int, limit: int, every: Mapping[Segment, int] | None = None
    ) -> list[int]:
        """The next `limit` of them by id; of a segment in `every` only the ids that it divides."""
        has_term = select(contracts.c.id).where(contracts.c.account_id == accounts.c.id).exists()
        scored = (
            select(health_scores.c.account_id)
            .where(health_scores.c.account_id == accounts.c.id)
            .exists()
        )
        strides = [
            or_(accounts.c.segment != segment, accounts.c.id % stride == 0)
            for segment, stride in (every or {}).items()
            if stride > 1
        ]
        rows = await self._connection.execute(
            select(accounts.c.id)
            .where(accounts.c.id > account_id, or_(has_term, scored), *strides)
            .order_by(accounts.c.id)
            .limit(limit)
        )
        return list(rows.scalars())

    async def by_segment(self) -> dict[Segment, int]:
        """How many customers each segment has."""
        rows = await self._connection.execute(
            select(accounts.c.segment, func.count()).group_by(accounts.c.segment)
        )
        return {Segment(segment): count for segment, count in rows}

    async def names(self, account_ids: Iterable[int]) -> dict[int, str]:
        """What those customers are called."""
        wanted = sorted(set(account_ids))
        found: dict[int, str] = {}
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            chunk = wanted[start : start + IN_ONE_STATEMENT]
            rows = await self._connection.execute(
                select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(chunk))
            )
            found.update((row.id, row.name) for row in rows)
        return found

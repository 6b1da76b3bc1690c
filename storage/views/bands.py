"""How many customers are in each band of health."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import health_scores


async def customers_by_band(connection: AsyncConnection) -> dict[str | None, int]:
    """None: of whom too little is known. Reads one index over all customers, no score."""
    query = select(health_scores.c.band, func.count()).group_by(health_scores.c.band)
    return {row[0]: row[1] for row in await connection.execute(query)}

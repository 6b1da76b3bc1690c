"""Every delivery by its end, for the proof: what is counted here can be checked against the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import DeliveryState
from scoring.permissions import Reach
from storage.views.reached import within


async def deliveries_by_end(connection: AsyncConnection, reach: Reach) -> dict[DeliveryState, int]:
    """How many rows of the outbox are in each state; all states are there, also those of none.

    Who does not read every team gets those about customers within their reach.
    """
    values: dict[str, Any] = {}
    if reach.every_team:
        query = "SELECT state, count(*) AS n FROM deliveries GROUP BY state"
    else:
        condition, values = within(reach, contract="c", account="a")
        query = f"""
            SELECT d.state, count(*) AS n
            FROM deliveries d
            LEFT JOIN opportunities o ON o.id = d.opportunity_id AND d.contract_id IS NULL
            JOIN contracts c ON c.id = COALESCE(d.contract_id, o.contract_id)
            JOIN accounts a ON a.id = c.account_id
            WHERE {condition} GROUP BY d.state
        """  # noqa: S608 - fragments of our own
    rows = await connection.execute(text(query), values)
    counted = {DeliveryState(row.state): int(row.n) for row in rows}
    return {state: counted.get(state, 0) for state in DeliveryState}

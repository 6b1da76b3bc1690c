"""Every delivery by its end, for the proof: what is counted here can be checked against the outbox."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import DeliveryState
from storage.views.reached import owner_of, team_of


@dataclass(frozen=True, slots=True)
class DeliveryShare:
    """How many rows of the outbox are in one state, of customers of one team and person."""

    team: str | None
    owner_id: int | None
    state: DeliveryState
    n: int


async def deliveries_by_end(connection: AsyncConnection) -> dict[DeliveryState, int]:
    """How many rows of the outbox are in each state that any is in."""
    query = "SELECT state, count(*) AS n FROM deliveries GROUP BY state"
    rows = await connection.execute(text(query))
    return {DeliveryState(row.state): int(row.n) for row in rows}


async def delivery_shares(connection: AsyncConnection) -> list[DeliveryShare]:
    """The same of those that are about a customer, by who answers for it."""
    # Counted by contract first: whose it is, is looked up once for all its rows.
    rows = await connection.execute(
        text(
            f"""
            SELECT {team_of("c", "a")} AS team, {owner_of("c", "a")} AS owner_id, d.state,
                   sum(d.n) AS n
            FROM (
                SELECT COALESCE(d.contract_id, o.contract_id) AS contract_id, d.state,
                       count(*) AS n
                FROM deliveries d
                LEFT JOIN opportunities o ON o.id = d.opportunity_id AND d.contract_id IS NULL
                GROUP BY 1, 2
            ) d
            JOIN contracts c ON c.id = d.contract_id JOIN accounts a ON a.id = c.account_id
            GROUP BY 1, 2, 3
            """  # noqa: S608 - fragments of our own
        )
    )
    return [
        DeliveryShare(row.team, row.owner_id, DeliveryState(row.state), int(row.n)) for row in rows
    ]

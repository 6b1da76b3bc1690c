"""What an operator asks of a database beside its rows: revision, size, who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select, text

from scoring.model import DeliveryState
from storage.migrations import HEAD
from storage.tables import deliveries
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Worker:
    """Who holds deliveries, how many, and until when by the steady clock."""

    name: str
    rows: int
    until: datetime


async def revision(tx: Tx) -> tuple[str, str]:
    """The revision of the schema, and the one this program was made for."""
    found = await tx.connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found), HEAD


async def size(tx: Tx) -> int:
    """Bytes of the whole database."""
    query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if tx.dialect == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    return int(await tx.connection.scalar(text(query)) or 0)


async def workers(tx: Tx) -> list[Worker]:
    """Replicas that have deliveries under way."""
    rows = await tx.connection.execute(
        select(
            deliveries.c.lease_owner,
            func.count().label("n"),
            func.max(deliveries.c.leased_until, type_=deliveries.c.leased_until.type).label(
                "until"
            ),
        )
        # Literal: a bound state would read every row that was ever sent.
        .where(deliveries.c.state == literal_column(f"'{DeliveryState.LEASED}'"))
        .group_by(deliveries.c.lease_owner)
        .order_by(deliveries.c.lease_owner)
    )
    return [Worker(row.lease_owner or "", row.n, row.until) for row in rows]

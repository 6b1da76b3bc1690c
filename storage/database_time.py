"""The clock of the database, where that is another one than this machine's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class DatabaseTime:
    """What the database's clock says; `same_machine`: it is this machine's own."""

    at: datetime
    same_machine: bool


async def database_time(tx: Tx) -> DatabaseTime | None:
    """PostgreSQL's clock; None with SQLite, which has none of its own."""
    if tx.dialect != "postgresql":
        return None
    row = (
        await tx.connection.execute(
            text(
                "SELECT clock_timestamp() AS at, "
                "COALESCE(inet_server_addr() = inet_client_addr(), true) AS same_machine"
            )
        )
    ).one()
    return DatabaseTime(row.at, bool(row.same_machine))

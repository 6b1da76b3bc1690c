"""The clock of the database, where it has one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from storage.transaction import Tx


async def database_time(tx: Tx) -> datetime | None:
    """PostgreSQL's clock; None with SQLite, which has none of its own.

    It may be this machine's: in a container beside us PostgreSQL has another address and the same
    kernel, and which kernel that is a plain role may not read.
    """
    if tx.dialect != "postgresql":
        return None
    at: datetime = await tx.connection.scalar(text("SELECT clock_timestamp()"))
    return at

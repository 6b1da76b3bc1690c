"""A clock nobody can move, for leases, settling, pauses and paces.

PostgreSQL's own clock, which all replicas share; with SQLite, whose users share one machine, the
time since that machine started. Neither jumps when an operator or the demo moves the clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from storage.transaction import Tx

_START = datetime(1970, 1, 1, tzinfo=UTC)


async def steady_time(tx: Tx) -> datetime:
    """The steady time of the store behind `tx`."""
    if tx.dialect == "postgresql":
        return await tx.dispatches.database_clock()
    return _START + timedelta(seconds=time.monotonic())

"""A replica in a process of its own, to be killed: `python -m tests.wecom.hold_process`.

Arguments: database address, address of the platform, seconds of the lease.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from bot.wecom.connection import Tempo
from bot.wecom.holding import KeepingRules
from bot.wecom.keeping import LongConnection
from bot.wecom.leasing import LeaseRules
from storage.store import Store
from tests.wecom.replicas import LOGIN


async def main(database: str, platform: str, lease_s: str) -> None:
    """Hold the connection until killed."""
    length_s = float(lease_s)
    # A ping comes about half-way between two writes.
    lease = LeaseRules(lease_s=length_s, renew_s=length_s * 0.8, poll_s=0.02)
    connection = LongConnection(
        Store.open(database),
        LOGIN,
        clock=lambda: datetime.now(UTC),
        url=platform,
        rules=KeepingRules(lease=lease),
        tempo=Tempo(ping_s=length_s * 0.4),
    )
    await connection.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

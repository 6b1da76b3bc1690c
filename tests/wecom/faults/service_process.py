"""A whole service in a process of its own, to be killed: `python -m tests.wecom.faults.service_process`.

Arguments: database address, addresses of the cloud's API and long connection, the beginning of
time by the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from bot.wecom.leasing import LeaseRules
from storage.store import Store
from tests.wecom.faults.clockwork import Clockwork
from tests.wecom.faults.service import KEEPING, Address, running


async def main(database: str, api_url: str, ws_url: str, begun: str) -> None:
    """Answer until killed."""
    store, clock = Store.open(database), Clockwork(begun=float(begun))
    keeping = replace(KEEPING, lease=LeaseRules())
    async with running(Address(api_url, ws_url), store, clock, keeping=keeping):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

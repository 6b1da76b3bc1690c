"""A delivering process of its own, to be killed: `python -m tests.delivery.deliver_process`.

Arguments: database address, robots' address, point to die at (or `-`), seconds that the clocks
are ahead.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.adapters.wecom_robot import WecomRobots
from bot.delivery.checkpoints import Point, dying_at, passing
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from storage.store import Store
from tests.delivery.world import ROBOTS, START, Clock, tell_names


async def main(database: str, robots: str, point: str, ahead_s: str) -> None:
    """Deliver everything that is due once, or die on the way."""
    now = START + timedelta(seconds=float(ahead_s))
    clock = Clock(now, now)
    store = Store.open(database)
    adapter = WecomRobots(
        {name: SecretStr(key) for name, key in ROBOTS.items()}, api_url=robots, timeout_s=5
    )
    checkpoint = passing if point == "-" else dying_at(Point(point))
    await deliver_all(
        Courier(
            store,
            Adapters([adapter]),
            tell_names,
            clock.read,
            steady=clock.read_steady,
            checkpoint=checkpoint,
        )
    )
    await adapter.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

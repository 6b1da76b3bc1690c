"""A delivering process of its own, to be killed: `python -m tests.slack.faults.deliver_process`.

Arguments: database address, the cloud's API, its bot token, point to die at (or `-`), seconds that
the clocks are ahead.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.adapters.slack import SlackBot
from bot.delivery.checkpoints import Point, dying_at, passing
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from storage.store import Store
from tests.delivery.world import START, Clock, tell_names


async def main(database: str, api_url: str, token: str, point: str, ahead_s: str) -> None:
    """Deliver everything that is due once, or die on the way."""
    now = START + timedelta(seconds=float(ahead_s))
    clock = Clock(now, now)
    store = Store.open(database)
    workspaces = OneWorkspace(SecretStr(token), api_url=api_url)
    api = SlackApi(workspaces, api_url=api_url, clock=clock.read)
    checkpoint = passing if point == "-" else dying_at(Point(point))
    await deliver_all(
        Courier(
            store,
            Adapters([SlackBot(api, store)]),
            tell_names,
            clock.read,
            steady=clock.read_steady,
            checkpoint=checkpoint,
        )
    )
    await api.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

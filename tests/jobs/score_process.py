"""A scoring process of its own, to be killed: `python -m tests.jobs.score_process`.

Arguments: database address, point to die at (or `-`), how many times it is passed before, days
that the clock is ahead.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta

from handlers.jobs import health
from handlers.jobs.health import Checkpoint, Point
from storage.store import Store
from tests.health_book import NOW, RULES


def dying_at(point: str, passed: int) -> Checkpoint:
    """Kill this very process at `point` once it was passed so many times, without any farewell."""
    left = [passed]

    def check(here: Point) -> None:
        if here == point:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    return check


async def main(database: str, point: str, passed: str, days: str) -> None:
    """Score everybody in chunks of a few, or die on the way."""
    store = Store.open(database)
    at = NOW + timedelta(days=int(days))
    await health.run(store, RULES, at, chunk=4, checkpoint=dying_at(point, int(passed)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

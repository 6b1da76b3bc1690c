"""Everything that waits goes out, however long it takes by the clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.delivery.checkpoints import Point
from bot.delivery.rounds import deliver_all
from tests.slack.faults.alerts import SlackBook
from tests.slack.faults.site import Site
from tests.wecom.faults.mishaps import Died

STEPS = 60


async def all_out(
    here: Site,
    book: SlackBook,
    check: Callable[[Point], None] = lambda point: None,
    *,
    steps: int = STEPS,
) -> None:
    """Workers come by until everything has its end; the first may die."""
    for step in range(steps):
        with suppress(Died):
            checks = {} if step else {"checkpoint": check}
            await deliver_all(here.worker(here.replicas[-1], **checks))
        if not await book.open_rows():
            return
        here.installed.revoked = False  # somebody puts the app right
        await book.next_turn(here.clock)

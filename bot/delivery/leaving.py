"""The end of a worker: finish what is under way, and leave nothing behind that others wait for."""

from __future__ import annotations

import asyncio
import logging

from bot.delivery.courier import Courier
from scoring.errors import StoreUnavailable

log = logging.getLogger(__name__)

BREAK_OFF_S = 2.0
"""How long what is broken off may take to end."""


async def finish(
    courier: Courier, delivery: asyncio.Task[None], stop: asyncio.Event, *, within_s: float
) -> None:
    """End the loop `delivery`, and break off what does not end within so many seconds.

    What was broken off is in doubt and is looked at by whoever delivers next; what no message was
    made of yet waits again at once.
    """
    stop.set()
    await asyncio.wait({delivery}, timeout=within_s)
    if not delivery.done():
        log.warning("what is under way did not end within %.0f s and is broken off", within_s)
        delivery.cancel()
        await asyncio.wait({delivery}, timeout=BREAK_OFF_S)
    try:
        async with courier.store.begin() as tx:
            untouched, doubted = await tx.settling.leave(
                courier.owner,
                steady=await courier.steady(tx),
                settle_s=courier.rules.settle_s,
            )
    except StoreUnavailable as fault:
        # The leases run out by themselves.
        log.warning("leases are not given back: %s", fault.reason)
        return
    if untouched or doubted:
        log.info("given back: %d deliveries that wait again, %d in doubt", untouched, doubted)

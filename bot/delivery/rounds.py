"""Deliver everything once, or go on delivering until told to stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from bot.adapters.base import Adapter, Adapters
from bot.delivery.checkpoints import Checkpoint, passing
from bot.delivery.choosing import choose
from bot.delivery.courier import Courier
from bot.delivery.pipeline import deliver_next
from bot.delivery.reconciling import reconcile
from bot.delivery.rules import USUAL, DeliveryRules
from bot.delivery.stumbling import Step
from bot.delivery.summary import NOTHING, DeliverySummary
from bot.delivery.waiting_line import WaitingLine
from handlers.announcing_types import Compose
from scoring.errors import StoreUnavailable
from storage.dispatches import PlaceName
from storage.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often what is in doubt is looked for at most; turns come faster than that, doubts settle slowly."""

Report = Callable[[DeliverySummary], None]
"""Told of every message, for metrics and live pages."""


async def deliver_once(
    store: Store,
    adapters: Iterable[Adapter],
    compose: Compose,
    clock: Callable[[], datetime],
    *,
    rules: DeliveryRules = USUAL,
    checkpoint: Checkpoint = passing,
) -> DeliverySummary:
    """Everything that is due now; places take turns, a message each."""
    return await deliver_all(
        Courier(store, Adapters(adapters), compose, clock, rules, checkpoint=checkpoint)
    )


async def deliver_all(courier: Courier) -> DeliverySummary:
    """Everything that is due now, by a courier; StoreUnavailable when the database is.

    A bug over one place is raised when the others are done.
    """
    summary = await reconcile(courier)
    bugs: dict[PlaceName, Exception] = {}
    while True:
        choice = await choose(courier, politely=False)
        summary += choice.summary
        places = [place for place in choice.places if place not in bugs]
        if not places:
            for bug in bugs.values():
                raise bug
            return summary
        rooms = {
            place.platform: asyncio.Semaphore(courier.rules.places_at_once) for place in places
        }

        async def turn(
            place: PlaceName, rooms: dict[str, asyncio.Semaphore] = rooms
        ) -> DeliverySummary:
            async with rooms[place.platform]:
                return await deliver_next(courier, place)

        # Not a task group: a fault in one place must not cancel posts of another half-way.
        ends = await asyncio.gather(*map(turn, places), return_exceptions=True)
        for place, end in zip(places, ends, strict=True):
            if isinstance(end, DeliverySummary):
                summary += end
            elif isinstance(end, StoreUnavailable) or not isinstance(end, Exception):
                raise end
            else:
                bugs[place] = end


async def run_delivery(
    courier: Courier,
    *,
    wake: asyncio.Event,
    stop: asyncio.Event,
    report: Report | None = None,
) -> None:
    """Deliver until `stop`; looks at once after `wake` (something was put) and every poll_s.

    A place has at most one message under way here, and a slow place keeps no other waiting; nor does
    looking for what is in doubt. What is under way when asked to stop is finished first; when this
    is cancelled it is broken off.
    """
    underway: dict[PlaceName, asyncio.Task[DeliverySummary]] = {}
    looking: asyncio.Task[DeliverySummary] | None = None
    look_at = 0.0
    line = WaitingLine(courier)
    stopping = asyncio.create_task(stop.wait())
    waking = asyncio.create_task(wake.wait())
    try:
        while not stop.is_set():
            if looking is None and time.monotonic() >= look_at:
                looking = asyncio.create_task(_guarded(courier))
            places, noted = await _startable(line, underway)
            _tell(report, noted)
            for place in places:
                underway[place] = asyncio.create_task(_turn(courier, place))
            looks = () if looking is None else (looking,)
            await asyncio.wait(
                {stopping, waking, *looks, *underway.values()},
                timeout=line.rests_s() if line.stale else courier.rules.poll_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if waking.done():
                wake.clear()
                line.stale = True
                waking = asyncio.create_task(wake.wait())
            if looking is not None and looking.done():
                _tell(report, looking.result())
                looking = None
                look_at = time.monotonic() + courier.stumbles.pause_s(
                    Step.RECONCILE, least=min(LOOK_EVERY_S, courier.rules.poll_s)
                )
            for place, task in list(underway.items()):
                if task.done():
                    did = underway.pop(place).result()
                    # Who comes to nothing met a pause or another replica that the line knows not of.
                    line.stale |= did == NOTHING
                    _tell(report, did)
    except asyncio.CancelledError:
        for task in _under_way(underway, looking):
            task.cancel()
        raise
    finally:
        stopping.cancel()
        waking.cancel()
        # All of them have to end before the database is closed under any.
        ends = await asyncio.gather(*_under_way(underway, looking), return_exceptions=True)
        for end in ends:
            if isinstance(end, DeliverySummary):
                _tell(report, end)
            elif not isinstance(end, asyncio.CancelledError):
                raise end


def _under_way(
    turns: dict[PlaceName, asyncio.Task[DeliverySummary]],
    looking: asyncio.Task[DeliverySummary] | None,
) -> list[asyncio.Task[DeliverySummary]]:
    return [*turns.values(), *(() if looking is None else (looking,))]


async def _startable(
    line: WaitingLine, underway: dict[PlaceName, asyncio.Task[DeliverySummary]]
) -> tuple[list[PlaceName], DeliverySummary]:
    stumbles = line.courier.stumbles
    try:
        started = await line.next(underway)
    except StoreUnavailable as fault:
        log.warning("the database cannot be read: %s", fault.reason)
    except Exception:
        stumbles.over(Step.CHOOSE)
        line.rest(stumbles.pause_s(Step.CHOOSE, least=LOOK_EVERY_S))
    else:
        stumbles.well(Step.CHOOSE)
        return started
    return [], NOTHING


async def _turn(courier: Courier, place: PlaceName) -> DeliverySummary:
    """One message; what cannot be recorded now is settled after its lease."""
    try:
        did = await deliver_next(courier, place)
    except StoreUnavailable as fault:
        log.warning("delivery to %s was interrupted: %s", place, fault.reason)
    except Exception:
        # The edge of delivery: a bug that one place brings up leaves the others alone.
        courier.stumbles.over(Step.TURN, place)
    else:
        courier.stumbles.well(Step.TURN, place)
        return did
    await courier.sleep(courier.rules.poll_s)
    return NOTHING


async def _guarded(courier: Courier) -> DeliverySummary:
    try:
        did = await reconcile(courier)
    except StoreUnavailable as fault:
        log.warning("reconciling was interrupted: %s", fault.reason)
    except Exception:
        courier.stumbles.over(Step.RECONCILE)
    else:
        courier.stumbles.well(Step.RECONCILE)
        return did
    return NOTHING


def _tell(report: Report | None, summary: DeliverySummary) -> None:
    if report is not None and summary != NOTHING:
        report(summary)

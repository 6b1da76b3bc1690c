"""One message of one place, step by step: lease, re-check, render, pace, send, record."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.adapters.base import Adapter
from bot.delivery.checkpoints import Point
from bot.delivery.courier import Courier
from bot.delivery.doubting import look_first
from bot.delivery.packing import pack
from bot.delivery.posting import post_parts
from bot.delivery.repainting import repaint, rests_until
from bot.delivery.setbacks import take_turn
from bot.delivery.summary import NOTHING, DeliverySummary
from bot.delivery.telling import telling
from scoring.model import DeliveryState
from storage.dispatches import Lease, PlaceName
from storage.transaction import Tx


async def deliver_next(courier: Courier, place: PlaceName) -> DeliverySummary:
    """Send what is due in a place as one message; nothing where this process cannot post now."""
    adapter = courier.adapters.to(place)
    if adapter is None or not adapter.ready(place.place):
        return NOTHING
    since = courier.elapsed()
    lease = await _lease(courier, adapter, place)
    if lease is None:
        return NOTHING
    courier.checkpoint(Point.AFTER_LEASE)
    with telling(lease):
        return await _tell(courier, adapter, lease, since)


async def _tell(courier: Courier, adapter: Adapter, lease: Lease, since: float) -> DeliverySummary:
    if lease.suspect_since is not None:
        return await look_first(courier, adapter, lease)
    if lease.repaints:
        return await repaint(courier, adapter, lease)
    packed = await pack(courier, adapter, lease)
    if packed.parcel is None:
        return packed.summary
    return packed.summary + await post_parts(courier, adapter, packed.lease, packed.parcel, since)


async def _lease(courier: Courier, adapter: Adapter, place: PlaceName) -> Lease | None:
    """What is due in a place, if its limits allow a post now.

    The turn is taken last: one that is taken for nothing is lost to its scopes, and those that
    many places share are locked until the end of the transaction.
    """
    rules = courier.rules
    async with courier.store.begin() as tx:
        steady = await courier.steady(tx)
        scopes = [pace.scope for pace in adapter.pace(place.place) if pace.wide]
        if await tx.pacing.rests(place.platform, place.place, scopes, steady=steady):
            return None
        lease = await tx.dispatches.lease(
            place,
            courier.attempt(),
            now=courier.clock(),
            steady=steady,
            lease_s=rules.lease_s,
            limit=rules.batch,
        )
        if lease is not None and lease.repaints:
            until = await rests_until(tx, courier, lease)
            if until is None:
                until = await _edits_full_until(tx, courier, adapter, place, steady=steady)
            if until is None:
                return lease
            waiting = DeliveryState.WAITING
            await tx.dispatches.conclude(lease.attempt, lease.ids, waiting, due_at=until)
            return None
        if lease is not None and lease.suspect_since is not None:
            # A look is no post.
            return lease
        if lease is None or await take_turn(tx, adapter, place, steady=steady):
            return lease
        await tx.dispatches.conclude(lease.attempt, lease.ids, DeliveryState.WAITING)
        return None


async def _edits_full_until(
    tx: Tx, courier: Courier, adapter: Adapter, place: PlaceName, *, steady: datetime
) -> datetime | None:
    """When an edit fits the limits; None when its turn was taken now.

    The edits alone wait: what is new in the place is more urgent, and may count apart.
    """
    paces = adapter.pace(place.place, edits=True)
    waits = await tx.pacing.reserve(place.platform, paces, steady=steady)
    return courier.clock() + timedelta(seconds=max(waits.values())) if waits else None

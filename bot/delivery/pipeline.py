"""One message of one place, step by step: lease, re-check, render, pace, send, record."""

from __future__ import annotations

from bot.adapters.base import Adapter
from bot.delivery.checkpoints import Point
from bot.delivery.courier import Courier
from bot.delivery.packing import pack
from bot.delivery.posting import post_parts
from bot.delivery.repainting import repaint
from bot.delivery.setbacks import take_turn
from bot.delivery.summary import NOTHING, DeliverySummary
from storage.dispatches import Lease, PlaceName

NO_ADAPTER = "delivery.error.no_adapter"


async def deliver_next(courier: Courier, place: PlaceName) -> DeliverySummary:
    """Send what is due in a place as one message."""
    adapter = courier.adapters.to(place)
    if adapter is None:
        return await _say_unserved(courier, place)
    lease = await _lease(courier, adapter, place)
    if lease is None:
        return NOTHING
    courier.checkpoint(Point.AFTER_LEASE)
    if lease.repaints:
        return await repaint(courier, adapter, lease)
    packed = await pack(courier, adapter, lease)
    if packed.parcel is None:
        return packed.summary
    return packed.summary + await post_parts(courier, adapter, packed.lease, packed.parcel)


async def _lease(courier: Courier, adapter: Adapter, place: PlaceName) -> Lease | None:
    """The place's turn by its pace, and then its due rows."""
    rules = courier.rules
    async with courier.store.begin() as tx:
        steady = await courier.steady(tx)
        if not await take_turn(tx, adapter, place, steady=steady):
            return None
        return await tx.dispatches.lease(
            place,
            courier.attempt(),
            now=courier.clock(),
            steady=steady,
            lease_s=rules.lease_s,
            limit=rules.batch,
        )


async def _say_unserved(courier: Courier, place: PlaceName) -> DeliverySummary:
    async with courier.store.begin() as tx:
        told = await tx.dispatches.note(place, NO_ADAPTER, now=courier.clock())
    return DeliverySummary(unserved=told)

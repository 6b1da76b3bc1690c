"""Decide about messages whose outcome nobody knows, after they had time to settle.

Where a platform can be read, look. Where it drops identical repeats, repeat the same bytes. Where
neither is possible, repeat once, marked as possibly repeated, or ask a person.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.adapters.base import THREAD, Adapter, Receipt
from bot.delivery.choosing import NO_ADAPTER
from bot.delivery.courier import Courier
from bot.delivery.doubting import look_again
from bot.delivery.packing import ages_s, mark, remembered
from bot.delivery.posting import ask
from bot.delivery.recording import ask_a_person, begun, close, keep_begun, register
from bot.delivery.setbacks import described, rest, retry
from bot.delivery.stumbling import Step
from bot.delivery.summary import NOTHING, DeliverySummary
from bot.delivery.telling import log_taken, telling
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
    StoreUnavailable,
)
from scoring.model import DeliveryState
from storage.dispatches import Lease, PlaceName
from storage.parcels import Parcel
from storage.transaction import Tx

NOT_FOUND = "delivery.error.not_found"
POSSIBLY_REPEATED = "delivery.error.repeating"
_BATCHES = 100

_Batch = tuple[PlaceName, str | None]
"""Where a message was sent to, and its key; None when none was made."""


async def reconcile(courier: Courier) -> DeliverySummary:
    """Let dead leases become ambiguous, and decide what has settled."""
    async with courier.store.begin() as tx:
        steady = await courier.steady(tx)
        expired = await tx.settling.expire(steady=steady, settle_s=courier.rules.settle_s)
        settled = await _mine(tx, courier, steady)
    summary = DeliverySummary(ambiguous=expired)
    by_platform: dict[str, list[_Batch]] = defaultdict(list)
    for place, batch in settled:
        by_platform[place.platform].append((place, batch))
    # One whose looks are never answered holds up no other. Not a task group, for the same reason.
    ends = await asyncio.gather(
        *(_decide_all(courier, batches) for batches in by_platform.values()),
        return_exceptions=True,
    )
    for end in ends:
        if isinstance(end, BaseException):
            raise end
        summary += end
    return summary


async def _decide_all(courier: Courier, batches: Iterable[_Batch]) -> DeliverySummary:
    """Decide about what has settled, one message after another."""
    summary = NOTHING
    for place, batch in batches:
        summary += await _take_and_decide(courier, place, batch)
    return summary


async def _take_and_decide(
    courier: Courier, place: PlaceName, batch: str | None
) -> DeliverySummary:
    taken = None
    async with _putting_off(courier, place, batch), courier.store.begin() as tx:
        steady = await courier.steady(tx)
        lease = await tx.settling.take(
            place,
            batch,
            courier.attempt(),
            steady=steady,
            lease_s=courier.rules.lease_s,
        )
        if lease is not None:
            taken = lease, await tx.parcels.get(batch) if batch else None
    if taken is None:
        return NOTHING
    lease, parcel = taken
    did = NOTHING
    with telling(lease):
        async with _putting_off(courier, place, batch):
            did = await _decide(courier, lease, parcel, steady)
            courier.stumbles.well(Step.DECIDE, (place, batch))
    return did


@asynccontextmanager
async def _putting_off(
    courier: Courier, place: PlaceName, batch: str | None
) -> AsyncIterator[None]:
    """The edge of delivery, as in a turn: a bug over one message leaves the others alone.

    It is looked at again as if its lease had run out, and the audit tells that it is overdue.
    """
    try:
        yield
    except StoreUnavailable:
        raise
    except Exception:
        courier.stumbles.over(Step.DECIDE, (place, batch))
        async with courier.store.begin() as tx:
            until = await courier.steady(tx) + timedelta(seconds=courier.rules.lease_s)
            await tx.settling.put_off(place, batch, until=until)


async def _mine(tx: Tx, courier: Courier, steady: datetime) -> list[_Batch]:
    """What has settled, without what only a replica can look at whose adapter is ready."""
    away: set[PlaceName] = set()
    while True:
        found = await tx.settling.settled(steady=steady, limit=_BATCHES, without=away)
        blind = {place for place, _ in found if _blind(courier, place)}
        if not blind:
            return found
        away |= blind


def _blind(courier: Courier, place: PlaceName) -> bool:
    try:
        adapter = courier.adapters.to(place)
        if adapter is None or adapter.ready(place.place):
            return False
        return adapter.ability(place.place).read_back
    except Exception:
        # The edge of delivery again: nobody looks there, and everywhere else.
        courier.stumbles.over(Step.DECIDE, place)
        return True


async def _decide(
    courier: Courier, lease: Lease, parcel: Parcel | None, steady: datetime
) -> DeliverySummary:
    if lease.suspect_since is not None:
        return await look_again(courier, lease)
    if parcel is None:
        return await _never_sent(courier, lease)
    if parcel.complete:
        async with courier.store.begin() as tx:
            return DeliverySummary(sent=await close(tx, courier, lease, parcel))
    adapter = courier.adapters.to(lease.place)
    if adapter is None:
        if max(ages_s(courier, parcel, steady)) >= courier.rules.failing_most_s:
            # Its way was taken out of the configuration: nobody will ever look.
            async with courier.store.begin() as tx:
                return await ask_a_person(tx, lease, NO_ADAPTER)
        return await _look_later(courier, lease, NO_ADAPTER)
    ability = adapter.ability(lease.place.place)
    if ability.read_back:
        return await _look(courier, adapter, lease, parcel)
    if ability.dedupe and remembered(courier, parcel, steady):
        same = replace(parcel, resumes=True, doubtful=parcel.next_part)
        return await _repeat(courier, lease, same, NOT_FOUND)
    if parcel.in_doubt or ability.dedupe or not courier.rules.repeat_unreadable:
        async with courier.store.begin() as tx:
            return await ask_a_person(tx, lease)
    return await _repeat(courier, lease, mark(adapter, parcel), POSSIBLY_REPEATED)


async def _never_sent(courier: Courier, lease: Lease) -> DeliverySummary:
    """No message was kept, so no byte went out; or it was an edit, which may be repeated."""
    async with courier.store.begin() as tx:
        back = await tx.dispatches.conclude(
            lease.attempt, lease.ids, DeliveryState.WAITING, batch=None, error=None
        )
    return DeliverySummary(put_back=back)


async def _repeat(courier: Courier, lease: Lease, parcel: Parcel, why: str) -> DeliverySummary:
    """Let the message go out again, with the part in doubt first."""
    async with courier.store.begin() as tx:
        summary = await retry(tx, courier, lease, lease.ids, why)
        if summary != NOTHING:
            await tx.parcels.rewrite(parcel)
        return summary


async def _look_later(courier: Courier, lease: Lease, error: str) -> DeliverySummary:
    async with courier.store.begin() as tx:
        wait = timedelta(seconds=courier.rules.backoff_most_s)
        until = await courier.steady(tx) + wait
        await tx.dispatches.conclude(
            lease.attempt, lease.ids, DeliveryState.AMBIGUOUS, settle_until=until, error=error
        )
    return NOTHING


async def _look(
    courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel
) -> DeliverySummary:
    place = lease.place.place
    try:
        thread = parcel.payloads[parcel.next_part].get(THREAD, "")
        found = adapter.find(place, parcel.next_key, parcel.begun_at, thread)
        receipt = await ask(courier, adapter, found)
    except (RecipientGone, Rejected) as fault:
        # Looking again shows no more.
        async with courier.store.begin() as tx:
            return await ask_a_person(tx, lease, described(fault))
    except DeliveryError as fault:
        if isinstance(fault, RateLimited | PlatformDown | BadCredentials):
            async with courier.store.begin() as tx:
                await rest(tx, courier, adapter, lease.place, fault)
        return await _look_later(courier, lease, described(fault))

    async def write(tx: Tx) -> DeliverySummary:
        return await _found(tx, courier, lease, parcel, receipt)

    summary = await courier.record(write)
    if receipt is not None:
        here, parts = parcel.next_part, len(parcel.payloads)
        log_taken(lease, receipt.message_id, part=here, parts=parts, sent=summary.sent)
    return summary


async def _found(
    tx: Tx, courier: Courier, lease: Lease, parcel: Parcel, receipt: Receipt | None
) -> DeliverySummary:
    if receipt is None:
        batch = begun(parcel)
        summary = await retry(tx, courier, lease, lease.ids, NOT_FOUND, batch=batch)
        if summary != NOTHING:
            await keep_begun(tx, parcel)
        return summary
    after = await register(tx, courier, lease, parcel, receipt)
    if after.complete:
        return DeliverySummary(messages=1, sent=await close(tx, courier, lease, after))
    rest_of_it = await tx.dispatches.conclude(
        lease.attempt, lease.ids, DeliveryState.WAITING, error=None
    )
    return DeliverySummary(messages=1, put_back=rest_of_it)

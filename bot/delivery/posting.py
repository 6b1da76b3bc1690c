"""Send the parts of a message that have not arrived yet, and record each before the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from bot.adapters.base import Adapter, Receipt
from bot.adapters.last_moment import check_last_moment, only_until
from bot.delivery.checkpoints import Point
from bot.delivery.courier import Courier
from bot.delivery.recording import ask_a_person, begun, close, give_back, keep_begun, register
from bot.delivery.setbacks import PACE, described, fail, rest, retry, strike, take_turn
from bot.delivery.summary import NOTHING, DeliverySummary
from bot.delivery.telling import log_taken
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    Overtaken,
    PlatformDown,
    RateLimited,
    Rejected,
    Undeliverable,
)
from scoring.model import DeliveryState
from storage.dispatches import Lease
from storage.parcels import Parcel
from storage.transaction import Tx

log = logging.getLogger(__name__)

STOOD_STILL = "delivery.error.stood_still"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """What one part did: the parcel as it is now, or how the attempt ended.

    `since`: from when on the rows are held for a whole lease, by `courier.elapsed`, if that is new.
    """

    parcel: Parcel | None
    summary: DeliverySummary
    since: float | None = None


async def post_parts(
    courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel, since: float
) -> DeliverySummary:
    """Post part by part until all have arrived or one does not.

    `since`: the rows are held for a lease from then on at least.
    """
    summary = DeliverySummary()
    going: Parcel | None = parcel
    while going is not None:
        step = await _post_part(courier, adapter, lease, going, since)
        summary += step.summary
        going = step.parcel
        since = since if step.since is None else step.since
    return summary


async def _post_part(
    courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel, since: float
) -> Step:
    place = lease.place.place
    payload = parcel.payloads[parcel.next_part]
    courier.checkpoint(Point.BEFORE_POST)
    try:
        # What begins in the first half of a lease is over, either way, before the lease is.
        with only_until(since + courier.rules.send_most_s, courier.elapsed):
            check_last_moment()
            receipt = await ask(courier, adapter, adapter.send(place, payload, parcel.next_key))
    except Rejected as fault:
        return await _refused(courier, adapter, lease, parcel, fault)
    except DeliveryError as fault:
        return Step(None, await _not_taken(courier, adapter, lease, parcel, fault))
    courier.checkpoint(Point.AFTER_POST)

    async def write(tx: Tx) -> Step:
        held_since = courier.elapsed()
        step = await _taken(tx, courier, adapter, lease, parcel, receipt)
        return replace(step, since=held_since)

    step = await courier.record(write)
    courier.checkpoint(Point.AFTER_ACK)
    here, parts = parcel.next_part, len(parcel.payloads)
    log_taken(lease, receipt.message_id, part=here, parts=parts, sent=step.summary.sent)
    return step


async def ask(courier: Courier, adapter: Adapter, answer: Awaitable[T]) -> T:
    """What a platform answers, in time; whatever else happens, the outcome is unknown."""
    try:
        return await _in_time(courier, answer)
    except Overtaken:
        # Nobody was asked.
        raise
    except DeliveryError as fault:
        courier.refused(adapter.platform, fault)
        raise


async def _in_time(courier: Courier, answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(courier.rules.send_most_s):
            return await answer
    except DeliveryError:
        raise
    except TimeoutError:
        raise OutcomeUnknown("no answer within half the lease") from None
    except Exception as fault:
        # The edge of delivery: a bug in an adapter may have happened after the message was taken.
        log.exception("an adapter failed")
        raise OutcomeUnknown(type(fault).__name__) from None


async def _taken(
    tx: Tx, courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel, receipt: Receipt
) -> Step:
    """Register the post, and with the last part the end of its deliveries."""
    after = await register(tx, courier, lease, parcel, receipt)
    place = lease.place
    if after.complete:
        sent = await close(tx, courier, lease, after)
        await tx.pacing.resume(place.platform, place.place)
        courier.checkpoint(Point.BEFORE_ACK)
        return Step(None, DeliverySummary(messages=1, sent=sent))
    steady = await courier.steady(tx)
    until = steady + timedelta(seconds=courier.rules.lease_s)
    courier.checkpoint(Point.BEFORE_ACK)
    if not await tx.dispatches.extend(lease.attempt, lease.ids, until=until):
        log.warning("%s was taken over between two parts of a message", lease.place)
        return Step(None, DeliverySummary(messages=1))
    if await take_turn(tx, adapter, place, steady=steady):
        await tx.pacing.resume(place.platform, place.place)
        return Step(after, DeliverySummary(messages=1))
    put_back = await give_back(tx, lease, after, PACE)
    return Step(None, DeliverySummary(messages=1, put_back=put_back))


async def _refused(
    courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel, fault: Rejected
) -> Step:
    """A payload the platform refuses: say it plainer; else send each row alone; else give up.

    What may be there already is never told in other words without a mark: a person decides.
    """
    here = parcel.next_part
    plainer = adapter.simplified(parcel.payloads[here])
    by_bytes = adapter.ability(lease.place.place).dedupe

    async def write(tx: Tx) -> Step:
        held_since = courier.elapsed()
        error = described(fault)
        steady = await courier.steady(tx)
        if parcel.in_doubt and (by_bytes or not plainer):
            return Step(None, await ask_a_person(tx, lease, error))
        if plainer:
            payloads = (*parcel.payloads[:here], *plainer, *parcel.payloads[here + 1 :])
            doubtful = parcel.doubtful
            if doubtful is not None and doubtful >= here:
                doubtful += len(plainer) - 1
            after = replace(parcel, payloads=payloads, doubtful=doubtful)
            until = steady + timedelta(seconds=courier.rules.lease_s)
            if not await tx.dispatches.extend(lease.attempt, lease.ids, until=until):
                # Somebody else has it by now, and may have sent it as it was.
                return Step(None, NOTHING)
            await tx.parcels.rewrite(after)
            if await take_turn(tx, adapter, lease.place, steady=steady):
                return Step(after, DeliverySummary(), held_since)
            # Made anew it would be refused again, and cost the turn that the plainer one waits for.
            await tx.parcels.rewrite(replace(after, resumes=True))
            put_back = await tx.dispatches.conclude(
                lease.attempt, lease.ids, DeliveryState.WAITING, error=error, batch=after.key
            )
            return Step(None, DeliverySummary(put_back=put_back))
        if len(lease.rows) > 1 and not parcel.receipts:
            apart = await tx.dispatches.conclude(
                lease.attempt, lease.ids, DeliveryState.WAITING, error=error, batch=None, alone=True
            )
            if apart:
                await tx.parcels.forget(parcel.key)
            return Step(None, DeliverySummary(put_back=apart))
        return Step(None, await _give_up(tx, lease, parcel, error))

    log.warning("%s refused a payload: %s", lease.place, described(fault))
    return await courier.record(write)


async def _not_taken(
    courier: Courier, adapter: Adapter, lease: Lease, parcel: Parcel, fault: DeliveryError
) -> DeliverySummary:
    """Write down why a part did not arrive, or that nobody knows."""
    error = described(fault)
    log.warning("%s: %s", lease.place, error)

    async def write(tx: Tx) -> DeliverySummary:
        match fault:
            case OutcomeUnknown():
                steady = await courier.steady(tx)
                await strike(tx, courier, lease.place, error, steady=steady)
                settle = timedelta(seconds=courier.rules.settle_s)
                doubted = await tx.dispatches.conclude(
                    lease.attempt,
                    lease.ids,
                    DeliveryState.AMBIGUOUS,
                    settle_until=steady + settle,
                    error=error,
                )
                return DeliverySummary(ambiguous=doubted)
            case Overtaken():
                return DeliverySummary(put_back=await give_back(tx, lease, parcel, STOOD_STILL))
            case RateLimited() | PlatformDown() | BadCredentials():
                await rest(tx, courier, adapter, lease.place, fault)
                return DeliverySummary(put_back=await give_back(tx, lease, parcel, error))
            case Undeliverable():
                return await _give_up(tx, lease, parcel, error)
        summary = await retry(tx, courier, lease, lease.ids, error, batch=begun(parcel))
        if summary != NOTHING:
            await keep_begun(tx, parcel)
        return summary

    return await courier.record(write)


async def _give_up(tx: Tx, lease: Lease, parcel: Parcel, error: str) -> DeliverySummary:
    """The end of rows and of their message; whose lease was taken over ends neither."""
    summary = await fail(tx, lease, lease.ids, error)
    if summary != NOTHING:
        await tx.parcels.forget(parcel.key)
    return summary

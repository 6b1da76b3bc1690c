"""Re-check rows against the book, make their message and keep it, before a byte goes out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.adapters.base import THREAD, Adapter, Payload
from bot.delivery.courier import Courier
from bot.delivery.recording import ask_a_person, close
from bot.delivery.row_marks import with_rows
from bot.delivery.setbacks import retry
from bot.delivery.summary import NOTHING, DeliverySummary
from handlers.announcing_types import Composed
from messages.i18n import Phrasebook
from messages.model import Message
from scoring.errors import StoreUnavailable
from scoring.model import DeliveryState, Locale
from storage.dispatches import Lease
from storage.outbox import DIGEST, Delivery
from storage.parcels import Parcel
from storage.transaction import Tx

log = logging.getLogger(__name__)

NOT_MADE = "delivery.error.not_made"


@dataclass(frozen=True, slots=True)
class Packed:
    """What is left of a lease after the re-check; no parcel: nothing is to be sent now."""

    lease: Lease
    parcel: Parcel | None
    summary: DeliverySummary


async def pack(courier: Courier, adapter: Adapter, lease: Lease) -> Packed:
    """The message for a lease: what is half sent as it was, everything else made anew.

    When a row cannot be made into a message it is set apart, so that the others go out.
    """
    try:
        async with courier.store.begin() as tx:
            parcel = await tx.parcels.get(lease.batch) if lease.batch else None
            if parcel and parcel.complete:
                # Its last receipt came in after the rows had been taken from their worker.
                sent = await close(tx, courier, lease, parcel)
                return Packed(lease, None, DeliverySummary(sent=sent))
            if parcel and parcel.resumes:
                if await _forgotten(tx, courier, adapter, parcel):
                    return Packed(lease, None, await ask_a_person(tx, lease))
                steady = await courier.steady(tx)
                held = await _bind(tx, courier, lease, lease.ids, parcel, steady)
                return Packed(lease, parcel if held else None, NOTHING)
            return await _make(tx, courier, adapter, lease, parcel)
    except StoreUnavailable:
        raise
    except Exception:
        # One of the three edges where anything may come up: a bug in one card must not keep
        # the other alerts of the place from being told.
        log.exception("a message for %s could not be made", lease.place)
        return Packed(lease, None, await _set_apart(courier, adapter, lease))


async def make_payloads(
    tx: Tx, courier: Courier, adapter: Adapter, rows: Sequence[Delivery], key: str
) -> tuple[Composed, tuple[Payload, ...]]:
    """The verdict on some rows of one place, and the posts that tell those that still hold."""
    now = courier.clock()
    composed = await courier.compose(tx, rows, now)
    if not composed.covers(rows) or any(at <= now for at in composed.deferred.values()):
        raise ValueError("the handler did not decide on every row, or deferred one to the past")
    if composed.message is None:
        return composed, ()
    payloads = rendered(adapter, composed.message, rows[0].place, composed.locale, key)
    return composed, payloads


def rendered(
    adapter: Adapter, message: Message, place: str, locale: Locale, key: str
) -> tuple[Payload, ...]:
    """The posts that say a message; there is always one."""
    payloads = adapter.render(message, place, Phrasebook(locale), key)
    if not payloads:
        raise ValueError("a message was rendered into nothing")
    return payloads


async def dismiss(tx: Tx, lease: Lease, composed: Composed, *, now: datetime) -> DeliverySummary:
    """Close the rows that are not told now."""
    superseded = deferred = 0
    await tx.outbox.put_again(composed.redirected, now=now)
    if composed.superseded:
        superseded = await tx.dispatches.conclude(
            lease.attempt, composed.superseded, DeliveryState.SUPERSEDED, batch=None
        )
    for row in lease.rows:
        if row.id in composed.for_digest:
            facts = {**row.facts, DIGEST: composed.for_digest[row.id].isoformat()}
            deferred += await tx.dispatches.conclude(
                lease.attempt,
                [row.id],
                DeliveryState.WAITING,
                batch=None,
                due_at=composed.deferred[row.id],
                facts=facts,
                # What failed today says nothing of tomorrow.
                attempts=0,
                failures_since=None,
            )
    later = {
        row_id: at for row_id, at in composed.deferred.items() if row_id not in composed.for_digest
    }
    for at in set(later.values()):
        ids = [row_id for row_id, until in later.items() if until == at]
        deferred += await tx.dispatches.conclude(
            lease.attempt, ids, DeliveryState.WAITING, batch=None, due_at=at
        )
    return DeliverySummary(superseded=superseded, deferred=deferred)


def mark(adapter: Adapter, parcel: Parcel) -> Parcel:
    """The parcel with its next part marked as possibly told before."""
    here = parcel.next_part
    words = Phrasebook(Locale(parcel.locale)).t("delivery.possibly_repeated")
    begun = adapter.marked(parcel.payloads[here], words)
    payloads = (*parcel.payloads[:here], *begun, *parcel.payloads[here + 1 :])
    return replace(parcel, payloads=payloads, doubtful=here + len(begun) - 1)


async def _make(
    tx: Tx, courier: Courier, adapter: Adapter, lease: Lease, before: Parcel | None
) -> Packed:
    key = before.key if before else lease.attempt.key
    # Before the message is made: whatever changes from here on is noticed when it has arrived.
    shown = [row.opportunity_id for row in lease.rows if row.opportunity_id is not None]
    versions = await tx.opportunities.versions(shown)
    composed, payloads = await make_payloads(tx, courier, adapter, lease.rows, key)
    summary = await dismiss(tx, lease, composed, now=courier.clock())
    if not payloads:
        if before:
            await tx.parcels.forget(before.key)
        return Packed(lease, None, summary)
    if THREAD in lease.rows[0].facts:
        under = await _below(tx, adapter, lease)
        if under is None:
            gone = await tx.dispatches.conclude(
                lease.attempt, composed.kept, DeliveryState.SUPERSEDED, batch=None
            )
            return Packed(lease, None, summary + DeliverySummary(superseded=gone))
        payloads = tuple({**payload, THREAD: under} for payload in payloads)
    kept = set(composed.kept)
    if adapter.ability(lease.place.place).read_back:
        names = await tx.doubting.names([row for row in lease.rows if row.id in kept])
        payloads = with_rows(payloads, names.values())
    steady = await courier.steady(tx)
    parcel = Parcel(
        key=key,
        platform=lease.place.platform,
        place=lease.place.place,
        locale=composed.locale,
        payloads=payloads,
        receipts=(),
        resumes=False,
        doubtful=None,
        begun_at=courier.clock(),
        begun_steady=steady,
        versions=versions,
    )
    if before and before.doubtful is not None:
        parcel = mark(adapter, parcel)
    told = replace(lease, rows=tuple(row for row in lease.rows if row.id in kept))
    if not await _bind(tx, courier, told, composed.kept, parcel, steady):
        return Packed(told, None, summary)
    await tx.parcels.keep(parcel, instead=before is not None)
    return Packed(told, parcel, summary)


async def _below(tx: Tx, adapter: Adapter, lease: Lease) -> str | None:
    """The message id of the post below which a row is told; None where that is not possible."""
    post = await tx.posts.get(int(lease.rows[0].facts[THREAD]))
    here = post is not None and post.place == lease.place.place
    return post.message_id if post and here and adapter.ability(post.place).threads else None


def ages_s(courier: Courier, parcel: Parcel, steady: datetime) -> list[float]:
    """How old a message is by each clock: an operator moves one, a restart of the machine the other.

    Only that of the business where the other is not known.
    """
    ages = [(courier.clock() - parcel.begun_at).total_seconds()]
    if parcel.begun_steady is not None:
        ages.append((steady - parcel.begun_steady).total_seconds())
    return ages


def remembered(courier: Courier, parcel: Parcel, steady: datetime) -> bool:
    """Whether a platform that drops repeats surely still does so with this one: by both clocks."""
    most_s = courier.rules.dedupe_most_s
    known = parcel.begun_steady is not None
    return known and all(0 <= age_s < most_s for age_s in ages_s(courier, parcel, steady))


async def _forgotten(tx: Tx, courier: Courier, adapter: Adapter, parcel: Parcel) -> bool:
    """Whether the platform may not know any more that it has a part, and would show it twice."""
    if not (parcel.in_doubt and adapter.ability(parcel.place).dedupe):
        return False
    return not remembered(courier, parcel, await courier.steady(tx))


async def _bind(
    tx: Tx,
    courier: Courier,
    lease: Lease,
    ids: Sequence[int],
    parcel: Parcel,
    steady: datetime,
) -> bool:
    """Whether the rows are still ours; if so, for a whole lease from now on."""
    until = steady + timedelta(seconds=courier.rules.lease_s)
    held = await tx.dispatches.bind(lease.attempt, ids, parcel.key, until=until)
    if held != len(ids):
        log.warning("rows for %s were taken over while their message was made", lease.place)
    return held == len(ids)


async def _set_apart(courier: Courier, adapter: Adapter, lease: Lease) -> DeliverySummary:
    """Find the rows that cannot be made even alone; the others wait for the next turn."""
    faulty: list[int] = []
    for row in lease.rows:
        try:
            async with courier.store.read() as tx:
                await make_payloads(tx, courier, adapter, [row], lease.attempt.key)
        except StoreUnavailable:
            raise
        except Exception as fault:
            log.warning("delivery %s cannot be made: %r", row.key, fault)
            faulty.append(row.id)
    # When each can be made alone but not together, each is sent alone.
    guilty = faulty or list(lease.ids)
    innocent = [row_id for row_id in lease.ids if row_id not in guilty]
    async with courier.store.begin() as tx:
        summary = await retry(tx, courier, lease, guilty, NOT_MADE, alone=True)
        if innocent:
            await tx.dispatches.conclude(lease.attempt, innocent, DeliveryState.WAITING)
    return summary

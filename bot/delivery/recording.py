"""Writing down what has become of a message, in the registry, its parcel and its rows."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.adapters.base import THREAD, Receipt
from bot.delivery.courier import Courier
from bot.delivery.row_marks import said_of
from bot.delivery.summary import DeliverySummary
from handlers.followups import show_changes
from scoring.model import DeliveryState
from storage.dispatches import Lease
from storage.parcels import Parcel
from storage.posts import NewPost
from storage.transaction import Tx

log = logging.getLogger(__name__)

REVIEW = "delivery.error.review"


async def register(
    tx: Tx, courier: Courier, lease: Lease, parcel: Parcel, receipt: Receipt
) -> Parcel:
    """Keep that the next part arrived, in the registry and with the parcel.

    When it was the last one, `close` decides in the same transaction what is left of the parcel.
    """
    first = lease.rows[0]
    thread = parcel.payloads[parcel.next_part].get(THREAD)
    # What is said below a post is told once, and never shown anew.
    alone = len(lease.rows) == 1 and not thread
    kinds = {row.kind for row in lease.rows}
    await tx.posts.add(
        NewPost(
            platform=lease.place.platform,
            place=lease.place.place,
            message_id=receipt.message_id,
            kind=first.kind if len(kinds) == 1 else "list",
            posted_at=courier.clock(),
            contract_id=first.contract_id if alone else None,
            opportunity_id=first.opportunity_id if alone else None,
            attempt_key=parcel.next_key,
            batch=parcel.key,
            response_code=receipt.response_code,
            editable_until=receipt.editable_until,
            facts={
                "part": parcel.next_part,
                "parts": len(parcel.payloads),
                "locale": parcel.locale,
                **({THREAD: thread} if thread else {}),
                **said_of(parcel.payloads[parcel.next_part]),
            },
        )
    )
    after = replace(parcel, receipts=(*parcel.receipts, receipt.as_json()), resumes=True)
    if not after.complete:
        await tx.parcels.rewrite(after)
    return after


async def close(tx: Tx, courier: Courier, lease: Lease, parcel: Parcel) -> int:
    """Every part has arrived: the deliveries are sent. Returns how many were still ours."""
    sent = await tx.dispatches.conclude(
        lease.attempt,
        lease.ids,
        DeliveryState.SENT,
        sent_at=courier.clock(),
        receipt=parcel.receipts[0]["message_id"],
        error=None,
    )
    await show_changes(tx, lease.rows, parcel, now=courier.clock())
    if sent:
        await tx.parcels.forget(parcel.key)
    else:
        # Whoever has the rows now finds all receipts with the parcel.
        await tx.parcels.rewrite(parcel)
        log.warning("%s: a message arrived after its lease had been taken over", lease.place)
    return sent


async def give_back(tx: Tx, lease: Lease, parcel: Parcel, error: str) -> int:
    """Let the rows wait without counting it: certainly nothing more was sent."""
    back = await tx.dispatches.conclude(
        lease.attempt, lease.ids, DeliveryState.WAITING, error=error, batch=begun(parcel)
    )
    if back:
        await keep_begun(tx, parcel)
    return back


def begun(parcel: Parcel) -> str | None:
    """The batch the rows stay in: none, when nothing of the message can be out there."""
    return parcel.key if parcel.receipts or parcel.doubtful is not None else None


async def keep_begun(tx: Tx, parcel: Parcel) -> None:
    """Keep what may be out there, drop what is not; only for whose rows these still were."""
    if begun(parcel):
        await tx.parcels.rewrite(parcel)
    else:
        await tx.parcels.forget(parcel.key)


async def ask_a_person(tx: Tx, lease: Lease, error: str = REVIEW) -> DeliverySummary:
    """The end of rows that may have been told and cannot be repeated; a person decides."""
    asked = await tx.dispatches.conclude(
        lease.attempt, lease.ids, DeliveryState.REVIEW, error=error
    )
    log.warning("%s: %d deliveries need a review", lease.place, asked)
    return DeliverySummary(review=asked)

"""After a restore: look whether the lost book told a row, before this one does.

Found as a whole: registered and sent. Not there: as any other row. Where nobody can look, or what
hangs there does not say enough, a person is asked: nothing is told twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.adapters.base import THREAD, Adapter, Hanging
from bot.delivery.checkpoints import Point
from bot.delivery.courier import Courier
from bot.delivery.evidence import Evidence, weigh
from bot.delivery.posting import ask
from bot.delivery.recording import begun, keep_begun
from bot.delivery.row_marks import mark_of, said_again
from bot.delivery.setbacks import described, rest, strike
from bot.delivery.summary import NOTHING, DeliverySummary
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
from storage.dispatches import Lease
from storage.leasing import REPAINT
from storage.outbox import Delivery, Notification
from storage.posts import NewPost
from storage.transaction import Tx

log = logging.getLogger(__name__)

UNSEEN = "delivery.error.restored"
"""Nobody can look, or what was found does not say whether it was told."""


async def look_first(courier: Courier, adapter: Adapter, lease: Lease) -> DeliverySummary:
    """Decide about rows that another book may have told; none of them is sent here."""
    place, since = lease.place.place, lease.suspect_since
    if since is None or not adapter.ability(place).read_back:
        return await _ask_a_person(courier, lease, UNSEEN)
    async with courier.store.read() as tx:
        under = await _under(tx, lease)
    if under is None:
        # The post below which it was to hang is gone; the re-check says what becomes of it.
        evidence = Evidence()
    else:
        try:
            posts = await ask(courier, adapter, adapter.hanging(place, since, under))
        except (RecipientGone, Rejected) as fault:
            # Looking again shows no more.
            return await _ask_a_person(courier, lease, described(fault))
        except DeliveryError as fault:
            return await _look_later(courier, adapter, lease, fault)
        async with courier.store.read() as tx:
            evidence = await _evidence(tx, lease.rows, posts, since)
    courier.checkpoint(Point.AFTER_LOOK)

    async def write(tx: Tx) -> DeliverySummary:
        told = await _close(tx, courier, lease, evidence, under or "")
        return told + await _believe(tx, lease, evidence.absent)

    summary = await courier.record(write)
    if evidence.unclear:
        summary += await _ask_a_person(courier, lease, UNSEEN, only=evidence.unclear)
    return summary


async def look_again(courier: Courier, lease: Lease) -> DeliverySummary:
    """Whoever looked died over it; nothing was sent, so the rows wait for the next look."""
    async with courier.store.begin() as tx:
        back = await tx.dispatches.conclude(lease.attempt, lease.ids, DeliveryState.WAITING)
    return DeliverySummary(put_back=back)


async def _under(tx: Tx, lease: Lease) -> str | None:
    """The message id of the post below which the rows are told, "" for none; None: it is unknown."""
    if THREAD not in lease.rows[0].facts:
        return ""
    post = await tx.posts.get(int(lease.rows[0].facts[THREAD]))
    return post.message_id if post else None


async def _evidence(
    tx: Tx, rows: Sequence[Delivery], posts: Sequence[Hanging], since: datetime
) -> Evidence:
    names = await tx.doubting.names(rows)
    known = await tx.doubting.registered([post.key for post in posts])
    unknown = [post for post in posts if post.key not in known]
    return weigh({row_id: mark_of(name) for row_id, name in names.items()}, unknown, since=since)


async def _close(
    tx: Tx, courier: Courier, lease: Lease, evidence: Evidence, under: str
) -> DeliverySummary:
    """Register what was found, and end its rows; what the posts show is shown anew."""
    sent = 0
    now = courier.clock()
    for message, found in evidence.told.items():
        rows = [row for row in lease.rows if row.id in found.rows]
        told_at = min(found.posts[-1].at, now)
        sent += await tx.dispatches.conclude(
            lease.attempt,
            found.rows,
            DeliveryState.SENT,
            sent_at=told_at,
            receipt=found.posts[0].receipt.message_id,
            batch=message,
            error=None,
        )
        for post in found.posts:
            alone = len(post.rows or ()) == 1 and not under
            await tx.posts.add(
                NewPost(
                    platform=lease.place.platform,
                    place=lease.place.place,
                    message_id=post.receipt.message_id,
                    kind=rows[0].kind if alone or under else "list",
                    posted_at=told_at,
                    contract_id=rows[0].contract_id if alone else None,
                    opportunity_id=rows[0].opportunity_id if alone else None,
                    attempt_key=post.key,
                    batch=message,
                    facts={
                        "part": post.part,
                        "parts": found.posts[-1].part + 1,
                        **({THREAD: under} if under else {}),
                        **said_again(post),
                    },
                )
            )
        if not under:
            await _show_anew(tx, message, rows[0], now)
        if lease.batch:
            await tx.parcels.forget(lease.batch)
    return DeliverySummary(sent=sent)


async def _show_anew(tx: Tx, message: str, row: Delivery, now: datetime) -> None:
    """The posts show what the lost book said last; let them show what this one says."""
    if row.opportunity_id is None:
        return
    repaints = [
        Notification(
            key=f"{REPAINT}:found:{post.id}",
            kind=REPAINT,
            platform=post.platform,
            place=post.place,
            due_at=now,
            contract_id=row.contract_id,
            opportunity_id=row.opportunity_id,
            facts={"post": post.id},
        )
        for post in await tx.posts.of_batch(message)
    ]
    await tx.outbox.put(repaints, now=now)


async def _believe(tx: Tx, lease: Lease, ids: Collection[int]) -> DeliverySummary:
    """What does not hang there was not told: it waits like any other row, its message goes on."""
    if not ids:
        return NOTHING
    parcel = await tx.parcels.get(lease.batch) if lease.batch else None
    back = await tx.dispatches.conclude(
        lease.attempt,
        ids,
        DeliveryState.WAITING,
        batch=begun(parcel) if parcel else None,
        suspect_since=None,
        error=None,
    )
    if back and parcel:
        await keep_begun(tx, parcel)
    return DeliverySummary(put_back=back)


async def _ask_a_person(
    courier: Courier, lease: Lease, error: str, only: Collection[int] | None = None
) -> DeliverySummary:
    """The end of rows that may have been told; of those that are no longer true, without asking."""
    ids = set(lease.ids if only is None else only)
    async with courier.store.begin() as tx:
        over = await _no_longer_true(tx, courier, [row for row in lease.rows if row.id in ids])
        ended = await tx.dispatches.conclude(
            lease.attempt, over, DeliveryState.SUPERSEDED, batch=None
        )
        asked = await tx.dispatches.conclude(
            lease.attempt, ids - over, DeliveryState.REVIEW, error=error
        )
    log.warning("%s: %d deliveries of the lost book need a review", lease.place, asked)
    return DeliverySummary(superseded=ended, review=asked)


async def _no_longer_true(tx: Tx, courier: Courier, rows: Sequence[Delivery]) -> set[int]:
    try:
        composed = await courier.compose(tx, rows, courier.clock())
    except StoreUnavailable:
        raise
    except Exception:
        # The edge of delivery: a bug in one card must not keep the others from a person's eyes.
        log.exception("rows to be reviewed could not be re-checked")
        return set()
    # What others are told instead the lost book may have told them, too.
    return set() if composed.redirected else set(composed.superseded)


async def _look_later(
    courier: Courier, adapter: Adapter, lease: Lease, fault: DeliveryError
) -> DeliverySummary:
    error = described(fault)
    async with courier.store.begin() as tx:
        if isinstance(fault, RateLimited | PlatformDown | BadCredentials):
            await rest(tx, courier, adapter, lease.place, fault)
        else:
            steady = await courier.steady(tx)
            await strike(tx, courier, lease.place, error, steady=steady)
        back = await tx.dispatches.conclude(
            lease.attempt, lease.ids, DeliveryState.WAITING, error=error
        )
    return DeliverySummary(put_back=back)

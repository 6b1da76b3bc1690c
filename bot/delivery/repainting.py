"""Edit a post so that it shows what is true now. Repeating an edit does no harm.

What a post cannot show any more is told by a short follow-up instead.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.base import Adapter, Payload
from bot.delivery.courier import Courier
from bot.delivery.packing import NOT_MADE, dismiss, make_payloads
from bot.delivery.posting import ask
from bot.delivery.setbacks import described, fail, rest, retry
from bot.delivery.summary import NOTHING, DeliverySummary
from handlers.announcing_types import Composed
from handlers.followups import tell_instead
from messages.render.wecom_card import APP_CARD
from messages.render.wecom_notice import face_card
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    PlatformDown,
    RateLimited,
    RecipientGone,
    StoreUnavailable,
    Undeliverable,
)
from scoring.model import DeliveryState
from storage.dispatches import Lease
from storage.posts import Post
from storage.transaction import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Edit:
    """What to do; no post: nothing any more."""

    summary: DeliverySummary
    post: Post | None = None
    payload: Payload | None = None


async def repaint(courier: Courier, adapter: Adapter, lease: Lease) -> DeliverySummary:
    """Give one post its new face; superseded by a follow-up when it cannot be edited any more."""
    try:
        async with courier.store.begin() as tx:
            edit = await _prepare(tx, courier, adapter, lease)
    except StoreUnavailable:
        raise
    except Exception:
        # The edge of delivery: a bug in one card must not stop the others.
        log.exception("a post of %s could not be repainted", lease.place)
        async with courier.store.begin() as tx:
            return await retry(tx, courier, lease, lease.ids, NOT_MADE)
    post, payload = edit.post, edit.payload
    if post is None or payload is None:
        return edit.summary
    try:
        receipt = await ask(courier, adapter, adapter.edit(post, payload))
    except DeliveryError as fault:
        return edit.summary + await _not_edited(courier, adapter, lease, post, fault)

    async def write(tx: Tx) -> int:
        done = await tx.dispatches.conclude(
            lease.attempt,
            lease.ids,
            DeliveryState.SENT,
            sent_at=courier.clock(),
            receipt=receipt.message_id,
            error=None,
        )
        await tx.posts.edited(
            post.id,
            response_code=receipt.response_code,
            editable_until=receipt.editable_until,
            at=courier.clock(),
        )
        await tx.pacing.resume(lease.place.platform, lease.place.place)
        return done

    return edit.summary + DeliverySummary(edits=1, sent=await courier.record(write))


async def rests_until(tx: Tx, courier: Courier, lease: Lease) -> datetime | None:
    """When a post may be given its next face, if that is not now.

    The first change shows at once; those that follow soon become one edit.
    """
    post = await _post_of(tx, lease)
    if post is None or post.edited_at is None:
        return None
    pause = timedelta(seconds=courier.rules.repaint_pause_s)
    now = courier.clock()
    return post.edited_at + pause if post.edited_at <= now < post.edited_at + pause else None


async def _post_of(tx: Tx, lease: Lease) -> Post | None:
    post_id = lease.rows[0].facts.get("post")
    return await tx.posts.get(int(post_id)) if post_id is not None else None


async def _prepare(tx: Tx, courier: Courier, adapter: Adapter, lease: Lease) -> _Edit:
    post = await _post_of(tx, lease)
    until = post.editable_until if post else None
    if (
        post is None
        or not adapter.ability(post.place).edit
        or (until is not None and until <= courier.clock())
    ):
        return _Edit(await _tell_instead(tx, courier, lease, "delivery.error.not_editable"))
    composed, payloads = await make_payloads(tx, courier, adapter, lease.rows, f"post{post.id}")
    summary = await dismiss(tx, lease, composed, now=courier.clock())
    if not payloads:
        return _Edit(summary)
    face = _face(composed, post, payloads)
    if face is None:
        told = await _tell_instead(tx, courier, lease, "delivery.error.other_shape")
        return _Edit(summary + told)
    deadline = await courier.steady(tx) + timedelta(seconds=courier.rules.lease_s)
    if not await tx.dispatches.extend(lease.attempt, lease.ids, until=deadline):
        return _Edit(NOTHING)
    return _Edit(summary, post, face)


def _face(composed: Composed, post: Post, payloads: Sequence[Payload]) -> Payload | None:
    """What the post shows now; None when the message has another number of parts than it had."""
    if post.response_code is not None and composed.message is not None:
        # A card of WeCom's app: whatever the message has become, this stays a card.
        return face_card(composed.message, APP_CARD, post.message_id)
    return payloads[post.part] if len(payloads) == post.parts else None


async def _tell_instead(tx: Tx, courier: Courier, lease: Lease, error: str) -> DeliverySummary:
    """Supersede the edit by a follow-up, where one is due."""
    await tell_instead(tx, lease.rows, now=courier.clock())
    gone = await tx.dispatches.conclude(
        lease.attempt, lease.ids, DeliveryState.SUPERSEDED, error=error
    )
    return DeliverySummary(superseded=gone)


async def _not_edited(
    courier: Courier, adapter: Adapter, lease: Lease, post: Post, fault: DeliveryError
) -> DeliverySummary:
    error = described(fault)
    log.warning("%s: %s", lease.place, error)

    async def write(tx: Tx) -> DeliverySummary:
        match fault:
            case RateLimited() | PlatformDown() | BadCredentials():
                await rest(tx, courier, adapter, lease.place, fault)
                waiting = await tx.dispatches.conclude(
                    lease.attempt, lease.ids, DeliveryState.WAITING, error=error
                )
                return DeliverySummary(put_back=waiting)
            case RecipientGone():
                await tx.posts.settled(post.id, at=courier.clock())
                return await _tell_instead(tx, courier, lease, error)
            case Undeliverable():
                await tell_instead(tx, lease.rows, now=courier.clock())
                return await fail(tx, lease, lease.ids, error)
        return await retry(tx, courier, lease, lease.ids, error)

    return await courier.record(write)

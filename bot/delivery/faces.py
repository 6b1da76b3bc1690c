"""What a card shows now, for platforms where it can only be changed in answer to a tap."""

from __future__ import annotations

from typing import Any

from bot.delivery.courier import Courier
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from messages.render.wecom_card import AIBOT_CARD, APP_CARD
from messages.render.wecom_notice import face_card
from scoring.model import DeliveryState
from storage.outbox import Delivery
from storage.posts import Post
from storage.transaction import Tx


async def card_now(tx: Tx, courier: Courier, post: Post) -> dict[str, Any] | None:
    """The template card of one of WeCom's posts as things stand; None when nothing is left to show.

    A card whose renewal was decided becomes a notice without buttons.
    """
    composed = await courier.compose(tx, [_asking_for(post)], courier.clock())
    if composed.message is None:
        return None
    kind = kind_of_place(post.platform, post.place)
    sizes = APP_CARD if kind is PlaceKind.WECOM_APP else AIBOT_CARD
    return dict(face_card(composed.message, sizes, post.message_id)["template_card"])


def _asking_for(post: Post) -> Delivery:
    """A row that asks for the new face of a post, as one of the outbox would; never kept."""
    return Delivery(
        id=0,
        key=f"face:{post.id}",
        kind="repaint",
        platform=post.platform,
        place=post.place,
        person_id=None,
        contract_id=post.contract_id,
        opportunity_id=post.opportunity_id,
        facts={"post": post.id},
        state=DeliveryState.LEASED,
        due_at=post.posted_at,
        limit_on=None,
        attempts=0,
        failures_since=None,
        attempt_key=None,
        batch=None,
        sent_at=None,
        receipt=None,
        error=None,
        created_at=post.posted_at,
    )

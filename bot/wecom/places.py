"""Where something was said, as a place of ours, and how that place is written to."""

from __future__ import annotations

from bot.wecom.heard import Chat, Way
from messages.abilities import PlaceKind
from messages.incoming import Place
from scoring.model import Platform
from scoring.permissions import PlaceScope


def place_of(chat: Chat, person: str) -> Place:
    """The place of a chat; `person` is the plain user id of who speaks there."""
    if chat.way is Way.APP:
        return Place(Platform.WECOM, f"user:{person}", PlaceScope.DM, PlaceKind.WECOM_APP)
    if chat.group_id is not None:
        return Place(
            Platform.WECOM,
            f"group:{chat.group_id}",
            PlaceScope.SHARED,
            PlaceKind.WECOM_AIBOT_GROUP,
        )
    return Place(Platform.WECOM, f"bot:{person}", PlaceScope.DM, PlaceKind.WECOM_AIBOT_DM)


def address_of(chat: Chat, place: Place) -> str:
    """What an answer is sent to: the place, but by the encrypted id where that is what is known."""
    direct = chat.way is Way.AIBOT and chat.group_id is None
    if direct and place.id != f"bot:{chat.userid}" and chat.as_given:
        return f"bot:{chat.as_given}"
    return place.id

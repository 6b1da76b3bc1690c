"""Where a chat line was said, as a place: a person's own conversation, or a channel aside."""

from __future__ import annotations

from bot.slack.heard import Where
from messages.abilities import PlaceKind
from messages.incoming import Place
from scoring.model import Platform
from scoring.permissions import PlaceScope


def place_of(where: Where, *, shared: bool = False) -> Place:
    """In a channel the answer is for the asker alone, unless it is `shared` with everybody.

    What is shared is, wherever: a direct conversation may be one of two people.
    """
    if shared:
        place, kind = where.channel or where.user, PlaceKind.SLACK_CHANNEL
        return Place(Platform.SLACK, place, PlaceScope.SHARED, kind, where.channel_name)
    if where.direct or not where.channel:
        return Place(Platform.SLACK, where.user, PlaceScope.DM, PlaceKind.SLACK_DM)
    kind = PlaceKind.SLACK_EPHEMERAL
    return Place(Platform.SLACK, where.channel, PlaceScope.ASIDE, kind, where.channel_name)

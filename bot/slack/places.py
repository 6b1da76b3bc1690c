"""Where a chat line was said, as a place: a person's own conversation, or a channel aside."""

from __future__ import annotations

from bot.slack.heard import Where
from messages.abilities import PlaceKind
from messages.incoming import Place
from scoring.model import Platform
from scoring.permissions import PlaceScope


def place_of(where: Where, *, shared: bool = False) -> Place:
    """In a channel the answer is for the asker alone, unless it is `shared` with everybody."""
    if where.direct or not where.channel:
        return Place(Platform.SLACK, where.user, PlaceScope.DM, PlaceKind.SLACK_DM)
    scope = PlaceScope.SHARED if shared else PlaceScope.ASIDE
    kind = PlaceKind.SLACK_CHANNEL if shared else PlaceKind.SLACK_EPHEMERAL
    return Place(Platform.SLACK, where.channel, scope, kind, where.channel_name)

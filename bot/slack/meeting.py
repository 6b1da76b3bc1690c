"""Noting ids as they are met: to which workspace they belong, and whose conversation is whose."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.slack.heard import Where
from bot.slack.ids import is_direct
from scoring.errors import StoreUnavailable
from storage.slack_places import SlackPlace
from storage.store import Store

log = structlog.get_logger()

KEPT_MOST = 4_096


class Met:
    """Writes each id once for the life of the process, and a channel when its name changes."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def note(self, where: Where, *, own: bool) -> None:
        """Note what is new; nobody waits for this.

        `own`: it was said to the bot. Commands and taps may be in a conversation of two people.
        """
        places = self._news(where, own)
        if not places or not where.team:
            return
        try:
            async with self._store.begin() as tx:
                for place in places:
                    await tx.slack_places.note(place)
        except StoreUnavailable as fault:
            log.info("it was not noted where something was said", reason=fault.reason)
            return
        for place in places:
            self._known[place.id, place.team] = place.name or place.user or ""
            while len(self._known) > KEPT_MOST:
                self._known.popitem(last=False)

    def _news(self, where: Where, own: bool) -> list[SlackPlace]:
        now = self._clock()
        places = []
        if where.user and where.user_team in ("", where.team):
            places.append(SlackPlace(where.user, where.team, now))
        if is_direct(where.channel) and own:
            places.append(SlackPlace(where.channel, where.team, now, user=where.user))
        elif where.channel and not where.direct:
            name = where.channel_name or None
            places.append(SlackPlace(where.channel, where.team, now, name=name))
        return [place for place in places if self._is_news(place)]

    def _is_news(self, place: SlackPlace) -> bool:
        known = self._known.get((place.id, place.team))
        return known is None or bool(place.name and place.name != known)

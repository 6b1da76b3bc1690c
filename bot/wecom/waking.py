"""Whoever speaks to the AI bot lets go what waited in that chat for a first word (846607)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.wecom.answering import Met
from bot.wecom.heard import Chat, Way
from bot.wecom.places import place_of
from handlers.waking import spoken_in
from scoring.errors import StoreUnavailable
from scoring.model import Platform
from storage.store import Store

log = logging.getLogger(__name__)


def waking(store: Store, wake: Callable[[], None], met: Met) -> Met:
    """`met`, and after it the delivery of what waited; `wake` rouses the loop."""

    async def heard_there(chat: Chat, userid: str) -> None:
        await met(chat, userid)
        if chat.way is not Way.AIBOT:
            return
        try:
            waited = await spoken_in(store, Platform.WECOM, place_of(chat, userid).id)
        except StoreUnavailable as fault:
            # It is tried again within the hour by itself.
            log.info("what waits there was not let go: %s", fault.reason)
            return
        if waited:
            wake()

    return heard_there

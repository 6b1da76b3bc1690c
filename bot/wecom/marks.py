"""When WeCom last spoke to us, and who has spoken to the AI bot: what `doctor` looks at.

Written rarely: a way at most once a minute, a person once for the life of a process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.wecom.heard import Chat, Way
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

OFTEN = timedelta(minutes=1)

HEARD = "wecom.heard:"
"""Followed by a way: the last time anything valid came in there."""

SPOKE = "wecom.spoke:"
"""Followed by a plain user id: this person has spoken to the AI bot alone, so it may write to them.
"""


class Marks:
    """Told of everybody who was heard."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._heard: dict[Way, datetime] = {}
        self._spoke: set[str] = set()

    async def met(self, chat: Chat, userid: str) -> None:
        """Somebody of that plain user id said something there; nobody waits for this."""
        now = self._clock()
        last = self._heard.get(chat.way)
        keys = [] if last is not None and abs(now - last) < OFTEN else [f"{HEARD}{chat.way}"]
        alone = chat.way is Way.AIBOT and chat.group_id is None
        if alone and userid not in self._spoke:
            keys.append(f"{SPOKE}{userid}")
        if not keys:
            return
        try:
            async with self._store.begin() as tx:
                for key in keys:
                    await tx.settings.put(key, now.isoformat(), at=now)
        except StoreUnavailable as fault:
            log.info("it was not noted that somebody spoke: %s", fault.reason)
            return
        self._heard[chat.way] = now
        if alone:
            self._spoke.add(userid)


async def last_heard(tx: Tx, way: Way) -> datetime | None:
    """When anything valid last came in there; None: never."""
    kept: str | None = await tx.settings.get(f"{HEARD}{way}")
    return None if kept is None else datetime.fromisoformat(kept)


async def never_spoken(tx: Tx, userids: Iterable[str]) -> list[str]:
    """Those whom the AI bot may not write to yet."""
    spoken = await tx.settings.under(SPOKE)
    return [userid for userid in userids if f"{SPOKE}{userid}" not in spoken]

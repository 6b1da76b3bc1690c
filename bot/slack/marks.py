"""When Slack last spoke to us, by what kind of thing: what `doctor` looks at.

Written at most once a minute a kind, by tasks of its own: nobody waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.slack.heard import (
    Commanded,
    Heard,
    HomeOpened,
    Joined,
    LinkShared,
    PersonChanged,
    Reacted,
    Removed,
    Said,
    Unheeded,
)
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

OFTEN = timedelta(minutes=1)

HEARD = "slack.heard:"
"""Followed by a kind: the last time anything of it came in."""

Hear = Callable[[Heard], Awaitable[dict[str, Any] | None]]


class Kind(StrEnum):
    """What came in. `FORGED`: a request whose signature was wrong."""

    COMMAND = "command"
    ACTION = "action"
    EVENT = "event"
    FORGED = "forged"


_EVENTS = (HomeOpened, Joined, LinkShared, PersonChanged, Reacted, Removed, Said)


class Marks:
    """Told of everything that was heard."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._last: dict[Kind, datetime] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def met(self, heard: Heard) -> None:
        """Something valid came in."""
        if not isinstance(heard, Unheeded):
            self._note(_kind(heard))

    def forged(self) -> None:
        """Something came in whose signature was wrong."""
        self._note(Kind.FORGED)

    async def drain(self) -> None:
        """Finish what is being written."""
        await asyncio.gather(*self._writing)

    def _note(self, kind: Kind) -> None:
        now = self._clock()
        last = self._last.get(kind)
        if last is not None and abs(now - last) < OFTEN:
            return
        self._last[kind] = now
        self._start(self._write(kind, now))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, kind: Kind, now: datetime) -> None:
        try:
            async with self._store.begin() as tx:
                await tx.settings.put(f"{HEARD}{kind}", now.isoformat(), at=now)
        except StoreUnavailable as fault:
            log.info("it was not noted that Slack was heard: %s", fault.reason)


def marking(hear: Hear, marks: Marks) -> Hear:
    """The same, with a note of what was heard."""

    async def noted(heard: Heard) -> dict[str, Any] | None:
        marks.met(heard)
        return await hear(heard)

    return noted


async def last_heard(tx: Tx) -> dict[Kind, datetime]:
    """When anything of each kind last came in; without those that never did."""
    found = {}
    for kind in Kind:
        kept: str | None = await tx.settings.get(f"{HEARD}{kind}")
        if kept is not None:
            found[kind] = datetime.fromisoformat(kept)
    return found


def _kind(heard: Heard) -> Kind:
    if isinstance(heard, Commanded):
        return Kind.COMMAND
    return Kind.EVENT if isinstance(heard, _EVENTS) else Kind.ACTION

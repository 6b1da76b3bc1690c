"""What is being answered and what was answered just now, so that a repeat is answered alike.

Platforms tell a thing again when they did not hear an answer in time: WeCom up to three times and
within seconds, Slack at once, after a minute and after five. Kept in this process alone: a repeat
that reaches another replica is answered there, and what changes the book acts once all the same,
by the inbox.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

import structlog

from bot.origins import Begun, beginning

log = structlog.get_logger()

R = TypeVar("R")
"""The way back of what was heard."""

KEPT_S = 600.0
"""Longer than anybody repeats anything."""

KEPT_MOST = 2_000
"""An answer with its cards takes some 12 kB; what is forgotten early acts once by the inbox."""

_LOOKED_AT = 32
AT_ONCE = 200
AT_ONCE_FOR_ONE = 4
"""Of one person, so that nobody alone takes all connections to the book (SQLite reads on six).

WeCom itself lets a member have three interactions with an AI bot under way (101031).
"""


@dataclass(slots=True, eq=False)
class Exchange(Generic[R]):
    """One thing heard, until it is answered. `known` is set when it is clear what to say.

    `lost`: the answer did not get through, so a repeat has to be answered anew. `elsewhere`: a
    replica that may have died has it, so it should be repeated.
    """

    reply: R
    speaker: str
    begun: float
    known: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False
    elsewhere: bool = False
    task: asyncio.Task[None] | None = None


class Exchanges(Generic[R]):
    """Exchanges by what they answer to, bounded in number and in time."""

    def __init__(
        self,
        *,
        kept_s: float = KEPT_S,
        most: int = KEPT_MOST,
        at_once: int = AT_ONCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchanges: OrderedDict[str, Exchange[R]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._speaking: Counter[str] = Counter()
        self._kept_s = kept_s
        self._most = most
        self._at_once = at_once
        self._monotonic = monotonic

    def find(self, key: str) -> Exchange[R] | None:
        """The exchange that answers this already, unless its answer was lost."""
        exchange = self._exchanges.get(key)
        return None if exchange is None or exchange.lost else exchange

    def full(self, speaker: str) -> bool:
        """Whether so much is under way that one more has to wait outside."""
        return len(self._tasks) >= self._at_once or self._speaking[speaker] >= AT_ONCE_FOR_ONE

    def begin(
        self,
        key: str,
        speaker: str,
        reply: R,
        work: Callable[[Exchange[R]], Coroutine[Any, Any, None]],
    ) -> Exchange[R]:
        """Start answering."""
        self._forget_old()
        exchange = Exchange(reply, speaker, self._monotonic())
        self._exchanges[key] = exchange
        self._exchanges.move_to_end(key)
        self._speaking[speaker] += 1
        exchange.task = self.also(work(exchange))
        exchange.task.add_done_callback(lambda _task: self._ended(exchange))
        return exchange

    def also(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something besides, watched: it is never lost silently and is waited for at the end.

        It goes on under the id of what it belongs to, or gets one of its own.
        """
        task = asyncio.create_task(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, within_s: float) -> None:
        """Wait for what is under way, then give up on the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=within_s)
        if late:
            log.warning("answers were not finished before the end", answers=len(late))
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, exchange: Exchange[R]) -> None:
        self._speaking[exchange.speaker] -= 1
        if not self._speaking[exchange.speaker]:
            del self._speaking[exchange.speaker]

    def _forget_old(self) -> None:
        """Drop what nobody repeats any more, oldest first; what is under way stays."""
        oldest = self._monotonic() - self._kept_s
        for key, exchange in list(islice(self._exchanges.items(), _LOOKED_AT)):
            crowded = len(self._exchanges) >= self._most
            if exchange.begun > oldest and not crowded:
                break
            if exchange.task is None or exchange.task.done():
                del self._exchanges[key]


async def _watched(work: Coroutine[Any, Any, None]) -> None:
    with beginning(Begun.LINE):
        try:
            await work
        except Exception:
            # An edge: nobody waits for this task but the end of the service.
            log.exception("an answer failed")

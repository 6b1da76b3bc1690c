"""Work by chat: what belongs to one is done in its order, different chats side by side."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scoring.errors import PlatformDown

log = logging.getLogger(__name__)

T = TypeVar("T")


class Lanes(Generic[T]):
    """What came in, one after the other within a lane, at most `at_once` lanes at a time.

    Reading is never held up by slow work: what exceeds `per_lane` or `most` is not taken.
    """

    def __init__(
        self,
        work: Callable[[T], Awaitable[None]],
        *,
        at_once: int = 16,
        per_lane: int = 64,
        most: int = 1_000,
    ) -> None:
        self._work = work
        self._per_lane = per_lane
        self._most = most
        self._room = asyncio.Semaphore(at_once)
        self._waiting: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    def put(self, lane: str, item: T) -> bool:
        """Have something done after what came before it in its lane; False when it is too much."""
        queue = self._waiting.get(lane)
        if self._count >= self._most or (queue is not None and len(queue) >= self._per_lane):
            return False
        self._count += 1
        if queue is not None:
            queue.append(item)
            return True
        self._waiting[lane] = deque([item])
        task = asyncio.create_task(self._drive(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def idle(self) -> None:
        """Return once nothing is left to be done."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def cancel(self) -> None:
        """Break off what is under way and forget what waits."""
        for task in self._tasks:
            task.cancel()
        await self.idle()

    async def _drive(self, lane: str) -> None:
        queue = self._waiting[lane]
        try:
            while queue:
                async with self._room:
                    await self._one(queue.popleft())
        finally:
            self._count -= len(queue)
            del self._waiting[lane]

    async def _one(self, item: T) -> None:
        try:
            await self._work(item)
        except Exception:
            # The edge of what comes in: a bug that one frame brings up leaves the others alone.
            log.exception("a frame could not be handled")
        finally:
            self._count -= 1


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class Turns:
    """What goes out: one at a time for each key, in the order it was asked for, `most` in all."""

    def __init__(self, most: int) -> None:
        self._room = asyncio.Semaphore(most)
        self._turns: dict[str, _Turn] = {}
        self._under_way = 0
        self._none = asyncio.Event()
        self._none.set()

    async def idle(self) -> None:
        """Return once nobody has a turn or waits for one."""
        await self._none.wait()

    @asynccontextmanager
    async def take(self, *keys: str, wait_s: float) -> AsyncIterator[None]:
        """Hold the turn of all keys; PlatformDown when it does not come within `wait_s`.

        Keys are always asked for in the same order, so that no two wait for each other.
        """
        self._under_way += 1
        self._none.clear()
        try:
            async with AsyncExitStack() as held:
                try:
                    async with asyncio.timeout(wait_s):
                        for key in keys:
                            await held.enter_async_context(self._turn(key))
                        await held.enter_async_context(self._room)
                except TimeoutError:
                    raise PlatformDown("too much is under way") from None
                yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._none.set()

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[key]

"""Moving the demo's clock: every day on the way is lived through, nothing is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.clock import Clock
from handlers.rules import Rules
from scoring.model import DeliveryState
from storage.store import Store

MORNING = time(9, 16)
"""When a day is looked at: working hours have begun, and WeCom's quarter after the hour is over."""

FARTHEST_DAYS = 400
"""How far "the next milestone" looks."""


class Step(StrEnum):
    """How far to go."""

    DAY = "day"
    WEEK = "week"
    MILESTONE = "milestone"


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands now, and whether the last morning brought something to tell."""

    now: datetime
    fired: bool


@dataclass(slots=True)
class ClockMover:
    """Moves the clock day by day: each morning a tick, each message at its own moment."""

    store: Store
    rules: Rules
    clock: Clock
    tick: Callable[[], Awaitable[dict[str, Any]]]
    deliver: Callable[[], Awaitable[object]]
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def move(self, step: Step) -> Moved:
        """Go there; ValueError when this clock is not movable."""
        if not self.clock.movable:
            raise ValueError("this clock cannot be moved")
        async with self._alone:
            days = {Step.DAY: 1, Step.WEEK: 7, Step.MILESTONE: FARTHEST_DAYS}[step]
            fired = False
            for _ in range(days):
                await self._live_until(self._next_morning())
                fired = bool((await self.tick())["notifications"])
                await self.deliver()
                if step is Step.MILESTONE and fired:
                    break
            return Moved(self.clock.now(), fired)

    def _next_morning(self) -> datetime:
        here = self.clock.now().astimezone(self.rules.zone)
        tomorrow: date = here.date() + timedelta(days=1)
        inside = self.rules.hours.start <= here.time() < self.rules.hours.end
        moment = max(here.time(), MORNING) if inside else MORNING
        return datetime.combine(tomorrow, moment, self.rules.zone)

    async def _live_until(self, stop: datetime) -> None:
        """Let everything that falls due on the way be told when it does."""
        while (due_at := await self._next_due(stop)) is not None:
            self.clock.move_to(due_at)
            await self.deliver()
        self.clock.move_to(stop)
        await self.deliver()

    async def _next_due(self, stop: datetime) -> datetime | None:
        now = self.clock.now()
        async with self.store.read() as tx:
            waiting = await tx.outbox.rows(state=DeliveryState.WAITING)
        return min((row.due_at for row in waiting if now < row.due_at <= stop), default=None)

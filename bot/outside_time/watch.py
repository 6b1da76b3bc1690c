"""Asks before every tick whether the machine's clock can be believed.

A service whose clock was started elsewhere (`--now`, the demo) does not go by the machine's, and
downtime contradicts no other clock: both are never in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.verdict import Reading, Verdict, judge
from storage.database_time import database_time
from storage.store import Store
from storage.transaction import Tx

log = structlog.get_logger()

DATABASE = "database"

ASK_AGAIN_S = 3_600.0
"""How often a platform that was not heard of for a day is asked again."""

Ask = Callable[[], Awaitable[datetime | None]]
"""Asks another clock now; None when it does not say."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the machine's clock with the database's and the platforms'.

    `platforms` can be asked by name; what their answers to other requests were dated with is
    heard by `clocks` without asking. `by_machine` says whether the business goes by the machine's
    clock. Told once for each time of doubt: `alarm`.
    """

    store: Store
    clocks: OutsideClocks
    platforms: Mapping[str, Ask] = field(default_factory=dict)
    by_machine: Callable[[], bool] = lambda: True
    alarm: Callable[[Verdict], Awaitable[None]] | None = None
    database: Callable[[Tx], Awaitable[datetime | None]] = database_time
    _last: Verdict = field(default_factory=lambda: Verdict(trusted=True))
    _asked: float | None = None
    _alarmed: bool = False

    @property
    def doubt(self) -> str:
        """What contradicts the machine's clock, as of the last look; empty while it is trusted."""
        return "" if self._last.trusted else str(self._last)

    def readings(self) -> tuple[Reading, ...]:
        """How far the machine's clock is ahead of the others; none where it does not matter."""
        return self.clocks.readings() if self.by_machine() else ()

    async def contradicted(self) -> str:
        """Compare now; what contradicts the machine's clock, empty while it is trusted."""
        await self.look()
        return self.doubt

    async def look(self) -> Verdict:
        """Compare now. In doubt every clock is asked anew, so that one odd answer stops nothing."""
        if not self.by_machine():
            self._last = Verdict(trusted=True)
            return self._last
        await self._ask_database()
        unheard = not any(self.clocks.knows(name) for name in self.platforms)
        asked = unheard and self._may_ask()
        if asked:
            await self._ask_platforms()
        verdict = judge(self.clocks.readings())
        if not verdict.trusted and not asked:
            await self._ask_platforms()
            verdict = judge(self.clocks.readings())
        await self._conclude(verdict)
        return verdict

    def _may_ask(self) -> bool:
        return self._asked is None or self.clocks.steady() - self._asked >= ASK_AGAIN_S

    async def _ask_database(self) -> None:
        async with self.store.read() as tx:
            at = await self.database(tx)
        if at is not None:
            self.clocks.heard(DATABASE, at, independent=False)

    async def _ask_platforms(self) -> None:
        self._asked = self.clocks.steady()
        for name, at in zip(
            self.platforms,
            await asyncio.gather(*(ask() for ask in self.platforms.values())),
            strict=True,
        ):
            if at is not None:
                self.clocks.heard(name, at)

    async def _conclude(self, verdict: Verdict) -> None:
        if _who(verdict) != _who(self._last):
            log.warning("the clocks were compared", trusted=verdict.trusted, found=str(verdict))
        self._last = verdict
        if verdict.trusted:
            self._alarmed = False
        elif not self._alarmed and self.alarm is not None:
            await self.alarm(verdict)
            self._alarmed = True


def _who(verdict: Verdict) -> tuple[bool, list[str]]:
    return verdict.trusted, [reading.source for reading in verdict.against]

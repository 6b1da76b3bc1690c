"""The heartbeat: one interval job that ticks. What is due is decided by the database, not here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.audit_log import log_seal
from bot.memory import give_memory_back
from bot.origins import Begun, beginning
from handlers.jobs import sealing
from handlers.jobs.tick import NOTHING_DONE, audit_when_due, tick_once
from handlers.rules import Rules
from scoring.errors import StoreUnavailable
from storage.store import Store

log = structlog.get_logger()

LATE_AFTER_TICKS = 4
"""So many periods without a tick that was done mean that the clock's part is not ready."""

Done = Callable[[Mapping[str, Any], float], None]
"""Told what a tick did and how many seconds it took."""


async def _no_doubt() -> str:
    return ""


@dataclass(slots=True)
class Ticker:
    """Ticks every so many seconds, in any number of replicas; keeps no state that matters."""

    store: Store
    rules: Rules
    clock: Callable[[], datetime]
    every_s: int
    wake: asyncio.Event
    done: Done
    failed: Callable[[], None]
    doubt: Callable[[], Awaitable[str]] = _no_doubt
    """Asks what contradicts the machine's clock; empty while it is trusted."""
    beat: Callable[[], Awaitable[None]] | None = None
    """Called after a tick that was done, so that a monitor outside hears of it."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held from the start of a tick of the clock until everything after it is done."""
    _scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone=UTC))
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)
    _doubted: str = ""
    _none_done: bool = False
    _last_done: float = field(default_factory=time.monotonic)

    async def begin(self) -> None:
        """The tick of the start; StoreUnavailable when the book is away.

        One that fails otherwise keeps nobody from asking; /readyz tells it until another is done.
        """
        self._none_done = True
        await self._carefully(starting=True)

    def start(self) -> None:
        """Tick from now on; the next one comes after one period."""
        self._scheduler.add_job(
            self._edge,
            "interval",
            seconds=self.every_s,
            jitter=max(1, self.every_s // 10),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no tick any more and let the one that runs finish."""
        started = self._scheduler.running
        if started:
            self._scheduler.pause()
        async with self._turn, self._running:
            pass
        if started:
            # Not before: it breaks off the job that runs, in the middle of its transaction.
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> dict[str, Any]:
        """Tick now; whoever else ticks meanwhile is waited for."""
        async with self._running:
            with beginning(Begun.TICK):
                did = await self._tick()
            give_memory_back()
            return did

    async def _tick(self) -> dict[str, Any]:
        self._doubted = await self.doubt()
        if self._doubted:
            # Nothing is created by a clock that others contradict.
            self.failed()
            return dict(NOTHING_DONE)
        begun = time.monotonic()
        did = await tick_once(self.store, self.rules, self.clock(), audit=False)
        if did["findings"]:
            log.warning("rows were deleted by hand", findings=did["findings"])
        self._last_done, self._none_done = time.monotonic(), False
        self.done(did, self._last_done - begun)
        self.wake.set()
        await self._audit()
        await self._seal()
        return did

    async def late(self) -> str:
        """What is wrong, for /readyz: empty while ticks are done in time."""
        if self._doubted:
            return self._doubted
        if self._none_done:
            return "no tick was done since the start"
        silent_s = time.monotonic() - self._last_done
        if silent_s > LATE_AFTER_TICKS * self.every_s:
            return f"no tick was done for {silent_s:.0f} s"
        return ""

    async def _audit(self) -> None:
        """An audit that cannot be done takes nothing back of what the tick did."""
        try:
            audit = await audit_when_due(self.store, self.rules, self.clock())
        except StoreUnavailable as fault:
            log.warning("the audit could not be done", reason=fault.reason)
            return
        if audit.findings:
            log.warning(
                "the audit found something", findings=len(audit.findings), again=audit.put_again
            )
        if audit.put_again:
            self.wake.set()

    async def _seal(self) -> None:
        """The same of the audit trail: what is not sealed now, the next tick seals."""
        try:
            await sealing.run(self.store, self.clock(), tell=log_seal)
        except StoreUnavailable as fault:
            log.warning("the audit trail could not be sealed", reason=fault.reason)

    async def _edge(self) -> None:
        """One of the edges where anything may come up: a failed tick must not stop the next."""
        async with self._turn:
            with beginning(Begun.TICK):
                if await self._carefully() and not self._doubted:
                    await self._beat()

    async def _carefully(self, *, starting: bool = False) -> bool:
        """A tick, and whether it was done."""
        try:
            did = await self.tick()
        except StoreUnavailable as fault:
            if starting and fault.reason != "slow":
                raise
            self.failed()
            log.warning("a tick could not be done", reason=fault.reason)
        except Exception:
            self.failed()
            log.exception("a tick failed")
        else:
            if did["scores_left"]:
                scored, left = did["scores"], did["scores_left"]
                log.info("scoring goes on at the next tick", scored=scored, left=left)
            if did["notifications"] or did["opportunities"]:
                log.info("ticked", **did)
            return True
        return False

    async def _beat(self) -> None:
        """The tick was done all the same when nobody outside can be told."""
        try:
            if self.beat is not None:
                await self.beat()
        except StoreUnavailable as fault:
            log.warning("the heartbeat was not sent", reason=fault.reason)
        except Exception:
            log.exception("the heartbeat failed")

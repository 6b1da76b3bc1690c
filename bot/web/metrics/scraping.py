"""The answer to Prometheus: cheap at any size of the book, and in time when it cannot be read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import generate_latest

from bot.delivery.steady import SteadyClock, steady_time
from bot.outside_time.watch import ClockWatch
from bot.web.metrics.figures import Figures
from handlers.audit_record import last_audit
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.views.bands import customers_by_band
from storage.views.outstanding import outstanding

FRESH_S = 5.0
"""Whoever asks again within this time gets what was read for the one before."""

BANDS_FRESH_S = 60.0
"""Customers are counted less often: it reads an index over all of them, and they move by the day."""

READ_S = 3.0
"""A book that cannot be read within this time counts as lost; Prometheus gives up after 10."""


@dataclass(slots=True)
class Scraping:
    """Reads the book for /metrics, once for all who ask at the same time."""

    store: Store
    figures: Figures
    clock: Callable[[], datetime]
    watch: ClockWatch | None = None
    steady: SteadyClock = steady_time
    fresh_s: float = FRESH_S
    read_s: float = READ_S
    _read_at: float | None = None
    _bands_at: float | None = None
    _reading: asyncio.Task[None] | None = field(default=None)

    async def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        self.figures.look()
        if self.watch is not None:
            self.figures.standing.compare(self.watch.readings(), self.watch.doubt)
        if self._read_at is None or time.monotonic() - self._read_at >= self.fresh_s:
            await self._in_time()
        return generate_latest(self.figures.registry)

    async def _in_time(self) -> None:
        # The read goes on when time is up; cancelling it could break a connection in use.
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        done, _ = await asyncio.wait({self._reading}, timeout=self.read_s)
        if done:
            self._reading.result()
        else:
            self._lose()

    async def _read(self) -> None:
        now = self.clock()
        try:
            async with self.store.read() as tx:
                found = await outstanding(tx.connection, now=now, steady=await self.steady(tx))
                audit = await last_audit(tx)
                tail, seal = await tx.sealing.tail(), await tx.sealing.last()
                bands = await customers_by_band(tx.connection) if self._bands_are_old() else None
        except StoreUnavailable:
            self._lose()
            return
        self.figures.standing.fill(found, audit, now)
        self.figures.standing.sealed(tail, seal, now)
        self._read_at = time.monotonic()
        if bands is not None:
            self.figures.standing.scored(bands)
            self._bands_at = self._read_at

    def _lose(self) -> None:
        self.figures.standing.lost()
        self._read_at = self._bands_at = None

    def _bands_are_old(self) -> bool:
        return self._bands_at is None or time.monotonic() - self._bands_at >= BANDS_FRESH_S

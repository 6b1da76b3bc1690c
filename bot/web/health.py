"""Is it alive, is it ready and if not which part is not, and the figures for Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.delivery import DeliverySummary
from scoring.errors import StoreUnavailable
from scoring.model import DeliveryState
from storage.store import Store

CHECK_S = 3.0
"""A part that does not answer within this time is not ready."""

Check = Callable[[], Awaitable[str]]
"""Empty when a part works, else what is wrong with it, without secrets."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted. Rows of the outbox are counted when asked for, the rest as it happens."""

    registry: CollectorRegistry
    messages: Counter
    edits: Counter
    ticks: Counter
    failed_ticks: Counter
    last_tick: Gauge
    tick_seconds: Gauge
    notifications: Counter
    deliveries: Gauge

    @classmethod
    def new(cls) -> Figures:
        """Counters at zero, of this process alone."""
        registry = CollectorRegistry()

        def counter(name: str, what: str) -> Counter:
            return Counter(f"renewals_{name}", what, registry=registry)

        def gauge(name: str, what: str, labels: tuple[str, ...] = ()) -> Gauge:
            return Gauge(f"renewals_{name}", what, labels, registry=registry)

        return cls(
            registry=registry,
            messages=counter("messages_sent", "Messages a platform took."),
            edits=counter("messages_edited", "Edits a platform took."),
            ticks=counter("ticks", "Ticks that were done."),
            failed_ticks=counter("ticks_failed", "Ticks that ended in an error."),
            last_tick=gauge("last_tick_timestamp_seconds", "When the last tick was done."),
            tick_seconds=gauge("tick_duration_seconds", "How long the last tick took."),
            notifications=counter("notifications", "Notifications put into the outbox by ticks."),
            deliveries=gauge("deliveries", "Rows of the outbox by state.", ("state",)),
        )

    def delivered(self, summary: DeliverySummary) -> None:
        """Count what delivery did."""
        self.messages.inc(summary.messages)
        self.edits.inc(summary.edits)

    def ticked(self, done: Mapping[str, Any], seconds: float) -> None:
        """Count a tick."""
        self.ticks.inc()
        self.last_tick.set(time.time())
        self.tick_seconds.set(seconds)
        self.notifications.inc(done["notifications"])


@dataclass(slots=True)
class Health:
    """The doors of monitoring. `checks` are asked at every /readyz, by the name of their part."""

    store: Store
    figures: Figures
    checks: dict[str, Check] = field(default_factory=dict)
    departing: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.checks.setdefault("database", self._database)

    def add_to(self, app: web.Application) -> None:
        """Open the doors."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.Response(text="ok\n")

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when every part works; else 503, naming those that do not and why.

        503 as well from the moment on that the process is told to stop.
        """
        if self.departing.is_set():
            parts = {"service": "told to stop"}
            gone = {"ready": False, "failing": ["service"], "parts": parts}
            return web.json_response(gone, status=503)
        found = await asyncio.gather(*(_asked(check) for check in self.checks.values()))
        parts = {name: said or "ok" for name, said in zip(self.checks, found, strict=True)}
        failing = [name for name, said in zip(self.checks, found, strict=True) if said]
        body = {"ready": not failing, "failing": failing, "parts": parts}
        return web.json_response(body, status=503 if failing else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        """All figures in Prometheus's text format."""
        try:
            async with self.store.read() as tx:
                counts = await tx.outbox.counts()
        except StoreUnavailable:
            counts = None
        for state in DeliveryState:
            value = float("nan") if counts is None else counts.get(state, 0)
            self.figures.deliveries.labels(state.value).set(value)
        body = generate_latest(self.figures.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _database(self) -> str:
        try:
            async with self.store.read() as tx:
                await tx.people.count()
        except StoreUnavailable as fault:
            return fault.reason
        return ""


async def _asked(check: Check) -> str:
    # The check goes on when time is up; cancelling it could break a connection in use.
    task = asyncio.ensure_future(check())
    done, _ = await asyncio.wait({task}, timeout=CHECK_S)
    return task.result() if done else "no answer in time"

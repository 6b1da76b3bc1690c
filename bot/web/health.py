"""Is it alive, is it ready and if not which part is not, and the figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.outside_time.watch import ClockWatch
from bot.web.metrics import Figures, Scraping
from bot.web.server import asked_by_monitoring
from scoring.errors import StoreUnavailable
from storage.store import Store

__all__ = ["Figures", "Health"]

log = structlog.get_logger()

CHECK_S = 3.0
"""A part that does not answer within this time is not ready."""

Check = Callable[[], Awaitable[str]]
"""Empty when a part works, else what is wrong with it, without secrets."""


@dataclass(slots=True)
class Health:
    """The doors of monitoring. `checks` are asked at every /readyz, by the name of their part."""

    store: Store
    figures: Figures
    checks: dict[str, Check] = field(default_factory=dict)
    departing: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    watch: ClockWatch | None = None
    monitoring: bool = False
    """Whether figures and details are told at the address for monitoring alone."""
    _scraping: Scraping = field(init=False)
    _asking: dict[str, asyncio.Future[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checks.setdefault("database", self._database)
        self._scraping = Scraping(self.store, self.figures, self.clock, self.watch)

    def add_to(self, app: web.Application) -> None:
        """Open the doors."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.Response(text="ok\n")

    async def ready(self, request: web.Request) -> web.Response:
        """200 when every part works; else 503, naming those that do not and why.

        503 as well from the moment on that the process is told to stop. `?exclude=PART`, any number
        of times, for a load balancer: a platform that is away is no reason to refuse the other one's
        requests. Such a part is named all the same.
        """
        if self.departing.is_set():
            return self._told(request, ["service"], {"service": "told to stop"})
        found = await asyncio.gather(*map(self._asked, self.checks))
        parts = {name: said or "ok" for name, said in zip(self.checks, found, strict=True)}
        excluded = set(request.query.getall("exclude", ()))
        failing = [
            name
            for name, said in zip(self.checks, found, strict=True)
            if said and name not in excluded
        ]
        return self._told(request, failing, parts)

    def _told(
        self, request: web.Request, failing: list[str], parts: dict[str, str]
    ) -> web.Response:
        body: dict[str, object] = {"ready": not failing, "failing": failing}
        if self._may_see(request):
            body["parts"] = parts
        return web.json_response(body, status=503 if failing else 200)

    def _may_see(self, request: web.Request) -> bool:
        return not self.monitoring or asked_by_monitoring(request)

    async def metrics(self, request: web.Request) -> web.Response:
        """All figures in Prometheus's text format."""
        if not self._may_see(request):
            raise web.HTTPNotFound
        body = await self._scraping.text()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _database(self) -> str:
        try:
            async with self.store.read() as tx:
                await tx.people.count()
        except StoreUnavailable as fault:
            return fault.reason
        return ""

    async def _asked(self, part: str) -> str:
        # Once for all who ask meanwhile: this door is open to anybody. The check goes on when time
        # is up; cancelling it could break a connection in use.
        task = self._asking.get(part)
        if task is None or task.done():
            task = self._asking[part] = asyncio.ensure_future(self.checks[part]())
        done, _ = await asyncio.wait({task}, timeout=CHECK_S)
        if not done:
            return "no answer in time"
        try:
            return task.result()
        except StoreUnavailable as fault:
            return fault.reason
        except Exception:
            # A part whose check breaks is not ready; the others are named all the same.
            log.exception("a part could not be checked", part=part)
            return "the check failed"

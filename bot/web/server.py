"""The HTTP server: one port, bounded bodies, and no traceback ever leaves it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.origins import Begun, beginning
from bot.web.listening import BACKLOG, Listener, listening
from bot.web.patience import HEAD_S, Patience
from scoring.errors import StoreUnavailable

log = structlog.get_logger()

BODY_MOST = 256 * 1024
"""Bytes of a request's body (reliability.md, exhaustion); files have their own limit."""

KEEPALIVE_S = 15.0
SHUTDOWN_S = 5.0
"""How long requests that are under way may still take when the server stops."""

FAREWELL_S = 1.0
"""How long clients that keep a connection open may still use it when somebody else takes over."""

ORIGIN = web.RequestKey("origin", str)
"""The id of what a request began, for whoever tells of a fault of it after it has ended."""

_MONITORING: web.AppKey[str] = web.AppKey("monitoring")
_LEAVING: web.AppKey[asyncio.Event] = web.AppKey("leaving")
_PATIENCE: web.AppKey[Patience] = web.AppKey("patience")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


_THEIR_FAULTS = (HttpProcessingError, web.RequestPayloadError)
"""What the server raises for a request that is broken."""


class Doors(Protocol):
    """Something with addresses of its own."""

    def add_to(self, app: web.Application) -> None:
        """Register them."""


def web_app(doors: Iterable[Doors], *, head_s: float = HEAD_S) -> web.Application:
    """The application of all doors; who asks nothing for `head_s` seconds loses the connection."""
    app = web.Application(middlewares=[_careful], client_max_size=BODY_MOST)
    app[_LEAVING] = asyncio.Event()
    app[_PATIENCE] = Patience(head_s)
    app.on_response_prepare.append(_strictly)
    for one in doors:
        one.add_to(app)
    return app


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, listener: Listener | None = None
) -> AsyncIterator[str]:
    """Serve until left; gives the address people open. ConfigError when the port is taken.

    With a `listener` its sockets are listened on, and stay open when this ends: what somebody
    else serves there, before or after, loses no connection. Those that clients keep open are given
    up politely then: the next answer on each says that it is the last.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=KEEPALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
        logger=_http_log(),
    )
    app[_MONITORING] = listener.monitoring if listener else ""
    await runner.setup()
    own = nullcontext(listener) if listener else listening(host, port)
    try:
        with own as open_ones:
            for one in open_ones.sockets:
                await web.SockSite(runner, one.dup(), backlog=BACKLOG).start()
            watching = asyncio.create_task(_watch(app, runner))
            try:
                yield open_ones.address
            finally:
                watching.cancel()
            if listener:
                await _say_farewell(app, runner)
    finally:
        await runner.cleanup()


def asked_by_monitoring(request: web.Request) -> bool:
    """Whether a request came to the port that is monitoring's alone."""
    own = request.transport.get_extra_info("sockname") if request.transport else None
    port = request.app.get(_MONITORING, "").rpartition(":")[2]
    return own is not None and str(own[1]) == port


async def _watch(app: web.Application, runner: web.AppRunner) -> None:
    if runner.server is not None:
        await app[_PATIENCE].watch(runner.server)


async def _say_farewell(app: web.Application, runner: web.AppRunner) -> None:
    app[_LEAVING].set()
    for site in list(runner.sites):
        await site.stop()
    until = time.monotonic() + FAREWELL_S
    while runner.server and runner.server.connections and time.monotonic() < until:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.02)


def _http_log() -> logging.Logger:
    """Where the server complains; what is wrong with a request is one line, not a traceback."""
    logger = logging.getLogger("aiohttp.server")
    if _brief not in logger.filters:
        logger.addFilter(_brief)
    return logger


def _brief(record: logging.LogRecord) -> bool:
    fault = record.exc_info[1] if record.exc_info else None
    if isinstance(fault, _THEIR_FAULTS):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        record.msg = f"{record.msg}: {type(fault).__name__}"
    return True


@web.middleware
async def _careful(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer is safe to show: our own refusals as they are, bugs as a reference number."""
    request.app[_PATIENCE].asked(request)
    with structlog.contextvars.bound_contextvars(path=request.path, method=request.method):
        try:
            response = await handler(request)
        except web.HTTPException as fault:
            response = _plain(fault.status, {})
        except StoreUnavailable as fault:
            with _told_of(request):
                log.warning("store unavailable", reason=fault.reason)
            response = _plain(503, {"failing": "database"})
        except ConnectionResetError:
            raise
        except _THEIR_FAULTS:  # a body that is not what it says
            response = _plain(400, {})
        except Exception:
            with _told_of(request) as reference:
                log.exception("a request could not be answered", reference=reference)
            response = _plain(500, {"reference": reference})
    if not response.prepared and request.app[_LEAVING].is_set():
        response.force_close()
    return response


def _told_of(request: web.Request) -> AbstractContextManager[str]:
    """The id to tell of a request's fault under: of what it began, or one of its own."""
    return beginning(Begun.WEB, former=request.get(ORIGIN))


async def _strictly(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, also of one that is sent piece by piece."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")


def _plain(status: int, body: dict[str, str]) -> web.Response:
    return web.json_response({"status": status, **body}, status=status)

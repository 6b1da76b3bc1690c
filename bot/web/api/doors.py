"""The doors at `/api/…`: who it is, how much, how fast; then the rows, all or none."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from bot.origins import Begun, beginning
from bot.paces import Paces
from bot.refused import BAD_REQUEST, TIMED_OUT, TOO_LARGE, UNAUTHORIZED, Refused
from bot.web.api.openapi import description
from bot.web.api.rows import rows_in
from bot.web.bodies import body_of
from bot.web.server import ORIGIN
from handlers.api import MOST_ROWS, Posted, take
from handlers.api_sources import API_KINDS, digest_of
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.errors import Forbidden, UserError
from scoring.model import Locale
from storage.api_sources import ApiSource
from storage.store import Store

log = structlog.get_logger()

MOST_BYTES = 4 * 1024 * 1024
"""Of one body: 10,000 rows of 400 bytes."""

WITHIN_S = 30.0
"""How long a body may take to arrive."""

BURST, EVERY_S = 60, 0.5
"""Requests of one source at once, and how often another; 10,000 rows each are 20,000 a second."""

WRONG_BURST, WRONG_EVERY_S = 20, 5.0
"""Wrong tokens from one address. Who has a right one is never kept waiting by them."""

AT_ONCE = 2
"""Requests of one source that are under way; each holds its body in memory."""

UNPROCESSABLE, BUSY, FORBIDDEN, UNSUPPORTED = 422, 429, 403, 415

_BEARER = re.compile(r"(?i:bearer) {1,4}([A-Za-z0-9._~+/=-]{1,200})")
_KEY = re.compile(r"[!-~]{1,200}")
_TYPES = frozenset({"application/json", "application/x-ndjson", "application/jsonl", "text/plain"})
_SAID = {
    BAD_REQUEST: "api.not_rows",
    UNAUTHORIZED: "api.unauthorized",
    TIMED_OUT: "api.too_slow",
    TOO_LARGE: "api.too_large",
    UNSUPPORTED: "api.unsupported",
    BUSY: "api.busy",
}
_NOBODY = {"Cache-Control": "no-store"}


class Api:
    """Facts in, nothing out: there is no way to read the book here."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        now: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._rules = rules
        self._now = now
        self._paces = Paces(BURST, EVERY_S, steady)
        self._wrong = Paces(WRONG_BURST, WRONG_EVERY_S, steady)
        self._under_way: Counter[str] = Counter()

    def add_to(self, app: web.Application) -> None:
        """Open them."""
        for kind in API_KINDS:
            app.router.add_post(f"/api/v1/{kind}", partial(self._told, kind))
        app.router.add_get("/api/openapi.json", self._described)

    async def _described(self, _request: web.Request) -> web.Response:
        return web.json_response(description(Phrasebook(Locale.EN)))

    async def _told(self, kind: str, request: web.Request) -> web.Response:
        """Every refusal is JSON with a sentence in the language that is asked for."""
        asked = request.headers.get("Accept-Language", "")[:40]
        locale = Locale.of(asked.partition(",")[0].partition(";")[0].strip() or None, Locale.EN)
        phrases = Phrasebook(locale, self._rules.zone)
        with beginning(Begun.API) as origin:
            request[ORIGIN] = origin
            return await self._answered(kind, request, phrases)

    async def _answered(self, kind: str, request: web.Request, phrases: Phrasebook) -> web.Response:
        try:
            return await self._take(kind, request, phrases)
        except _Wait as wait:
            after = {"Retry-After": str(math.ceil(wait.seconds))}
            return _refusal(BUSY, phrases.t(_SAID[BUSY], seconds=math.ceil(wait.seconds)), after)
        except Refused as fault:
            log.info("a request to the API was refused", reason=fault.reason, status=fault.status)
            asks = {"WWW-Authenticate": "Bearer"} if fault.status == UNAUTHORIZED else {}
            said = phrases.t(_SAID[fault.status], megabytes=MOST_BYTES >> 20, rows=MOST_ROWS)
            return _refusal(fault.status, said, asks)
        except UserError as fault:
            status = FORBIDDEN if isinstance(fault, Forbidden) else UNPROCESSABLE
            return _refusal(status, phrases.t(fault.key, **fault.params), {})

    async def _take(self, kind: str, request: web.Request, phrases: Phrasebook) -> web.Response:
        source = await self._source(request)
        if kind not in source.kinds:
            raise Forbidden("api.not_your_kind", kind=kind, kinds=", ".join(source.kinds))
        if (seconds := self._paces.wait_s(source.name)) > 0:
            raise _Wait(seconds)
        key = _key_of(request)
        _check_type(request)
        if self._under_way[source.name] >= AT_ONCE:
            raise _Wait(1.0)
        self._under_way[source.name] += 1
        try:
            body = await body_of(request, most=MOST_BYTES, within_s=WITHIN_S)
            rows = await asyncio.to_thread(rows_in, body, MOST_ROWS)
            taken = await take(
                self._store,
                self._rules,
                self._now(),
                source=source,
                posted=Posted(kind, rows, key),
                phrases=phrases,
            )
        finally:
            self._under_way[source.name] -= 1
        counts = {name: taken.document[name] for name in ("new", "changed", "unchanged", "refused")}
        log.info("facts came by the API", source=source.name, kind=kind, **counts)
        again = {"Idempotent-Replayed": "true"} if taken.repeated else {}
        status = 200 if taken.written else UNPROCESSABLE
        return _json(taken.document, status, again)

    async def _source(self, request: web.Request) -> ApiSource:
        """Whose token it is. Asked before anything of the body is read."""
        given = request.headers.getall("Authorization", [])
        match = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
        if match is not None:
            async with self._store.read() as tx:
                source = await tx.api_sources.by_digest(digest_of(match[1]))
            if source is not None:
                return source
        if (seconds := self._wrong.wait_s(request.remote or "")) > 0:
            raise _Wait(seconds)
        raise Refused(UNAUTHORIZED, "token")


class _Wait(Exception):
    """Too fast; asking again in `seconds` may do."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _key_of(request: web.Request) -> str:
    given = request.headers.getall("Idempotency-Key", [])
    if not given:
        return ""
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Refused(BAD_REQUEST, "key")
    return given[0]


def _check_type(request: web.Request) -> None:
    """Plain JSON only: what is packed is not measured before it is unpacked."""
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    named = request.headers.get("Content-Type")
    if packed != "identity" or (named is not None and request.content_type not in _TYPES):
        raise Refused(UNSUPPORTED, "content type")


def _refusal(status: int, sentence: str, headers: Mapping[str, str]) -> web.Response:
    return _json({"error": sentence}, status, headers)


def _json(body: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> web.Response:
    """Chinese as it is written: people read this in a terminal."""
    readable = partial(json.dumps, ensure_ascii=False)
    return web.json_response(body, status=status, headers={**_NOBODY, **headers}, dumps=readable)

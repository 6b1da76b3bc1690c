"""The connections to Slack: kept open, safe to deep-copy, and knowing whether a byte went out.

bolt deep-copies what its clients hold, which a bare aiohttp session does not survive; and the
SDK's own time-out is ignored where a session is given, so it is set here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.adapters.last_moment import check_last_moment
from bot.adapters.wire import noting_date
from bot.outside_time.clocks import Dated, undated
from bot.proxies import proxy_for

KEEP_S = 10.0
"""Slack keeps connections for longer, so one of ours is never used when it is just being closed."""


class Progress:
    """How far a request has come: `sent` once its head was written."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False


_PROGRESS: ContextVar[Progress | None] = ContextVar("progress_of_a_call_to_slack", default=None)


class SlackSession:
    """What slack_sdk takes for an aiohttp session. It opens when first used.

    `dated` is told what each answer's Date header says.
    """

    def __init__(self, *, timeout_s: float, dated: Dated = undated) -> None:
        self._timeout_s = timeout_s
        self._dated = dated
        self._session: aiohttp.ClientSession | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> SlackSession:
        return self

    @property
    def closed(self) -> bool:
        """Never for the SDK: it would open one of its own for each call."""
        return False

    def request(self, method: str, url: str, **options: Any) -> Any:
        """What aiohttp's own returns. Redirects are never followed: they would get the token.

        The proxy is the one for that address: the SDK's would be asked for this machine, too.
        """
        options["allow_redirects"] = False
        options["proxy"] = proxy_for(url)
        options["trace_request_ctx"] = _PROGRESS.get()
        return self._opened().request(method, url, **options)

    @contextmanager
    def watched(self) -> Iterator[Progress]:
        """Note how far the one request that is made inside has come."""
        progress = Progress()
        token = _PROGRESS.set(progress)
        try:
            yield progress
        finally:
            _PROGRESS.reset(token)

    async def close(self) -> None:
        """End the connections; the next request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_sent)
            trace.on_request_end.append(noting_date(self._dated))
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_S, limit=32),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s, connect=self._timeout_s / 2),
                trace_configs=[trace],
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _note_sent(_session: object, context: SimpleNamespace, _params: object) -> None:
    check_last_moment()
    progress = context.trace_request_ctx
    if isinstance(progress, Progress):
        progress.sent = True

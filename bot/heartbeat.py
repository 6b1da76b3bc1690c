"""A sign of life to a monitor outside, which raises the alarm when it stays away.

Sent after a tick when the last audit was clean: silence means that the service is gone, that it
cannot tick, or that something was lost.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.config_monitoring import Monitoring
from bot.proxies import proxy_for
from bot.public_hosts import PublicOnly, is_address, is_public
from handlers.audit_record import all_well
from handlers.rules import Rules
from storage.store import Store

log = structlog.get_logger()

ANSWER_S = 5.0
"""A monitor that does not answer within this time does not hold up the next tick."""


class Heartbeat:
    """Asks the configured address once; redirects are not followed, answers are not read."""

    def __init__(
        self,
        config: Monitoring,
        *,
        lookup: AbstractResolver | None = None,
        timeout_s: float = ANSWER_S,
    ) -> None:
        self._url = config.heartbeat_url.get_secret_value()
        self._private = config.heartbeat_private
        self._lookup = lookup
        self._timeout_s = timeout_s
        self._fault = ""

    async def beat(self) -> str:
        """Empty when the monitor took it, else what went wrong, without the address."""
        if not self._url:
            return ""
        fault = await self._ask()
        if fault and fault != self._fault:
            log.warning("the heartbeat did not arrive", reason=fault)
        elif self._fault and not fault:
            log.info("the heartbeat arrives again")
        self._fault = fault
        return fault

    async def _ask(self) -> str:
        host = _host_of(self._url)
        if not self._private and is_address(host) and not is_public(host):
            return "the address is in a private network"
        proxy = proxy_for(self._url)
        # A proxy looks the name up itself, and stands in the private network as a rule.
        resolver = self._lookup if self._private or proxy else PublicOnly(self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=resolver, use_dns_cache=False, family=socket.AF_UNSPEC, force_close=True
        )
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
                session.get(self._url, allow_redirects=False, proxy=proxy) as answer,
            ):
                return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
        except TimeoutError:
            return "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            # Its words quote the address, which is a secret.
            return type(fault).__name__


def _host_of(url: str) -> str:
    """The host that is connected to: aiohttp reads `①②⑦.0.0.1` as a number, `urlsplit` does not."""
    try:
        return URL(url).raw_host or ""
    except ValueError:
        return ""


class BeatWhenWell:
    """The heartbeat of a service: only when the last audit was clean."""

    def __init__(
        self, store: Store, rules: Rules, clock: Callable[[], datetime], heartbeat: Heartbeat
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._heartbeat = heartbeat

    async def __call__(self) -> None:
        """Called after each tick that was done."""
        async with self._store.read() as tx:
            well = await all_well(tx, self._rules, self._clock())
        if well:
            await self._heartbeat.beat()

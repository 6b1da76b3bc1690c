"""This process's part in a lease: wait for it, renew it, know when it is lost, give it back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.steady import SteadyClock
from scoring.errors import StoreUnavailable
from storage.connections import (
    HELD_MOST_S,
    REST_MOST_S,
    ConnectionFacts,
    ConnectionState,
    Standing,
)
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

Told = tuple[ConnectionState, ConnectionFacts]


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """Times in seconds.

    After kill -9 of the holder another replica takes the lease within `lease_s`, usually after
    lease_s - renew_s / 2; given back, it is taken within `poll_s`. A holder that cannot reach the
    database closes its connection before the lease can be somebody else's.
    """

    lease_s: float = 20.0
    renew_s: float = 5.0
    poll_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.renew_s < self.lease_s <= HELD_MOST_S or self.poll_s <= 0:
            raise ValueError("lease_s, renew_s or poll_s is out of range")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who wants which connection; `credentials` as in ConnectionFacts."""

    connection: str
    owner: str
    credentials: str


class Leasing:
    """The lease of one connection; `describe` says how it fares whenever it is renewed.

    The end of the lease is counted here from before the steady time was read, so that it is never
    later than in the database, also after the process was stopped for a while.
    """

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        rules: LeaseRules,
        *,
        clock: Callable[[], datetime],
        steady: SteadyClock,
        describe: Callable[[], Told],
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._rules = rules
        self._clock = clock
        self._steady = steady
        self._describe = describe
        self._ends_at = 0.0
        self._abstain_until = 0.0
        self._news = asyncio.Event()
        self._writing: asyncio.Task[bool | None] | None = None

    @property
    def held(self) -> bool:
        """Whether it is certainly ours now."""
        return time.monotonic() < self._ends_at

    def tell(self) -> None:
        """There is something new to describe: write it down at once."""
        self._news.set()

    def abstain(self, seconds: float) -> None:
        """Do not try to take it for a while; others may."""
        self._abstain_until = time.monotonic() + seconds

    async def look(self) -> tuple[Standing | None, datetime]:
        """How the connection stands, and the steady time of that."""
        async with self._store.read() as tx:
            return await tx.connections.look(self._tenant.connection), await self._steady(tx)

    async def obtain(self, stop: asyncio.Event) -> Standing | None:
        """Wait until the lease is ours; None when told to stop before."""
        while not stop.is_set():
            wait_s = self._abstain_until - time.monotonic()
            if wait_s <= 0:
                taken = await self._try()
                if isinstance(taken, Standing):
                    return taken
                wait_s = min(taken, self._rules.poll_s)
            await until(stop, wait_s)
        return None

    async def keep(self) -> None:
        """Renew the lease for as long as it is ours; returns when it is lost."""
        wait_s = self._rules.renew_s
        while self.held:
            await until(self._news, wait_s)
            self._news.clear()
            renewed = await self._renewed()
            if renewed is False:
                self._ends_at = 0.0
            wait_s = self._rules.renew_s if renewed else self._rules.renew_s / 5
        log.warning("%s: the lease is lost", self._tenant.connection)

    async def leave(self, state: ConnectionState, facts: ConnectionFacts, rest_s: float) -> bool:
        """Give the lease back, to be taken by anybody after `rest_s`; False when it was not ours.

        When the database cannot be reached the lease runs out by itself, and we rest alone.
        """
        self._ends_at = 0.0
        rest_s = min(rest_s, REST_MOST_S)
        if self._writing is not None:
            await asyncio.wait({self._writing})

        async def write(tx: Tx) -> bool:
            rest_until = await self._steady(tx) + timedelta(seconds=rest_s) if rest_s else None
            return await tx.connections.leave(
                self._tenant.connection,
                self._tenant.owner,
                state,
                facts,
                rest_until=rest_until,
                now=self._clock(),
            )

        try:
            async with self._store.begin() as tx:
                return await write(tx)
        except StoreUnavailable as fault:
            log.warning("%s: not given back: %s", self._tenant.connection, fault.reason)
            self.abstain(rest_s)
            return True

    async def _try(self) -> Standing | float:
        """Take the lease if it is free, else the seconds until it may be."""
        tenant = self._tenant
        try:
            standing, steady = await self.look()
            if standing is not None:
                wait_s = standing.free_in_s(steady, tenant.credentials)
                if wait_s > 0:
                    return wait_s
            async with self._store.begin() as tx:
                asked_at = time.monotonic()
                steady = await self._steady(tx)
                taken = await tx.connections.take(
                    tenant.connection,
                    tenant.owner,
                    tenant.credentials,
                    lease_s=self._rules.lease_s,
                    steady=steady,
                    now=self._clock(),
                )
        except StoreUnavailable as fault:
            log.warning("%s: the lease cannot be read: %s", tenant.connection, fault.reason)
            return self._rules.poll_s
        if taken.owner != tenant.owner:
            return self._rules.poll_s
        self._ends_at = asked_at + self._rules.lease_s
        return taken

    async def _renewed(self) -> bool | None:
        """Whether it is ours for longer; None when the database did not say in time."""
        # The write goes on when time is up; cancelling it could break a connection in use.
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._renew())
        await asyncio.wait({self._writing}, timeout=self._ends_at - time.monotonic())
        return self._writing.result() if self._writing.done() else None

    async def _renew(self) -> bool | None:
        state, facts = self._describe()
        try:
            async with self._store.begin() as tx:
                asked_at = time.monotonic()
                renewed = await tx.connections.renew(
                    self._tenant.connection,
                    self._tenant.owner,
                    state,
                    facts,
                    lease_s=self._rules.lease_s,
                    steady=await self._steady(tx),
                    now=self._clock(),
                )
        except StoreUnavailable as fault:
            log.warning("%s: the lease is not renewed: %s", self._tenant.connection, fault.reason)
            return None
        if renewed and self.held:
            self._ends_at = asked_at + self._rules.lease_s
        return renewed


async def until(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not longer than so many seconds."""
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return

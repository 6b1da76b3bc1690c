"""One access token per app secret, for all tasks and replicas (91039).

It lies sealed in the database. Whoever finds none that is fit takes the turn to fetch one; the
others wait for the result. Who had a token refused gets the one that replaced it meanwhile, and
fetches only when there is none: WeCom blocks apps that ask too often.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.delivery.steady import SteadyClock, steady_time
from bot.sealing import Seal
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    PlatformDown,
    RateLimited,
    StoreUnavailable,
)
from storage.store import Store
from storage.tokens import SealedToken

log = logging.getLogger(__name__)

LIFE_MOST_S = 7_200.0
"""No token lives longer (91039); one that would is from another time line of the steady clock."""

MARGIN_MOST_S = 300.0
FETCH_S = 5.0
"""How long asking the platform may take."""

TURN_S = FETCH_S + 1.0
"""How long one may take to fetch before another tries: a refresher that died holds up no longer."""

WAIT_S = TURN_S + 1.0
"""How long another's turn is waited for."""

_QUIET_S = 1.0
_QUIET_MOST_S = 60.0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and which one in the row of its app's tokens it is.

    `fresh`: it was fetched for whoever gets it; one that lay there may be refused as well.
    """

    value: str = field(repr=False)
    version: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A token as the platform gave it, with the seconds it lives."""

    value: str = field(repr=False)
    life_s: float


@dataclass(frozen=True, slots=True)
class _Held:
    token: AccessToken
    until: float


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Nobody asks before `until`; who needs a token hears the same fault."""

    fault: DeliveryError
    until: float


class AccessTokens:
    """The tokens of one app. Raises the DeliveryError that keeps it from having one.

    `fetch` asks the platform once. No transaction may be open while one waits here.
    """

    def __init__(
        self,
        store: Store,
        seal: Seal,
        fetch: Callable[[], Awaitable[Grant]],
        *,
        steady: SteadyClock = steady_time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        poll_s: float = 0.1,
    ) -> None:
        self._store = store
        self._seal = seal
        self._fetch = fetch
        self._steady = steady
        self._monotonic = monotonic
        self._sleep = sleep
        self._poll_s = poll_s
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lock = asyncio.Lock()
        self._held: _Held | None = None
        self._quiet: _Quiet | None = None
        self._refusals = 0

    async def current(self) -> AccessToken:
        """The token to use now."""
        if (held := self._fit()) is not None:
            return held
        async with self._lock:
            return self._fit() or await self._obtain(refused=None)

    async def instead_of(self, refused: AccessToken) -> AccessToken:
        """The token to use after the platform refused this one."""
        async with self._lock:
            held = self._fit()
            if held is not None and held.version != refused.version:
                return held
            return await self._obtain(refused=refused.version)

    def worked(self) -> None:
        """The platform accepted a token."""
        self._refusals = 0

    def refused_again(self, fault: BadCredentials) -> None:
        """It refused a fresh one too: nobody asks for a while, each time for twice as long."""
        self._refusals += 1
        self._be_quiet(fault, min(2.0**self._refusals, _QUIET_MOST_S))

    def _fit(self) -> AccessToken | None:
        """The token in memory while it is fit; raises the fault while it is time to be quiet."""
        now = self._monotonic()
        if self._quiet is not None:
            if now < self._quiet.until:
                raise self._quiet.fault.with_traceback(None)
            self._quiet = None
        return self._held.token if self._held is not None and now < self._held.until else None

    async def _obtain(self, refused: int | None) -> AccessToken:
        """From the database, else from the platform, else from whoever is asking it just now."""
        give_up_at = self._monotonic() + WAIT_S
        try:
            while True:
                kept, held = await self._look()
                if held is not None and kept.version != refused:
                    self._held = held
                    return held.token
                if await self._take_turn(kept.version):
                    token = await self._fetched(kept.version)
                    if token is not None:
                        return token
                elif self._monotonic() >= give_up_at:
                    raise PlatformDown("another process takes too long to fetch the access token")
                else:
                    await self._sleep(self._poll_s)
        except StoreUnavailable as fault:
            raise PlatformDown(f"the access token cannot be kept: {fault.reason}") from None

    async def _look(self) -> tuple[SealedToken, _Held | None]:
        async with self._store.read() as tx:
            steady = await self._steady(tx)
            kept = await tx.tokens.get(self._seal.name)
        if kept.sealed is None or kept.expires_at is None:
            return kept, None
        left_s = (kept.expires_at - steady).total_seconds()
        value = self._seal.open(kept.sealed) if 0 < left_s <= LIFE_MOST_S else None
        if value is None:
            return kept, None
        return kept, _Held(AccessToken(value, kept.version), self._monotonic() + left_s)

    async def _take_turn(self, instead_of: int) -> bool:
        async with self._store.begin() as tx:
            return await tx.tokens.take_turn(
                self._seal.name,
                self._owner,
                instead_of=instead_of,
                steady=await self._steady(tx),
                turn_s=TURN_S,
            )

    async def _fetched(self, instead_of: int) -> AccessToken | None:
        """A new token, kept for everybody; None when somebody else has kept one meanwhile."""
        try:
            grant = await self._fetch()
        except DeliveryError as fault:
            self._be_quiet(fault, _quiet_s(fault))
            async with self._store.begin() as tx:
                await tx.tokens.give_up(self._seal.name, self._owner)
            raise
        life_s = min(max(grant.life_s, 1.0), LIFE_MOST_S)
        fit_s = life_s - min(MARGIN_MOST_S, life_s / 10)
        version = instead_of + 1
        try:
            async with self._store.begin() as tx:
                kept = await tx.tokens.put(
                    self._seal.name,
                    instead_of=instead_of,
                    sealed=self._seal.close(grant.value),
                    expires_at=await self._steady(tx) + timedelta(seconds=fit_s),
                )
        except StoreUnavailable as fault:
            # Others will fetch one of their own, which WeCom answers with the same token.
            log.warning("the access token was not kept: %s", fault.reason)
            kept, version = True, instead_of
        if not kept:
            return None
        log.info("the access token of %s was renewed", self._seal.name)
        token = AccessToken(grant.value, version)
        self._held = _Held(token, self._monotonic() + fit_s)
        return replace(token, fresh=True)

    def _be_quiet(self, fault: DeliveryError, seconds: float) -> None:
        self._quiet = _Quiet(fault, self._monotonic() + seconds)


def _quiet_s(fault: DeliveryError) -> float:
    match fault:
        case BadCredentials():
            return _QUIET_MOST_S
        case RateLimited():
            return fault.retry_after_s
    return _QUIET_S

"""Answering a thing once, however often and to however many replicas it is told."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.delivery.steady import SteadyClock, steady_time
from scoring.errors import StoreUnavailable
from scoring.model import Platform
from storage.hearings import Claim
from storage.store import Store

log = structlog.get_logger()

LEASE_S = 60.0
"""After a crash Slack tells it again after a minute and after five; then it is taken over."""

RENEW_S = 20.0


class InHands(StoreUnavailable):
    """Another replica answers that just now, or died over it: told again, it shows which."""

    def __init__(self) -> None:
        super().__init__("busy")


class Turn:
    """The right to answer one thing, held until it is answered."""

    def __init__(self, once: Once, event_id: str, owner: str) -> None:
        self._once = once
        self._event_id = event_id
        self._owner = owner
        self._kept = asyncio.create_task(once.keep(event_id, owner)) if owner else None

    async def over(self, *, answered: bool) -> None:
        """It is answered; or told again, it is answered anew."""
        if self._kept is None:
            return
        self._kept.cancel()
        await asyncio.gather(self._kept, return_exceptions=True)
        await self._once.end(self._event_id, self._owner, answered=answered)


class Once:
    """Hands out turns."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, steady: SteadyClock = steady_time
    ) -> None:
        self._store = store
        self._clock = clock
        self._steady = steady

    async def take(self, event_id: str) -> Turn | None:
        """The turn for it; None when it was answered. InHands while somebody else has it.

        Without the book everybody gets one: all there is to say then is that there is no book.
        """
        owner = secrets.token_hex(8)
        try:
            async with self._store.begin() as tx:
                claim = await tx.hearings.claim(
                    Platform.SLACK,
                    event_id,
                    owner,
                    lease_s=LEASE_S,
                    steady=await self._steady(tx),
                    at=self._clock(),
                )
        except StoreUnavailable as fault:
            log.warning("it was not noted that something was heard", reason=fault.reason)
            return Turn(self, event_id, "")
        if claim is Claim.THEIRS:
            raise InHands
        return Turn(self, event_id, owner) if claim is Claim.OURS else None

    async def keep(self, event_id: str, owner: str) -> None:
        """Hold a turn for as long as the answer takes."""
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                async with self._store.begin() as tx:
                    steady = await self._steady(tx)
                    await tx.hearings.extend(
                        Platform.SLACK, event_id, owner, lease_s=LEASE_S, steady=steady
                    )
            except StoreUnavailable as fault:
                log.info("a turn was not renewed", reason=fault.reason)

    async def end(self, event_id: str, owner: str, *, answered: bool) -> None:
        """Note how it ended."""
        try:
            async with self._store.begin() as tx:
                if answered:
                    await tx.hearings.finish(Platform.SLACK, event_id, owner)
                else:
                    await tx.hearings.forget(Platform.SLACK, event_id, owner)
        except StoreUnavailable as fault:
            log.info("the end of a turn was not noted", reason=fault.reason)

"""Everything a delivery needs, in one value."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.adapters.base import Adapters
from bot.adapters.last_moment import Elapsed, elapsed_s
from bot.delivery.absences import Absences
from bot.delivery.checkpoints import Checkpoint, passing
from bot.delivery.rules import USUAL, DeliveryRules, Jitter
from bot.delivery.steady import SteadyClock, steady_time
from bot.delivery.stumbling import Stumbles
from handlers.announcing_types import Compose
from scoring.errors import DeliveryError, StoreUnavailable
from storage.dispatches import Attempt
from storage.store import Store
from storage.transaction import Tx

T = TypeVar("T")

Refusal = Callable[[str, DeliveryError], None]
"""Told of everything a platform did not take, by platform, for metrics."""


def _owner() -> str:
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def _unheard(_platform: str, _fault: DeliveryError) -> None:
    """Nobody counts."""


def _draw() -> float:
    return random.uniform(-1, 1)  # noqa: S311 - spreads retries, keeps no secret


@dataclass(frozen=True, slots=True)
class Courier:
    """One worker. `clock` is the business's, `steady` the one that leases go by."""

    store: Store
    adapters: Adapters
    compose: Compose
    clock: Callable[[], datetime]
    rules: DeliveryRules = USUAL
    steady: SteadyClock = steady_time
    elapsed: Elapsed = elapsed_s
    jitter: Jitter = _draw
    checkpoint: Checkpoint = passing
    refused: Refusal = _unheard
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    new_key: Callable[[], str] = field(default=lambda: secrets.token_hex(8))
    owner: str = field(default_factory=_owner)
    absences: Absences = field(default_factory=Absences)
    stumbles: Stumbles = field(default_factory=Stumbles)

    def attempt(self) -> Attempt:
        """A new try, that nobody else can speak for."""
        return Attempt(self.owner, self.new_key())

    async def record(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Write down what a platform said; tried again, because it cannot be asked again."""
        for tried in range(1, self.rules.record_tries):
            try:
                async with self.store.begin() as tx:
                    return await work(tx)
            except StoreUnavailable:
                await self.sleep(min(0.5 * tried, self.rules.lease_s / 20))
        async with self.store.begin() as tx:
            return await work(tx)

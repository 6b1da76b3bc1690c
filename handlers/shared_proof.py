"""The proof as people ask for it in chat: worked out for all of them at once, and kept for a moment.

A proof goes through the whole book. In a large one a team that asks at the same time would hold
every connection that reads, and those who only want to see a customer would wait behind them. So
one is worked out at a time, outside of anybody's transaction, and given to all who ask meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

from handlers.proof import Shares, read_shares
from handlers.rules import Rules
from storage.store import Store

KEPT_TIMES, KEPT_MOST_S = 20, 60.0
"""Kept for so many times as long as it took: proofs take a twentieth of the time at the most."""

QUICK_S = 0.1
"""What takes no longer is worked out for everybody anew."""

STALE_MOST_S = 300.0
"""While somebody waits for a new one, the others get one of at most this age."""

SHOWN = 15
"""Exceptions named in chat; the command line and the export have them all."""


@dataclass(slots=True)
class _Shelf:
    """The last proof of a book, until when it is given out, and who works on the next."""

    at_work: asyncio.Lock = field(default_factory=asyncio.Lock)
    shares: Shares | None = None
    rules: Rules | None = None
    kept_at: float = 0.0
    fresh_s: float = 0.0

    def fresh(self, rules: Rules, now: datetime) -> Shares | None:
        """The kept one while it is new enough for everybody."""
        return self._given(rules, now, self.fresh_s)

    def stale(self, rules: Rules, now: datetime) -> Shares | None:
        """The kept one for those who would wait for another's work."""
        return self._given(rules, now, STALE_MOST_S) if self.fresh_s else None

    def _given(self, rules: Rules, now: datetime, within_s: float) -> Shares | None:
        """Unless it is older, or of other rules, another day or a time to come."""
        kept = self.shares
        if kept is None or self.rules is not rules or time.monotonic() - self.kept_at >= within_s:
            return None
        same_day = kept.at.astimezone(rules.zone).date() == now.astimezone(rules.zone).date()
        return kept if same_day and kept.at <= now else None

    def keep(self, shares: Shares, rules: Rules, took_s: float) -> None:
        """Put a new one in the place of the last."""
        self.shares, self.rules, self.kept_at = shares, rules, time.monotonic()
        self.fresh_s = 0.0 if took_s <= QUICK_S else min(took_s * KEPT_TIMES, KEPT_MOST_S)


_SHELVES: WeakKeyDictionary[Store, _Shelf] = WeakKeyDictionary()


async def shares_for_all(store: Store, rules: Rules, now: datetime) -> Shares:
    """The shares of the book, at most a few minutes old (`Shares.at`); opens its own transaction."""
    shelf = _SHELVES.setdefault(store, _Shelf())
    if (kept := shelf.fresh(rules, now)) is not None:
        return kept
    if shelf.at_work.locked() and (kept := shelf.stale(rules, now)) is not None:
        return kept
    async with shelf.at_work:
        if (kept := shelf.fresh(rules, now)) is not None:
            return kept  # somebody else worked it out meanwhile
        began = time.monotonic()
        async with store.read() as tx:
            shares = await read_shares(tx, rules, now, limit=SHOWN)
        shelf.keep(shares, rules, time.monotonic() - began)
        return shares

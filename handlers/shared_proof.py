"""The proof as people ask for it in chat: in a large book worked out for all of them at once.

A proof goes through the whole book. In a large one a team that asks at the same time would hold
every connection that reads, and those who only want to see a customer would wait behind them. So
one is worked out at a time, before anybody's own transaction begins, and given to all who ask
meanwhile and for a while after. In a small book everybody gets it as it is now.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from weakref import WeakKeyDictionary

from handlers.proof import Shares, read_shares
from handlers.rules import Rules
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.transaction import Tx

QUICK_S = 0.25
"""A book whose proof takes no longer is a small one."""

KEPT_TIMES, KEPT_MOST_S = 20, 60.0
"""Kept for so many times as long as it took to work out, at most a minute."""

STALE_MOST_S = 300.0
"""While somebody works out a new one, the others get one of at most this age."""

SHOWN = 15
"""Exceptions named in chat; the command line and the export have them all."""


@dataclass(slots=True)
class _Shelf:
    """The last proof of a book, and who works on the next. Times are the machine's, in seconds."""

    at_work: asyncio.Lock = field(default_factory=asyncio.Lock)
    shares: Shares | None = None
    rules: Rules | None = None
    began_at: float = -inf
    took_s: float | None = None
    failed_at: float = -inf
    reason: str = ""

    @property
    def quick(self) -> bool:
        """Whether the last one shows that the book is small."""
        return self.took_s is not None and self.took_s <= QUICK_S

    def fresh(self, rules: Rules, now: datetime) -> Shares | None:
        """The kept one while it is new enough for everybody."""
        return self.given(rules, now, min((self.took_s or 0) * KEPT_TIMES, KEPT_MOST_S))

    def given(self, rules: Rules, now: datetime, within_s: float) -> Shares | None:
        """The kept one, unless it is older, of other rules or another day, or of a time to come."""
        kept = self.shares
        if kept is None or self.quick or self.rules is not rules:
            return None
        if time.monotonic() - self.began_at >= within_s:
            return None
        same_day = kept.at.astimezone(rules.zone).date() == now.astimezone(rules.zone).date()
        # Others who ask at the same time began a moment earlier.
        return kept if same_day and kept.at - now < timedelta(seconds=KEPT_MOST_S) else None

    async def read(self, tx: Tx, rules: Rules, now: datetime) -> Shares:
        """Work one out, and put it in the place of the last."""
        began_at = time.monotonic()
        shares = await read_shares(tx, rules, now, limit=SHOWN)
        self.shares, self.rules, self.began_at = shares, rules, began_at
        self.took_s = time.monotonic() - began_at
        return shares


_SHELVES: WeakKeyDictionary[Store, _Shelf] = WeakKeyDictionary()


async def work_out(store: Store, rules: Rules, now: datetime) -> None:
    """See to it that a large book's proof is at hand; StoreUnavailable when that cannot be done."""
    shelf = _SHELVES.setdefault(store, _Shelf())
    if shelf.quick or shelf.fresh(rules, now):
        return
    if shelf.at_work.locked() and shelf.given(rules, now, STALE_MOST_S):
        return
    asked_at = time.monotonic()
    async with shelf.at_work:
        # What somebody else began after this one asked is as good, also that it failed: else
        # everybody who waits would try in turn, and the last would hear of it after minutes.
        if shelf.failed_at >= asked_at:
            raise StoreUnavailable(shelf.reason)
        if shelf.began_at >= asked_at or shelf.fresh(rules, now):
            return
        try:
            async with store.read() as tx:
                await shelf.read(tx, rules, now)
        except StoreUnavailable as fault:
            shelf.failed_at, shelf.reason = time.monotonic(), fault.reason
            raise


async def shares_at_hand(store: Store, tx: Tx, rules: Rules, now: datetime) -> Shares:
    """What was worked out last; in a small book, or where nothing is at hand, read in `tx`."""
    shelf = _SHELVES.setdefault(store, _Shelf())
    return shelf.given(rules, now, STALE_MOST_S) or await shelf.read(tx, rules, now)

"""The places whose turn comes next, as they were when the database was last asked."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.delivery.choosing import choose
from bot.delivery.courier import Courier
from bot.delivery.summary import NOTHING, DeliverySummary
from storage.dispatches import PlaceName

SPREAD = 4
"""Turns are drawn from so many times more of the longest waiting places than there is room for."""

FRESH_S = 1.0
"""How long an answer is gone by while it lasts; pauses and new places are met no later."""

SHARE = 9
"""To ask takes a tenth of the time at most: after an answer, it is gone by so many times as long
as it took."""


@dataclass(slots=True)
class WaitingLine:
    """Places in the order of their turns. `stale`: something happened that the answer does not know."""

    courier: Courier
    ahead: list[PlaceName] = field(default_factory=list)
    stale: bool = True
    _asked_at: float = float("-inf")
    _took_s: float = 0.0

    async def next(
        self, underway: Collection[PlaceName]
    ) -> tuple[list[PlaceName], DeliverySummary]:
        """Places to start now, and what was noted of others; StoreUnavailable."""
        old = time.monotonic() - self._asked_at >= FRESH_S
        turns = [] if self.stale or old else self._draw(underway)
        if turns:
            return turns, NOTHING
        if self.rests_s():
            self.stale = True
            return self._draw(underway), NOTHING
        noted = await self._ask()
        return self._draw(underway), noted

    def rests_s(self) -> float:
        """How long it is too early to ask again; zero when it is not."""
        return max(0.0, self._asked_at + SHARE * self._took_s - time.monotonic())

    def rest(self, for_s: float) -> None:
        """Ask no earlier than that: the last time ended in a bug."""
        self.stale, self._took_s = True, for_s / SHARE

    def _draw(self, underway: Collection[PlaceName]) -> list[PlaceName]:
        # Each platform has room of its own: where all that was asked hangs, others are told meanwhile.
        taken = Counter(place.platform for place in underway)
        free: dict[str, list[PlaceName]] = defaultdict(list)
        for place in self.ahead:
            if place not in underway:
                free[place.platform].append(place)
        turns: list[PlaceName] = []
        for platform, places in free.items():
            turns += _drawn(places, self.courier.rules.places_at_once - taken[platform])
        drawn = set(turns)
        self.ahead = [place for place in self.ahead if place not in drawn]
        return turns

    async def _ask(self) -> DeliverySummary:
        began = time.monotonic()
        self.stale = False
        try:
            choice = await choose(self.courier, politely=True)
        finally:
            self._asked_at = time.monotonic()
            self._took_s = self._asked_at - began
        self.ahead = list(choice.places)
        return choice.summary


def _drawn(places: list[PlaceName], room: int) -> list[PlaceName]:
    if room <= 0 or len(places) <= room:
        return places[: max(0, room)]
    # Not all replicas take the very same places at the same instant, and get in each other's way.
    return random.sample(places[: SPREAD * room], room)

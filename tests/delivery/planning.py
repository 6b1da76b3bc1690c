"""Deliver a plan through many places in simulated time: the clock goes from one turn to the next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.adapters.base import Adapters
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from storage.outbox import Notification
from storage.store import Store
from tests.delivery.world import Clock, tell_names
from tests.fakes.strict import Rates, StrictWecom

ONE_BY_ONE = DeliveryRules(batch=1)
"""Every row is a message of its own, or what waits would be merged and no limit ever met."""


@dataclass
class Plan:
    """So many messages for each place, all due at once."""

    store: Store
    wanted: Mapping[str, int]
    workers: int = 2
    clock: Clock = field(default_factory=Clock)
    rules: DeliveryRules = ONE_BY_ONE
    rounds: int = 0

    def __post_init__(self) -> None:
        self.wecom = StrictWecom(lambda: self.clock.steady)

    def courier(self) -> Courier:
        """One more worker."""
        return Courier(
            self.store,
            Adapters([self.wecom]),
            tell_names,
            self.clock.read,
            self.rules,
            steady=self.clock.read_steady,
            jitter=lambda: 0.0,
        )

    async def put(self) -> None:
        """Everything that is to be told."""
        now = self.clock.now
        rows = [
            Notification(f"{place}#{number}", "milestone", "wecom", place, now)
            for number in range(max(self.wanted.values()))
            for place, count in self.wanted.items()
            if number < count
        ]
        waiting = iter(rows)
        while some := list(islice(waiting, 500)):
            async with self.store.begin() as tx:
                await tx.outbox.put(some, now=now)

    async def run(self) -> float:
        """Deliver everything; returns the simulated seconds it took."""
        couriers = [self.courier() for _ in range(self.workers)]
        while True:
            self.rounds += 1
            await asyncio.gather(*map(deliver_all, couriers))
            async with self.store.read() as tx:
                pauses = await tx.pacing.pauses(steady=self.clock.steady)
                open_rows = sum(
                    count for state, count in (await tx.outbox.counts()).items() if state != "sent"
                )
            if not open_rows:
                return (self.clock.steady - self.clock.start).total_seconds()
            nearest = min(pause.until for pause in pauses)
            self.clock.move(seconds=(nearest - self.clock.steady).total_seconds())

    def told(self) -> Counter[str]:
        """How often each row arrived."""
        return Counter(message.text for message in self.wecom.arrived)

    def all_told_once(self) -> bool:
        """Whether everything arrived, and nothing twice."""
        wanted = {f"{place}#{n}" for place, count in self.wanted.items() for n in range(count)}
        return self.told() == dict.fromkeys(wanted, 1)

    def ended_at(self, place: str) -> float:
        """The simulated second at which a place had everything."""
        last = max(message.at for message in self.wecom.arrived if message.place == place)
        return (last - self.clock.start).total_seconds()


def least_s(wanted: Mapping[str, int], limits: Mapping[str, Rates], *, members: int = 100) -> float:
    """The shortest time the limits allow: of every place and of what places share."""
    kinds = Counter[str]()
    for place, count in wanted.items():
        kinds[place.partition(":")[0]] += count
    shared = [
        (limits["corp"], kinds["user"] + kinds["appchat"]),
        (limits["appchats"], kinds["appchat"] * members),
    ]
    alone = [(limits[place.partition(":")[0]], count) for place, count in wanted.items()]
    return max(_least(rates, count) for rates, count in [*alone, *shared])


def _least(rates: Sequence[tuple[int, float]], count: int) -> float:
    return max(max(0, -(-count // most) - 1) * seconds for most, seconds in rates)

"""A small world to deliver in: a clock that is moved by hand, alerts that are only their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.adapters.base import Adapter, Adapters
from bot.adapters.wecom_robot import WecomRobots
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from bot.delivery.summary import DeliverySummary
from handlers.announcing_types import Composed
from messages.model import Message, Paragraph, plain
from scoring.model import DeliveryState, Locale
from storage.outbox import Delivery, Notification
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.robot import FakeRobots, Taken

START = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
MARK = "可能重复"
NAME = re.compile(r"\b[A-Z]+-\d+\b")

ROBOTS = {"east": "key-of-east", "west": "key-of-west", "north": "key-of-north"}


TIMEOUT_S = 0.3
"""How long an answer is waited for: long enough for a busy machine to get the question out."""


@dataclass
class Clock:
    """Business time and steady time, moved together or apart."""

    now: datetime = START
    steady: datetime = START
    start: datetime = START

    def read(self) -> datetime:
        """The business's time."""
        return self.now

    async def read_steady(self, _tx: Tx) -> datetime:
        """The time of leases."""
        return self.steady

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)
        self.steady += timedelta(**by)


async def tell_names(tx: Tx, rows: Sequence[Delivery], now: datetime) -> Composed:
    """Names every row; `facts` say what the re-check finds: won, later, poison, long, with."""
    names = [row.key for row in rows]
    kept, won, later = [], [], {}
    pages: list[str] = []
    for row in rows:
        if row.facts.get("poison") or row.facts.get("not_with") in names:
            raise RuntimeError(f"{row.key} cannot be told")
        if row.facts.get("won"):
            won.append(row.id)
        elif (
            "later_h" in row.facts and row.created_at + timedelta(hours=row.facts["later_h"]) > now
        ):
            later[row.id] = row.created_at + timedelta(hours=row.facts["later_h"])
        else:
            kept.append(row.id)
            filling = "字" * row.facts.get("long", 0)
            pages.append(f"{row.facts.get('text', row.key)} {filling}".strip())
    message = Message("\f".join(pages), tuple(Paragraph(plain(page)) for page in pages))
    return Composed(message if kept else None, Locale.ZH, tuple(kept), tuple(won), later)


@dataclass
class World:
    """One book, its couriers, and the fake robots they talk to."""

    store: Store
    robots: FakeRobots
    clock: Clock = field(default_factory=Clock)
    rules: DeliveryRules = field(default_factory=DeliveryRules)
    adapters: list[Adapter] = field(default_factory=list)
    _opened: list[WecomRobots] = field(default_factory=list)

    def robot_adapter(self, **options: Any) -> WecomRobots:
        """The product's own adapter, pointed at the fake server."""
        keys = {name: SecretStr(key) for name, key in ROBOTS.items()}
        opened = WecomRobots(keys, api_url=self.robots.url, **({"timeout_s": TIMEOUT_S} | options))
        self._opened.append(opened)
        return opened

    def courier(self, **changes: Any) -> Courier:
        """A worker of its own."""
        adapters = self.adapters or [self.robot_adapter()]
        courier = Courier(
            self.store,
            Adapters(adapters),
            tell_names,
            self.clock.read,
            self.rules,
            steady=self.clock.read_steady,
            jitter=lambda: 0.0,
            sleep=self._no_sleep,
        )
        return replace(courier, **changes) if changes else courier

    async def put(self, names: Iterable[str], place: str = "robot:east", **facts: Any) -> None:
        """Alerts for a place, due now."""
        kind = facts.pop("kind", "milestone")
        platform = "slack" if place.startswith("#") else "wecom"
        async with self.store.begin() as tx:
            await tx.outbox.put(
                [
                    Notification(name, kind, platform, place, self.clock.now, facts=facts)
                    for name in names
                ],
                now=self.clock.now,
            )

    async def deliver(self, **changes: Any) -> DeliverySummary:
        """Everything that is due, by a new worker."""
        return await deliver_all(self.courier(**changes))

    async def settle(self, *, hours: float = 12, step_s: float = 61) -> None:
        """Let workers come by again and again until nothing is open any more."""
        for _ in range(int(hours * 3_600 / step_s)):
            await self.deliver()
            if not await self.open_rows():
                return
            self.clock.move(seconds=step_s)

    async def rows(self) -> dict[str, Delivery]:
        """All deliveries by name."""
        async with self.store.read() as tx:
            return {row.key: row for row in await tx.outbox.rows()}

    async def states(self) -> dict[str, str]:
        """The state of each delivery by name."""
        return {name: str(row.state) for name, row in (await self.rows()).items()}

    async def open_rows(self) -> int:
        """How many deliveries have no end yet."""
        async with self.store.read() as tx:
            counts = await tx.outbox.counts()
        over = (
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.SUPERSEDED,
            DeliveryState.REVIEW,
        )
        return sum(count for state, count in counts.items() if state not in over)

    async def close(self) -> None:
        """End every connection."""
        for adapter in self._opened:
            await adapter.close()

    async def _no_sleep(self, _seconds: float) -> None:
        return None


def told(taken: Iterable[Taken]) -> Counter[str]:
    """How often each name was told without being marked as a possible repetition."""
    return Counter(
        name for message in taken if MARK not in message.content for name in _names(message)
    )


def told_again(taken: Iterable[Taken]) -> Counter[str]:
    """How often each name was told in a message marked as a possible repetition."""
    return Counter(name for message in taken if MARK in message.content for name in _names(message))


def _names(message: Taken) -> list[str]:
    return NAME.findall(message.content)

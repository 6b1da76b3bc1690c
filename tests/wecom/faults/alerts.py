"""Alerts of many customers for many places, and the oracle: what has become of each."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from bot.loopback.wecom.cloud import LoopbackCloud
from bot.loopback.wecom.ledger import Sent
from handlers.jobs import milestones
from handlers.naming import keys_of
from messages.abilities import ABILITIES
from messages.i18n import Phrasebook
from messages.places import kind_of_place
from scoring.model import ContractStatus, DeliveryState, Locale, Platform, Segment
from storage.outbox import Delivery, Notification
from storage.store import Store
from storage.tables import deliveries
from tests.sample_book import EAST, MONDAY, TODAY, fill
from tests.wecom.faults.clockwork import Clockwork
from tests.wecom.faults.service import ROBOTS, RULES
from tests.wecom.faults.site import APPCHAT, GROUPS

CUSTOMERS = 24
FIRST = 101
NAME = re.compile(r"客户\d{3}")
MARK = Phrasebook(Locale.ZH).t("delivery.possibly_repeated")
PEOPLE = {"user:lilei": "李雷", "user:hanmeimei": "韩梅梅", "bot:lilei": "李雷"}
PLACES = (*PEOPLE, *GROUPS, APPCHAT, *ROBOTS)
OVER = frozenset(
    {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.REVIEW, DeliveryState.SUPERSEDED}
)


@dataclass(frozen=True, slots=True)
class Alert:
    """What one place is to hear of one customer."""

    place: str
    name: str


@dataclass
class Book:
    """The customers' alerts, as the clock put them for somebody else."""

    store: Store
    people: dict[str, int]
    patterns: dict[str, Delivery]
    put: list[Alert] = field(default_factory=list)

    async def any_alert(self, place: str, dice: random.Random) -> None:
        """Put the alert of a customer whom the place has not heard of, unless it has of all."""
        told = {alert.name for alert in self.put if alert.place == place}
        names = sorted(self.patterns.keys() - told)
        if names:
            await self.alert(place, dice.choice(names))

    async def alert(self, place: str, name: str) -> None:
        """Put the alert of a customer."""
        alert = Alert(place, name)
        pattern = self.patterns[alert.name]
        head = pattern.key.removesuffix(f"{pattern.platform}:{pattern.place}")
        row = Notification(
            key=f"{head}wecom:{place}",
            kind=pattern.kind,
            platform="wecom",
            place=place,
            due_at=pattern.created_at,
            person_id=self.people.get(PEOPLE.get(place, "")),
            contract_id=pattern.contract_id,
            opportunity_id=pattern.opportunity_id,
            facts=pattern.facts,
        )
        async with self.store.begin() as tx:
            await tx.outbox.put([row], now=pattern.created_at)
        self.put.append(alert)

    async def next_turn(self, clock: Clockwork) -> None:
        """Let time pass until something may be done about what has no end yet."""
        now = clock()
        async with self.store.read() as tx:
            pauses = await tx.pacing.pauses(steady=now)
            rows = await tx.connection.execute(
                select(
                    deliveries.c.due_at, deliveries.c.leased_until, deliveries.c.settle_until
                ).where(deliveries.c.state.not_in([state.value for state in OVER]))
            )
            instants = [pause.until for pause in pauses]
            instants += [at for row in rows for at in row if at is not None]
        ahead = [at for at in instants if at > now]
        clock.pass_by((min(ahead) - now).total_seconds() + 0.01 if ahead else 61.0)

    async def forget(self) -> None:
        """Drop every alert, and what delivery has learnt from them."""
        async with self.store.begin() as tx:
            for table in ("deliveries", "parcels", "pauses", "paces"):
                await tx.connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
        self.put.clear()

    def code(self, name: str) -> str:
        """How chat lines name the renewal of a customer."""
        return f"R-{self.patterns[name].opportunity_id}"

    async def rows(self) -> dict[Alert, Delivery]:
        """What the outbox says of each."""
        names = {pattern.contract_id: name for name, pattern in self.patterns.items()}
        async with self.store.read() as tx:
            rows = await tx.outbox.rows()
        return {Alert(row.place, names[row.contract_id]): row for row in rows}

    async def open_rows(self) -> int:
        """How many have no end yet."""
        async with self.store.read() as tx:
            counts = await tx.outbox.counts()
        return sum(count for state, count in counts.items() if state not in OVER)


async def crowd(store: Store) -> Book:
    """A book with many customers whose contracts end soon, and no alert that waits."""
    filled = await fill(store)
    names = [f"客户{number:03}" for number in range(FIRST, FIRST + CUSTOMERS)]
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        ids = range(FIRST, FIRST + CUSTOMERS)
        await tx.accounts.add_many(
            [
                {"id": id_, "name": name, "segment": Segment.STANDARD, "team": EAST, "aliases": []}
                for id_, name in zip(ids, names, strict=True)
            ],
            [(key, id_) for id_, name in zip(ids, names, strict=True) for key in keys_of(name, ())],
            now=MONDAY,
        )
        await tx.contracts.add_many(
            [
                {
                    "id": id_,
                    "account_id": id_,
                    "contract_no": f"KH-{id_}",
                    "product": "平台版",
                    "starts_on": date(2026, 1, 1),
                    "ends_on": date(2026, 12, 31),
                    "arr": Decimal(100_000),
                    "currency": "CNY",
                    "owner_id": filled.people["李雷"],
                    "team": EAST,
                    "segment": Segment.STANDARD,
                    "auto_renew": False,
                    "notice_days": None,
                    "known_on": TODAY,
                    "clock_rev": rev,
                    "status": ContractStatus.ACTIVE,
                    "custom": {},
                    "created_at": MONDAY,
                }
                for id_ in ids
            ]
        )
    async with store.begin() as tx:
        await milestones.run(tx, RULES, MONDAY)
        rows = [row for row in await tx.outbox.rows() if (row.contract_id or 0) >= FIRST]
        await tx.connection.exec_driver_sql("DELETE FROM deliveries")
    patterns = {f"客户{row.contract_id}": row for row in rows if row.kind == "milestone"}
    assert sorted(patterns) == names
    return Book(store, filled.people, patterns)


@dataclass(slots=True)
class Verdict:
    """What has become of alerts; each list names those of which it is true."""

    alerts: int = 0
    told: int = 0
    lost: list[Alert] = field(default_factory=list)
    doubled: list[Alert] = field(default_factory=list)
    marked: list[Alert] = field(default_factory=list)
    review: list[Alert] = field(default_factory=list)
    failed: list[Alert] = field(default_factory=list)
    unexplained: list[Alert] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        """The same in numbers."""
        names = ("lost", "doubled", "marked", "review", "failed", "unexplained")
        counts = {name: len(getattr(self, name)) for name in names}
        return {"alerts": self.alerts, "told": self.told, **counts}


async def judged(book: Book, cloud: LoopbackCloud) -> Verdict:
    """Compare the cloud's ledger with what was put.

    Doubled is what the app says twice, and elsewhere what is said more than twice or a second time
    without a mark in it or right before it.
    """
    verdict = Verdict(alerts=len(book.put))
    rows = await book.rows()
    for alert in book.put:
        row, posts = rows[alert], cloud.ledger.shown(alert.place)
        says = _where(posts, rf"{alert.name}\W*平台版")
        offers = _where(posts, rf"认领 {alert.name}")
        verdict.told += bool(says)
        repeats = {_repeat(alert, posts, part) for part in (says, offers) if len(part) > 1}
        if "doubled" in repeats:
            verdict.doubled.append(alert)
        elif repeats:
            verdict.marked.append(alert)
        if row.state is DeliveryState.REVIEW:
            verdict.review.append(alert)
        elif row.state is DeliveryState.FAILED:
            verdict.failed.append(alert)
        elif not says:
            verdict.lost.append(alert)
        if row.state not in OVER or (row.state is not DeliveryState.SENT and not row.error):
            verdict.unexplained.append(alert)
    return verdict


def _where(posts: Sequence[Sent], pattern: str) -> list[int]:
    """Which posts say something. A list is told in one, and what can be done about it in another."""
    return [number for number, post in enumerate(posts) if re.search(pattern, spelled(post))]


def _repeat(alert: Alert, posts: Sequence[Sent], says: Sequence[int]) -> str:
    ability = ABILITIES[kind_of_place(Platform.WECOM, alert.place)]
    after = posts[says[0] + 1 : says[1] + 1]
    told = any(MARK in spelled(post) for post in after)
    return "marked" if told and len(says) == 2 and not ability.dedupe else "doubled"


def spelled(post: Sent) -> str:
    """Everything that a post says."""
    return json.dumps(post.payload, ensure_ascii=False)

"""Alerts of many customers for places in Slack, and the oracle: what has become of each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.ledger import Sent
from scoring.model import DeliveryState
from storage.outbox import Notification
from storage.store import Store
from tests.slack.answered import words_in
from tests.slack.faults.site import CHANNELS, HMM, LILEI
from tests.wecom.faults.alerts import OVER, Alert, Book
from tests.wecom.faults.alerts import crowd as _crowd

PEOPLE = {LILEI: "李雷", HMM: "韩梅梅"}
PLACES = (*CHANNELS, *PEOPLE)


class SlackBook(Book):
    """The customers' alerts, put for places in Slack."""

    async def alert(self, place: str, name: str) -> None:
        """Put the alert of a customer."""
        pattern = self.patterns[name]
        head = pattern.key.removesuffix(f"{pattern.platform}:{pattern.place}")
        row = Notification(
            key=f"{head}slack:{place}",
            kind=pattern.kind,
            platform="slack",
            place=place,
            due_at=pattern.created_at,
            person_id=self.people.get(PEOPLE.get(place, "")),
            contract_id=pattern.contract_id,
            opportunity_id=pattern.opportunity_id,
            facts=pattern.facts,
        )
        async with self.store.begin() as tx:
            await tx.outbox.put([row], now=pattern.created_at)
        self.put.append(Alert(place, name))

    async def forget(self) -> None:
        """Drop every alert, and what delivery has learnt from them."""
        await super().forget()
        async with self.store.begin() as tx:
            await tx.connection.exec_driver_sql("DELETE FROM posts")


async def crowd(store: Store) -> SlackBook:
    """A book with many customers whose contracts end soon, and no alert that waits."""
    made = await _crowd(store)
    return SlackBook(made.store, made.people, made.patterns)


@dataclass(slots=True)
class Verdict:
    """What has become of alerts; each list names those of which it is true."""

    alerts: int = 0
    told: int = 0
    lost: list[Alert] = field(default_factory=list)
    doubled: list[Alert] = field(default_factory=list)
    review: list[Alert] = field(default_factory=list)
    failed: list[Alert] = field(default_factory=list)
    unexplained: list[Alert] = field(default_factory=list)
    keys_twice: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        """The same in numbers."""
        names = ("lost", "doubled", "review", "failed", "unexplained")
        counts = {name: len(getattr(self, name)) for name in names}
        return {"alerts": self.alerts, "told": self.told, **counts}

    @property
    def well(self) -> bool:
        """Whether nothing was lost, doubled, or ended without a reason."""
        return not (self.lost or self.doubled or self.unexplained or self.keys_twice)


async def judged(book: SlackBook, cloud: LoopbackSlackCloud) -> Verdict:
    """Compare the cloud's ledger with what was put: every alert once, every key once."""
    verdict = Verdict(alerts=len(book.put))
    keys = Counter((one.place, one.key) for one in cloud.ledger.sent if one.key)
    verdict.keys_twice = [key for (_, key), count in keys.items() if count > 1]
    rows = await book.rows()
    for alert in book.put:
        row = rows[alert]
        posts = [one for one in alerts_in(cloud, alert.place) if _says(one, alert.name)]
        verdict.told += bool(posts)
        if len(posts) > 1:
            verdict.doubled.append(alert)
        if row.state is DeliveryState.REVIEW:
            verdict.review.append(alert)
        elif row.state is DeliveryState.FAILED:
            verdict.failed.append(alert)
        elif not posts:
            verdict.lost.append(alert)
        if row.state not in OVER or (row.state is not DeliveryState.SENT and not row.error):
            verdict.unexplained.append(alert)
    return verdict


def alerts_in(cloud: LoopbackSlackCloud, place: str) -> list[Sent]:
    """What was posted in a place under a key of ours, threads aside."""
    channel = CHANNELS.get(place, "")
    found = cloud.ledger.shown(channel) if channel else cloud.ledger.shown(place)
    return [one for one in found if one.key and not one.thread]


def _says(post: Sent, name: str) -> bool:
    return re.search(rf"{name}\W*平台版", words_in(post.payload)) is not None

"""Alerts on their way to people: warnings put by hand, and a platform that keeps what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.adapters.base import Adapters, Payload
from bot.delivery.checkpoints import Checkpoint, passing
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.delivery.summary import DeliverySummary
from bot.sending import composer
from handlers.warning import warn
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.text import render_text
from scoring.health.model import Band
from scoring.health.scored import Scores
from scoring.health.worry import Concern, Worry
from scoring.model import Platform
from storage.outbox import Notification
from storage.store import Store
from tests.chatting import Chat
from tests.fakes.desk import FakeDesk
from tests.sample_book import ZONE

Reasons = dict[Concern, dict[str, float | str]]
"""What is said for each reason."""

LILEI, HMM, ADA = "user:lilei", "user:hanmeimei", "U3ADA"
EAST, NORTH = "#renewals-east", "#renewals-north"


@dataclass
class Letterbox(FakeDesk):
    """Takes everything for every place of its platform, whole."""

    def serves(self, place: str) -> bool:
        return True

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        return ({"text": render_text(message, Phrasebook(book.locale, ZONE))},)


@dataclass
class Post:
    """Both platforms, and workers that bring them what is due."""

    chat: Chat
    boxes: list[Letterbox] = field(
        default_factory=lambda: [Letterbox(platform=Platform.SLACK), Letterbox(Platform.WECOM)]
    )

    def courier(self, store: Store | None = None, checkpoint: Checkpoint = passing) -> Courier:
        """One more worker, by default on the chat's own store."""
        return Courier(
            store or self.chat.store,
            Adapters(self.boxes),
            composer(self.chat.rules),
            lambda: self.chat.now,
            checkpoint=checkpoint,
        )

    async def deliver(self) -> DeliverySummary:
        """Send what is due at the chat's clock."""
        return await deliver_all(self.courier())

    def at(self, place: str) -> list[str]:
        """What a place was told, message by message."""
        return [str(text) for box in self.boxes for text in box.texts(place)]


def worst(*kinds: Concern) -> Reasons:
    """What a worry of each kind says when nothing else is asked for."""
    usual: Reasons = {
        Concern.HIGH_RISK: {"days_to_end": 38, "usage_change": -0.4, "open_tickets": 3},
        Concern.OVERDUE: {"overdue_days": 41},
        Concern.IDLE: {"idle_days": 15},
        Concern.CHAMPION: {},
        Concern.BAND: {"from": Band.STEADY, "to": Band.AT_RISK},
        Concern.DROP: {"from": 70.0, "to": 50.0, "days": 7},
        Concern.SILENCE: {"silent_days": 60},
    }
    return {kind: usual[kind] for kind in kinds}


def scores(bands: Sequence[Band], score: float = 48.0) -> Scores:
    """Scores of customers of whom only the bands matter."""
    n = len(bands)
    ranks = np.array([band.rank for band in bands], np.int8)
    none = np.zeros(n, np.int32)
    return Scores(np.full(n, score), np.zeros((n, 1)), np.ones(n), ranks, ranks, none, none, none)


async def worry(
    chat: Chat,
    *accounts: int,
    band: Band = Band.AT_RISK,
    reasons: Reasons | None = None,
) -> int:
    """Warn of customers of the sample book, by number; returns how many warnings are new."""
    said = worst(Concern.BAND) if reasons is None else reasons
    found = [Worry(i, kind, facts) for i in range(len(accounts)) for kind, facts in said.items()]
    async with chat.store.begin() as tx:
        return await warn(tx, chat.rules, chat.now, accounts, found, scores([band] * len(accounts)))


async def alert(chat: Chat, name: str, contract: int, key: str, **changes: Any) -> None:
    """Put one milestone for one person, due now."""
    person = await chat.person(name)
    facts = {"anchor": "end", "offset": 30, "on": f"2026-11-{contract:02}"}
    row = Notification(
        key=f"milestone:{contract}:1:end:{key}",
        kind=changes.pop("kind", "milestone"),
        platform=Platform.WECOM if person.wecom_id else Platform.SLACK,
        place=f"user:{person.wecom_id}" if person.wecom_id else str(person.slack_id),
        due_at=chat.now,
        person_id=person.id,
        contract_id=contract,
        facts=facts,
        **changes,
    )
    async with chat.store.begin() as tx:
        await tx.outbox.put([row], now=chat.now)


def lines_of(texts: Iterable[str], part: str) -> list[str]:
    """The lines that say something."""
    return [line for text in texts for line in text.splitlines() if part in line]


Check = Callable[[Chat], Any]

"""Two workers that die anywhere, faults and days that pass: the budget loses and doubles nothing."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.checkpoints import Point
from bot.delivery.rounds import deliver_all
from scoring.errors import OutcomeUnknown, PlatformDown
from scoring.model import DeliveryState
from storage.outbox import DIGEST, Delivery
from storage.store import Store
from storage.transaction import Tx
from tests.chatting import Chat
from tests.jobs.alerting import Post, alert, worry
from tests.sample_book import ZONE
from tests.wecom.faults.mishaps import Died

PER_DAY = 5
DAYS = 3
NAMES = ("Ada Park", "李雷")
CONTRACTS = (1, 3, 4, 6)
CALM_ROUNDS = 200
ENDS = {DeliveryState.SENT, DeliveryState.SUPERSEDED}


async def work(post: Post, store: Store, dice: random.Random | None) -> None:
    """One round of one worker, which may die at any point; without dice it does not."""
    fate = dice.choice([None, None, *Point]) if dice else None

    def check(point: Point) -> None:
        if dice and point is fate and dice.random() < 0.5:
            raise Died

    async def steady(_tx: Tx) -> datetime:
        return post.chat.now.astimezone(UTC)

    courier = replace(post.courier(store, check), steady=steady)
    try:
        await deliver_all(courier)
    except Died:
        return


def faults(post: Post, dice: random.Random) -> None:
    for box in post.boxes:
        if dice.random() < 0.2:
            box.faults.append(dice.choice([PlatformDown("down"), OutcomeUnknown("reset")]))
        if dice.random() < 0.2:
            box.lost.append(OutcomeUnknown("late"))


def heard_on(rows: list[Delivery], *, digest: bool) -> Counter[tuple[int | None, object]]:
    """Messages by person and day: the digests, or the others."""
    digests = {row.batch for row in rows if DIGEST in row.facts}
    messages = {
        (row.person_id, row.sent_at.astimezone(ZONE).date(), row.batch)
        for row in rows
        if row.sent_at is not None and (row.batch in digests) is digest
    }
    return Counter((person, on) for person, on, _ in messages)


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_alert_is_told_once_and_nobodys_day_is_overrun(
    chat: Chat, database_url: str, seed: int
) -> None:
    dice = random.Random(seed)
    post = Post(chat)
    other = Store.open(database_url)
    n = 0
    try:
        for _ in range(DAYS):
            for _ in range(12):
                for name in NAMES:
                    await alert(chat, name, dice.choice(CONTRACTS), f"n{(n := n + 1)}")
                if dice.random() < 0.2:
                    await worry(chat, dice.choice(CONTRACTS))
                faults(post, dice)
                await asyncio.gather(*(work(post, one, dice) for one in (chat.store, other)))
                chat.later(minutes=dice.choice([1, 5, 25]))
            chat.at(datetime.combine(chat.today + timedelta(days=1), datetime.min.time(), ZONE))
            chat.later(hours=9, minutes=7)
        for box in post.boxes:
            box.faults.clear()
            box.lost.clear()
        for _ in range(CALM_ROUNDS):
            await work(post, chat.store, None)
            rows = await chat.outbox()
            if {row.state for row in rows} <= ENDS:
                break
            chat.later(minutes=45)
    finally:
        await other.close()
    ended = Counter(row.state for row in rows)
    assert set(ended) <= ENDS, ended
    keys = [key for box in post.boxes for key in box.keys]
    assert len(keys) == len(set(keys))
    sent = [row for row in await chat.outbox() if row.state is DeliveryState.SENT]
    assert {key.partition(".")[0] for key in keys} == {row.batch for row in sent}
    personal = [row for row in sent if row.person_id is not None]
    assert max(heard_on(personal, digest=False).values()) <= PER_DAY
    digests = heard_on(personal, digest=True)
    assert digests
    assert set(digests.values()) == {1}

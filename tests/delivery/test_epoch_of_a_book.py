"""What the clock tells after a restore bears the names it had in the book that was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.adapters.base import Adapters
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.sending import composer
from handlers.commands import COMMANDS
from handlers.jobs.tick import tick_once
from handlers.restoring import begin_epoch
from scoring.model import Platform
from storage.outbox import Delivery, Notification
from storage.store import Store
from storage.tables import risk_warnings
from tests.chat.conftest import book, chat
from tests.chatting import Chat
from tests.databases import PostgresDatabases, SqliteFiles
from tests.delivery.world import Clock
from tests.expansion.growing import grow
from tests.fakes.desk import FakeDesk
from tests.sample_book import fill

__all__ = ["book", "chat"]

HUAWEI, XINGHE = "华为技术有限公司", "星河科技有限公司"


class Everywhere(FakeDesk):
    """Takes everything of its platform, and can be read back."""

    def serves(self, place: str) -> bool:
        return True


@pytest.fixture
def other_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.fresh() as url:
        yield url


@pytest.fixture
async def lost(other_url: str) -> AsyncIterator[Chat]:
    """The book that was lost, as it was when the backup was taken."""
    store = Store.open(other_url)
    yield Chat(store, COMMANDS, await fill(store))
    await store.close()


async def names(chat: Chat, kind: str) -> set[str]:
    async with chat.store.read() as tx:
        rows: list[Delivery] = [row for row in await tx.outbox.rows() if row.kind == kind]
        return set((await tx.doubting.names(rows)).values())


async def test_an_expansion_is_called_by_its_customer(chat: Chat, lost: Chat) -> None:
    await grow(lost, HUAWEI)
    await grow(lost, XINGHE)
    await grow(chat, XINGHE)
    assert len(await names(chat, "expansion") & await names(lost, "expansion")) == 1
    # It has the number in one book that the other's customer has in the other.
    keys = {row.key.split(":")[1] for row in await chat.outbox("expansion")}
    assert keys <= {row.key.split(":")[1] for row in await lost.outbox("expansion")}


@pytest.mark.parametrize(
    ("day", "band", "reasons", "same"),
    [
        ("2026-11-24", "watch", "band", True),
        ("2026-11-23", "risk", "band", False),
        ("2026-11-23", "watch", "band+drop", False),
    ],
)
async def test_a_warning_is_the_same_on_another_day_but_not_when_it_is_graver(
    chat: Chat, lost: Chat, day: str, band: str, reasons: str, same: bool
) -> None:
    await _warn(lost, "2026-11-23", "watch", "band")
    await _warn(chat, day, band, reasons)
    assert (await names(chat, "warning") == await names(lost, "warning")) is same


async def _warn(chat: Chat, day: str, band: str, reasons: str) -> None:
    key = f"1:{day}:{reasons}"
    async with chat.store.begin() as tx:
        number = await tx.connection.scalar(
            insert(risk_warnings)
            .values(key=key, account_id=1, kind="band", facts={}, band=band, at=chat.now)
            .returning(risk_warnings.c.id)
        )
        row = Notification(
            f"warning:{key}:slack:U1",
            "warning",
            "slack",
            "U1",
            chat.now,
            facts={"warning": number, "on": day},
        )
        await tx.outbox.put([row], now=chat.now)


async def test_a_whole_book_is_told_once(chat: Chat, lost: Chat) -> None:
    desks = [Everywhere(platform=platform) for platform in (Platform.SLACK, Platform.WECOM)]
    await tick_once(lost.store, lost.rules, lost.now)
    clock = Clock(lost.now, lost.now)
    await deliver(lost, desks, clock)
    told = Counter(text for desk in desks for place in desk.hung for text in desk.texts(place))
    assert told

    clock.move(hours=1)
    begun = await begin_epoch(chat.store, chat.rules, clock.now, backup_at=lost.now)
    assert begun.put >= begun.suspect > 0
    for _ in range(3):
        clock.move(seconds=121)
        await deliver(chat, desks, clock)
    assert told == Counter(
        text for desk in desks for place in desk.hung for text in desk.texts(place)
    )
    later = clock.now + timedelta(hours=1)
    assert not [row for row in await chat.outbox() if row.state == "waiting" and row.due_at < later]


async def deliver(chat: Chat, desks: list[Everywhere], clock: Clock) -> None:
    await deliver_all(
        Courier(
            chat.store,
            Adapters(desks),
            composer(chat.rules),
            clock.read,
            steady=clock.read_steady,
            jitter=lambda: 0.0,
        )
    )

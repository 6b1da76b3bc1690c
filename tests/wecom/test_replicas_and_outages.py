"""Two replicas behind one address, and a database that is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.wecom.heard import Chat, Polled, Way
from bot.wecom.open_streams import OpenStreams
from bot.wecom.small_talk import SmallTalk
from storage.store import Store
from tests.databases import SqliteFiles
from tests.sample_book import RULES, SampleBook
from tests.wecom.calling import Clock, house
from tests.wecom.dialogues import claimed_by, renewal, ticked_book

CHAT = Chat(Way.AIBOT, "lilei", as_given="LiLei")


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


async def test_the_same_line_on_two_replicas_acts_once_and_is_answered_alike(
    store: Store, database_url: str, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    second = Store.open(database_url)
    async with house(store) as home, house(second) as other:
        line = home.text(f"认领 {code}")
        await asyncio.gather(*(one.app_hears(line) for one in (home, other, home, other)))
        assert await claimed_by(store, book) == "李雷"
        # WeCom drops the second: the same bytes under the same key within hours.
        assert home.app.sent == other.app.sent
        assert len(home.app.sent) == 1
    await second.close()


async def test_reordered_and_repeated_lines_each_count_once(store: Store, book: SampleBook) -> None:
    codes = [(await renewal(store, book, number)).code for number in ("HT-1", "HT-2", "HT-3")]
    async with house(store) as home:
        lines = [home.mention(f"@续约助手 认领 {code}") for code in codes]
        for number in (2, 0, 1, 0, 2, 1, 1):
            await home.bot_hears(lines[number])
        claimed = [await renewal(store, book, number) for number in ("HT-1", "HT-2", "HT-3")]
    assert {one.claimed_by_id for one in claimed} == {book.people["李雷"]}
    assert len({one.version for one in claimed}) == 1


@pytest.fixture
async def gone(sqlite_files: SqliteFiles) -> AsyncIterator[Store]:
    """A database in which nothing is found."""
    with sqlite_files.empty() as url:
        opened = Store.open(url)
        yield opened
        await opened.close()


async def test_without_a_database_every_line_gets_a_sentence(gone: Store) -> None:
    async with house(gone) as home:
        for line in ("到期", "认领 R-1", "绑定账号"):
            answer = await home.app_hears(home.text(line))
            assert "数据库" in answer
        welcome = await home.app_hears(home.event("subscribe", EventKey=""))
        assert welcome.startswith("我是续约助手")
        await home.app_hears(home.tap("到期", "task-1"))
    assert set(home.statuses) == {200}


async def test_without_a_database_a_stream_is_neither_kept_nor_ended(gone: Store) -> None:
    streams = OpenStreams(gone, Clock(), SmallTalk(gone, RULES))
    assert not await streams.begin("s-1", CHAT, "查询中")
    assert not await streams.finish("s-1", "完", None)
    answer = await streams.poll(Polled("p-1", CHAT, "s-1"))
    assert answer["stream"] == {"id": "s-1", "finish": False, "content": "查询中，请稍候…"}

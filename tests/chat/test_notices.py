"""Notices on their way: said in their reader's language, alone when they have taps, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.announcing import compose
from handlers.notices import Notice, Tap, tell
from storage.dispatches import Attempt, PlaceName
from storage.store import Store
from tests.chatting import Chat
from tests.telling import message_of, notices, text_of

SAID = Notice("notice.linked", {"who": "张伟", "by": "Ada"}, (Tap("mine.title", "mine"),))


async def put(chat: Chat, *names: str, once: str = "x", notice: Notice = SAID) -> None:
    people = [await chat.person(name) for name in names]
    async with chat.store.begin() as tx:
        await tell(tx, people, notice, once=once, rules=chat.rules, now=chat.now)


async def test_each_reader_gets_it_in_their_language_where_they_are(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"locale": "en"})
    await put(chat, "李雷", "Ada Park")
    told = {row.place: await text_of(chat, row) for row in await notices(chat)}
    assert set(told) == {"user:lilei", "U3ADA"}
    assert "已确认您是张伟" in told["user:lilei"]
    assert "You are linked as 张伟" in told["U3ADA"]


async def test_the_same_occasion_is_told_once(chat: Chat) -> None:
    await put(chat, "李雷")
    await put(chat, "李雷")
    await put(chat, "李雷", once="y")
    assert len(await notices(chat)) == 2


async def test_with_the_ai_bot_alone_it_goes_to_the_direct_chat_with_the_bot(chat: Chat) -> None:
    chat.rules = replace(chat.rules, wecom_direct="bot")
    await put(chat, "李雷")
    assert [row.place for row in await notices(chat)] == ["bot:lilei"]


async def test_nobody_is_told_who_has_no_place_or_has_left(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["李雷"], {"wecom_id": None, "slack_id": None})
        await tx.people.leave(chat.book.people["韩梅梅"], on=chat.today)
    await put(chat, "李雷", "韩梅梅")
    assert not await notices(chat)


async def test_who_left_meanwhile_is_not_told(store: Store, chat: Chat) -> None:
    await put(chat, "李雷")
    async with store.begin() as tx:
        await tx.people.leave(chat.book.people["李雷"], on=chat.today)
    (row,) = await notices(chat)
    assert await message_of(chat, row) is None


@pytest.mark.parametrize("taps", [True, False])
async def test_what_has_taps_is_never_merged_with_anything(chat: Chat, taps: bool) -> None:
    await put(chat, "李雷", notice=SAID if taps else replace(SAID, taps=()))
    await put(chat, "李雷", once="y", notice=replace(SAID, taps=()))
    async with chat.store.begin() as tx:
        lease = await tx.dispatches.lease(
            PlaceName("wecom", "user:lilei"),
            Attempt("me", "k1"),
            now=chat.now,
            steady=chat.now,
            lease_s=60,
            limit=50,
        )
    assert lease is not None
    assert len(lease.rows) == (1 if taps else 2)


async def test_together_with_alerts_nothing_is_lost(chat: Chat) -> None:
    await chat.tick()
    await put(chat, "李雷", notice=replace(SAID, taps=()))
    rows = [row for row in await chat.outbox() if row.place == "user:lilei"]
    async with chat.store.read() as tx:
        composed = await compose(tx, rows, chat.now, chat.rules)
    assert composed.covers(rows)
    assert not composed.superseded
    assert composed.message is not None
    shown = str(composed.message)
    assert "已确认您是张伟" in shown
    assert "华为" in shown


async def test_what_is_over_by_then_is_not_said(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.settings.put("link.code:ABC", {"platform": "wecom"}, at=chat.now)
    await put(chat, "李雷", notice=replace(SAID, while_set="link.code:ABC"))
    (row,) = await notices(chat)
    assert await message_of(chat, row) is not None
    async with store.begin() as tx:
        await tx.settings.forget("link.code:ABC")
    assert await message_of(chat, row) is None

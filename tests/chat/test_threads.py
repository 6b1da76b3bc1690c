"""What happened to a renewal is told below its card, a line a time, where there are threads."""

from __future__ import annotations

import pytest

from handlers.announcing import compose
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.text import render_text
from scoring.model import Locale
from storage.outbox import THREAD, Delivery
from storage.posts import NewPost
from storage.store import Store
from tests.chatting import Chat


@pytest.fixture
async def card(chat: Chat) -> str:
    """The alert of HT-1 hangs in the team's channel and in its owner's chat; its code."""
    await chat.tick()
    opportunity = await chat.opportunity("HT-1")
    async with chat.store.begin() as tx:
        for place, message_id in (("#renewals-east", "C1/1.2"), ("U1LILEI", "D1/1.3")):
            post = NewPost(
                "slack",
                place,
                message_id,
                "milestone",
                chat.now,
                contract_id=opportunity.contract_id,
                opportunity_id=opportunity.id,
                facts={"locale": "zh_CN"},
            )
            assert await tx.posts.add(post)
    return opportunity.code


async def history(chat: Chat) -> list[Delivery]:
    return await chat.outbox("history")


async def said(chat: Chat, row: Delivery) -> Message:
    async with chat.store.read() as tx:
        composed = await compose(tx, [row], chat.now, chat.rules)
    assert composed.kept == (row.id,)
    assert composed.message is not None
    return composed.message


async def words(chat: Chat) -> str:
    """The newest line of the thread."""
    row = (await history(chat))[-1]
    message = await said(chat, row)
    assert not message.private
    assert not message.buttons
    return message.summary


LINES = [
    ("claim {}", "李雷 已认领"),
    ("snooze {} 2026-12-02 等预算审批", "李雷 已暂缓至2026年12月2日"),
    ("stage {} proposal", "李雷 将阶段改为“方案报价”"),
    ("log {} 和王总电话聊了 报价120万", "李雷 记录了跟进（电话）"),
    ("won {} 1300000", "李雷 已登记为赢单 🎉"),
    ("lost {} price 太贵了", "李雷 已登记为丢单，原因：价格"),
]


@pytest.mark.parametrize(("line", "told"), LINES)
async def test_every_change_is_a_line(chat: Chat, card: str, line: str, told: str) -> None:
    await chat(line.format(card))
    line_of_it = await words(chat)
    assert line_of_it.startswith(told.split("“")[0])
    assert not any(private in line_of_it for private in ("预算", "13", "王总"))


async def test_assigning_says_to_whom_as_it_was_then(chat: Chat, card: str) -> None:
    await chat(f"assign {card} 韩梅梅", as_="Ada Park")
    first = (await history(chat))[-1]
    await chat(f"assign {card} 李雷", as_="Ada Park")
    assert (await said(chat, first)).summary == "Ada Park 已指派给 韩梅梅"


async def test_the_line_says_when(chat: Chat, card: str) -> None:
    await chat(f"claim {card}")
    message = await said(chat, (await history(chat))[-1])
    text = render_text(message, Phrasebook(Locale.ZH, chat.rules.zone))
    assert "09:07" in text


async def test_only_the_channels_card_has_one(chat: Chat, card: str) -> None:
    await chat(f"claim {card}", place="channel")
    (row,) = await history(chat)
    assert row.place == "#renewals-east"
    async with chat.store.read() as tx:
        post = await tx.posts.get(int(row.facts[THREAD]))
    assert post is not None
    assert post.message_id == "C1/1.2"


async def test_a_touch_shows_on_the_card_and_is_nobodys_news(chat: Chat, card: str) -> None:
    before = {row.key for row in await chat.outbox()}
    await chat(f"log {card} 和王总电话聊了", as_="韩梅梅")
    new = [row for row in await chat.outbox() if row.key not in before]
    assert sorted(row.kind for row in new) == ["history", "repaint", "repaint"]
    assert not any("instead" in row.facts for row in new)


async def test_each_touch_is_a_line_of_its_own(chat: Chat, card: str) -> None:
    await chat(f"log {card} 打了电话")
    await chat(f"log {card} 拜访了客户")
    assert [row.facts["how"]["kind"] for row in await history(chat)] == ["call", "visit"]


async def test_below_a_list_the_customer_is_named(chat: Chat, store: Store) -> None:
    await chat.tick()
    opportunity = await chat.opportunity("HT-1")
    async with store.begin() as tx:
        post = NewPost(
            "slack", "#renewals-east", "C1/9.9", "list", chat.now, opportunity_id=opportunity.id
        )
        assert await tx.posts.add(post)
    await chat(f"claim {opportunity.code}")
    told = await words(chat)
    assert told.startswith("华为技术有限公司")
    assert told.endswith("：李雷 已认领")


async def test_taking_back_is_told_too(chat: Chat, card: str) -> None:
    reply = await chat(f"claim {card}")
    await chat(reply.line("undo"))
    assert await words(chat) == "李雷 撤销了上一步操作"


async def test_a_line_without_its_card_is_not_told(chat: Chat, card: str) -> None:
    await chat(f"claim {card}")
    row = (await history(chat))[-1]
    async with chat.store.begin() as tx:
        await tx.posts.forget("slack", ["#renewals-east"])
        composed = await compose(tx, [row], chat.now, chat.rules)
    assert composed.message is None  # the card is gone, and so is its thread
    assert composed.superseded == (row.id,)

"""Lines as people type them into WeCom: in Chinese, in a hurry, with every kind of width and mark."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.model import Stage
from tests.chat.test_due import HUAWEI, LATE, NORTHWIND, XINGHE, YUNFAN, listed
from tests.chatting import Chat

SOON = [LATE, YUNFAN, NORTHWIND]
MINE = [LATE, NORTHWIND]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("续约 到期", SOON),
        ("续约到期", SOON),
        ("续约，到期", SOON),
        ("續約 到期", SOON),
        ("到期 30天 我的", MINE),
        ("到期30天我的", MINE),
        ("到期，30天，我的", MINE),
        ("到期,30天,我的", MINE),
        ("到期、30天、我的", MINE),
        ("到期：30天", SOON),
        ("到期　３０天", SOON),
        ("到期　３０天　我的", MINE),
        ("到期 ３０天！", SOON),
        ("到期 30天。", SOON),
        ("到期 30天 我的 👀", MINE),
        ("到期👀", SOON),
        ("到期[强]", SOON),
        ("到期 30天 [玫瑰][玫瑰]", SOON),
        ("到期。", SOON),
        ("@续约助手 到期", SOON),
        ("@续约助手　到期", SOON),
        ("@续约助手\u2005到期", SOON),
        ("@续约助手\u00a0到期", SOON),
        ("@续约助手 续约 到期", SOON),
        ("@续约助手 /续约 到期 30天", SOON),
        ("@续约助手，到期", SOON),
        ("  到期  ", SOON),
        ("到期\n30天", SOON),
        ("请帮我看一下到期", SOON),
        ("帮我查到期 30天", SOON),
        ("我的", [HUAWEI, LATE, NORTHWIND]),
        ("我的。", [HUAWEI, LATE, NORTHWIND]),
    ],
)
@pytest.mark.parametrize("place", ["wecom", "group"])
async def test_a_list_is_asked_for(chat: Chat, line: str, names: list[str], place: str) -> None:
    reply = await chat(line, place=place)
    assert not reply.refused, reply.text
    assert listed(reply.text) == names


@pytest.mark.parametrize(
    "line",
    [
        "认领 {n}",
        "认领{n}",
        "认领　{wide}",
        "认领{wide}",
        "认领：{n}",
        "认领，{n}",
        "认领 R-{n}",
        "认领R-{n}",
        "认领 Ｒ－{wide}",
        "认领 #{n}",
        "认领 {n}。",
        "认领 {n}！！",
        "认领 {n} 👍",
        "认领{n}[强]",
        "認領 {n}",
        "領取 {n}",
        "我要认领 {n}",
        "帮我认领{n}",
        "麻烦认领 {n}",
        "please claim {n}",
        "@续约助手 认领 {n}",
        "@续约助手\u2005认领{n}",
        "续约认领 {n}",
        "Claim {n}",
        "认领 星河科技",
        "认领星河科技",
        "认领 HT-2",
        "认领ht-2。",
        "认领 ＨＴ－２",
    ],
)
async def test_a_renewal_is_claimed(chat: Chat, line: str) -> None:
    await chat.tick()
    opportunity = await chat.opportunity("HT-2")
    number = str(opportunity.id)
    wide = number.translate({ord("0") + d: ord("０") + d for d in range(10)})
    reply = await chat(line.format(n=number, wide=wide), place="wecom")
    assert not reply.refused, reply.text
    claimed = await chat.opportunity("HT-2")
    assert claimed.claimed_by_id == chat.book.people["李雷"]


@pytest.mark.parametrize(
    "line",
    [
        "客户 华为",
        "客户华为",
        "客户：华为",
        "客戶 华为",
        "查看 华为。",
        "看 华为",
        "华为",
        "华为？",
        "华为。",
        "华为技术有限公司",
        "@续约助手 华为",
        "hwjs",
        "客户 hw",
        "HT-1",
        "ＨＴ－１",
        "客户 HT-1！",
    ],
)
async def test_a_customer_is_looked_up(chat: Chat, line: str) -> None:
    reply = await chat(line, place="bot")
    assert not reply.refused, reply.text
    assert HUAWEI in reply


@pytest.mark.parametrize(
    ("line", "note", "kind", "next_on"),
    [
        (
            "跟进 华为 电话 聊了预算，下周三再联系",
            "电话 聊了预算，下周三再联系",
            "call",
            "2026-12-02",
        ),
        ("跟进华为 电话聊了预算", "电话聊了预算", "call", None),
        ("跟进，华为，电话聊了预算", "电话聊了预算", "call", None),
        ("跟进：华为 拜访了王总", "拜访了王总", "visit", None),
        ("跟進 华为 打電話聊了预算", "打電話聊了预算", "call", None),
        ("跟进　华为　发了邮件，１２月５日回访", "发了邮件，１２月５日回访", "email", "2026-12-05"),
        ("记录 华为 开会谈了续约！", "开会谈了续约！", "meeting", None),
        ("@续约助手 跟进 华为 电话聊了 👍", "电话聊了 👍", "call", None),
        ("跟进 HT-1 微信聊了，客户说“太贵”", "微信聊了，客户说“太贵”", "message", None),
        (
            "跟进 华为\n电话聊了预算\n下周三再联系",
            "电话聊了预算\n下周三再联系",
            "call",
            "2026-12-02",
        ),
    ],
)
async def test_a_touch_is_logged(
    chat: Chat, line: str, note: str, kind: str, next_on: str | None
) -> None:
    reply = await chat(line, place="wecom")
    assert not reply.refused, reply.text
    assert (reply.understood["kind"], reply.understood["next_on"]) == (kind, next_on)
    async with chat.store.read() as tx:
        touches = await tx.touches.of_account(1)
    assert [touch.note for touch in touches] == [note]


@pytest.mark.parametrize(
    "line",
    [
        "赢单 HT-1",
        "赢单HT-1。",
        "赢单 HT-1 🎉🎉",
        "贏單 HT-1",
        "续约成功 HT-1",
        "已续约 华为！",
        "赢单，HT-1",
        "赢单 HT-1 120万",
        "赢单 HT-1 １２０万。",
        "赢单 HT-1，1,200,000",
    ],
)
async def test_a_renewal_is_won(chat: Chat, line: str) -> None:
    reply = await chat(line, place="wecom")
    assert not reply.refused, reply.text
    assert (await chat.opportunity("HT-1")).stage is Stage.WON
    assert "1,200,000" in reply


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("丢单 HT-1 价格", None),
        ("丢单HT-1 价格。", None),
        ("丢单 HT-1，价格", None),
        ("丟單 HT-1 价格", None),
        ("流失 HT-1 价格 😢", None),
        ("丢单 HT-1 价格 预算被砍了。", "预算被砍了。"),
        ("丢单 HT-1，价格，预算被砍了", "预算被砍了"),
        ("不续约 华为 价格", None),
    ],
)
async def test_a_renewal_is_lost(chat: Chat, line: str, note: str | None) -> None:
    reply = await chat(line, place="wecom")
    assert not reply.refused, reply.text
    opportunity = await chat.opportunity("HT-1")
    assert (opportunity.stage, opportunity.reason) == (Stage.LOST, "price")
    async with chat.store.read() as tx:
        touches = await tx.touches.of_account(1)
    assert [touch.note for touch in touches] == ([note] if note else [])


@pytest.mark.parametrize(
    "line",
    [
        "暂缓 HT-1 下周一 客户出差",
        "暂缓HT-1 下周一 客户出差",
        "暂缓 HT-1，下周一，客户出差",
        "暂缓，HT-1，下周一，客户出差",
        "暫緩 HT-1 下週一 客户出差",
        "暂缓　ＨＴ－１　１１月３０日　客户出差",
        "推迟 华为 11.30 客户出差",
    ],
)
async def test_a_renewal_is_snoozed(chat: Chat, line: str) -> None:
    reply = await chat(line, place="wecom")
    assert not reply.refused, reply.text
    snoozed = await chat.opportunity("HT-1")
    assert (snoozed.snoozed_until, snoozed.snooze_reason) == (date(2026, 11, 30), "客户出差")


@pytest.mark.parametrize("line", ["帮助", "幫助", "帮助。", "?", "？", "续约", "怎么用？"])
async def test_help_is_given(chat: Chat, line: str) -> None:
    reply = await chat(line, place="bot")
    assert not reply.refused
    assert "可以这样问我" in reply


async def test_what_was_done_is_taken_back(chat: Chat) -> None:
    for line in ("撤销", "撤銷。", "撤回！"):
        await chat("认领 HT-2", place="wecom")
        reply = await chat(line, place="wecom")
        assert not reply.refused, reply.text
        assert (await chat.opportunity("HT-2")).claimed_by_id is None


async def test_a_name_with_a_comma_stays_a_name(chat: Chat) -> None:
    assert NORTHWIND in await chat("show Northwind, Traders", place="wecom")
    await chat("log Northwind Traders, called Sam", place="wecom")
    async with chat.store.read() as tx:
        touches = await tx.touches.of_account(4)
    assert [touch.note for touch in touches] == ["called Sam"]


@pytest.mark.parametrize("line", ["你好", "在吗？", "👍", "[强]", "。", "好的收到"])
async def test_small_talk_changes_nothing_and_is_answered(chat: Chat, line: str) -> None:
    reply = await chat(line, place="bot")
    assert reply.text
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0


@pytest.mark.parametrize("line", ["你好", "您好！", "在吗？", "@续约助手 大家好", "Hello!", "hi"])
async def test_a_greeting_is_answered_with_what_can_be_said(chat: Chat, line: str) -> None:
    reply = await chat(line, place="group")
    assert not reply.refused
    assert "到期 30天" in reply.text


async def test_a_customer_whose_name_is_asked_about_in_a_group(chat: Chat) -> None:
    reply = await chat("@续约助手 星河", place="group")
    assert XINGHE in reply
    assert "¥" not in reply

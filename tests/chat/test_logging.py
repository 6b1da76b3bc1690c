"""Log: a touch in one line, what was understood of it, and mending that."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.model import Locale, Stage, TouchKind
from tests.chatting import Chat


async def test_a_line_in_chinese_says_back_what_was_understood(chat: Chat) -> None:
    reply = await chat("log 华为 和王总电话聊了, 预算Q3定, 下周三跟进")
    assert reply.understood == {
        "account": "华为技术有限公司",
        "kind": "call",
        "contact": "王总",
        "at": "2026-11-23T09:07:00+08:00",
        "next_on": "2026-12-02",
    }
    for part in ("电话", "王总", "2026年12月2日", "周三"):
        assert part in reply


async def test_a_line_in_english(chat: Chat) -> None:
    reply = await chat(
        "log Northwind met with Sam yesterday, follow up next Friday", locale=Locale.EN
    )
    assert reply.understood["kind"] == "meeting"
    assert reply.understood["next_on"] == "2026-12-04"
    assert str(reply.understood["at"]).startswith("2026-11-22")


async def test_a_touch_can_name_the_renewal(chat: Chat) -> None:
    await chat("claim HT-1")
    opportunity = await chat.opportunity("HT-1")
    await chat(f"log {opportunity.code} 发了报价邮件")
    async with chat.store.read() as tx:
        touch = (await tx.touches.of_account(1))[0]
    assert touch.kind is TouchKind.EMAIL
    assert touch.opportunity_id == opportunity.id


async def test_a_touch_on_a_claimed_renewal_is_a_contact(chat: Chat) -> None:
    await chat("claim HT-1")
    await chat("log 华为 电话沟通")
    assert (await chat.opportunity("HT-1")).stage is Stage.CONTACTED


async def test_a_note_or_an_unclaimed_renewal_moves_nothing(chat: Chat) -> None:
    await chat.tick()
    await chat("log 华为 电话沟通")
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN
    await chat("claim HT-1")
    await chat("log 华为 kind=note 预算可能要砍")
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN


async def test_what_was_misunderstood_is_one_tap_away(chat: Chat) -> None:
    reply = await chat("log 华为 电话沟通")
    assert "fix T-1 kind=meeting" in reply.lines
    mended = await chat("fix T-1 kind=meeting")
    assert "会议" in mended
    mended = await chat(reply.line("fix T-1 next_on="))
    assert not mended.refused
    form = next(button.form for button in reply.message.buttons if button.form)
    assert form is not None
    assert [field.name for field in form.fields] == ["kind", "contact", "next_on", "note"]
    mended = await chat(f'{form.line} contact="Sam Lee" next_on=2026-12-08')
    async with chat.store.read() as tx:
        touch = await tx.touches.get(1)
    assert touch is not None
    assert (touch.kind, touch.contact, touch.next_on) == (
        TouchKind.MEETING,
        "Sam Lee",
        date(2026, 12, 8),
    )


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("fix T-1 kind=visit", "韩梅梅"),
        ("fix T-99 kind=visit", "李雷"),
        ("fix nonsense kind=visit", "李雷"),
        ("fix T-1 kind=call", "李雷"),
        ("fix T-1", "李雷"),
    ],
)
async def test_what_cannot_be_mended_is_said(chat: Chat, line: str, who: str) -> None:
    await chat("log 华为 电话沟通")
    assert (await chat(line, as_=who)).refused


async def test_a_customer_that_fits_several_is_asked_with_the_note_kept(chat: Chat) -> None:
    reply = await chat("log 不存在的客户 电话沟通")
    assert reply.refused
    async with chat.store.read() as tx:
        assert await tx.touches.of_account(1) == []


async def test_a_repeat_of_the_platform_files_one_touch(chat: Chat) -> None:
    for _ in range(3):
        await chat("log 华为 电话沟通", event="same")
    async with chat.store.read() as tx:
        assert len(await tx.touches.of_account(1)) == 1


async def test_a_colleague_who_only_reads_can_add_what_they_know(chat: Chat) -> None:
    reply = await chat("log 华为 called about a ticket", as_="Vera Lind")
    assert not reply.refused, reply.text

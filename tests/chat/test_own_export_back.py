"""One's own export brought back adds nothing, whatever was written in chat before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.answering import OPERATOR
from handlers.exporting import export_book, heading
from handlers.importing.bringing import Brought, FileToBring, bring
from handlers.importing.intake import read_file
from handlers.importing.plan import Author
from messages.i18n import Phrasebook
from scoring.errors import BadArgument
from scoring.model import Locale
from storage.store import Store
from storage.views.export import SHEETS
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow


async def exported(chat: Chat) -> bytes:
    async with chat.store.read() as tx:
        content, _ = await export_book(
            tx, OPERATOR, Phrasebook(Locale.ZH, chat.rules.zone), operator=True
        )
    return content


async def brings(chat: Chat, content: bytes, name: str = "book.xlsx") -> Brought:
    return await bring(
        chat.store,
        [FileToBring(name, content)],
        chat.rules,
        chat.now,
        author=Author(None, "operator", "cli"),
        write=True,
    )


async def test_a_touch_logged_in_chat_comes_back_as_the_same_touch(
    store: Store, chat: Chat
) -> None:
    chat.now += timedelta(seconds=17, microseconds=123456)
    await chat("log 华为 和王总电话聊了,  预算Q3定, 下周三跟进")
    await chat("log Northwind met with Sam yesterday, follow up next Friday", as_="Ada Park")
    for _ in range(2):
        plan = (await brings(chat, await exported(chat))).plan
        touches = next(tally for tally in plan.tallies if tally.kind == "touches")
        assert (plan.refused, touches.new, touches.changed, touches.unchanged) == (0, 0, 0, 2)
        assert (plan.new, plan.changed) == (0, 0)
    async with store.read() as tx:
        assert len(await tx.touches.of_account(1)) == 1


async def test_touches_of_a_sheet_come_back_as_they_are(chat: Chat) -> None:
    sheet = "客户名称,方式,时间,我方人员,备注\n华为技术有限公司,电话,2026-11-01T10:00:05+08:00,李雷,预算\n"
    assert (await brings(chat, sheet.encode(), "t.csv")).plan.new == 1
    plan = (await brings(chat, await exported(chat))).plan
    assert (plan.new, plan.changed, plan.refused) == (0, 0, 0)


async def test_a_touch_that_was_taken_back_is_not_brought_back(store: Store, chat: Chat) -> None:
    logged = await chat("log 华为 电话聊了预算")
    before = await exported(chat)
    await chat(logged.line("undo"))
    assert (await brings(chat, before)).plan.new == 0
    async with store.read() as tx:
        assert not await tx.touches.of_account(1)


async def test_another_persons_touch_of_that_minute_is_another_touch(chat: Chat) -> None:
    await chat("log 华为 电话聊了预算")
    async with chat.store.read() as tx:
        (touch,) = await tx.touches.of_account(1)
    at = touch.at.isoformat(timespec="minutes")
    sheet = f"account,kind,at,who,note\n华为技术有限公司,call,{at},韩梅梅,{touch.note}\n"
    assert (await brings(chat, sheet.encode(), "touches.csv")).plan.new == 1


async def test_expansions_are_in_it_and_left_out_when_it_comes_back(chat: Chat) -> None:
    await grow(chat, "华为技术有限公司", "Northwind Traders")
    won, lost = [
        (await expansion_of(chat, name)).code for name in ("华为技术有限公司", "Northwind Traders")
    ]
    await chat(f"won {won} 20万")
    await chat(f"lost {lost} budget")
    brought = await brings(chat, await exported(chat))
    assert (brought.plan.new, brought.plan.changed, brought.plan.refused) == (0, 0, 0)
    told = [notice for file in brought.files for notice in file.notices]
    assert ("import.notice.sheet_expansions", {"name": "增购"}) in [
        (notice.key, dict(notice.params)) for notice in told
    ]


@pytest.mark.parametrize("locale", [Locale.EN, Locale.ZH])
async def test_the_list_of_expansions_alone_is_refused(chat: Chat, locale: Locale) -> None:
    await grow(chat, "华为技术有限公司")
    heads = [heading("expansions", column, locale) for column in SHEETS["expansions"]]
    with pytest.raises(BadArgument) as refused:
        read_file(",".join(heads).encode() + b"\n" + b"x," * len(heads), "expansions.csv")
    assert refused.value.key == "import.file.only_expansions"

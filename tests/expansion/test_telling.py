"""Who is told of a new expansion, what the card says, and that it stays true."""

from __future__ import annotations

from decimal import Decimal

import pytest

from handlers.announcing import compose
from handlers.jobs import failures
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.text import render_text
from scoring.model import Locale
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow
from tests.telling import message_of, text_of

HUAWEI = "华为技术有限公司"
XINGHE = "星河科技有限公司"
YANSHAN = "燕山石化有限公司"
QINGQUAN = "清泉水务有限公司"


async def places(chat: Chat) -> list[str]:
    return sorted(f"{row.platform}:{row.place}" for row in await chat.outbox("expansion"))


async def test_its_owner_is_told_and_nobody_else(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    assert await places(chat) == ["wecom:user:lilei"]


async def test_the_leads_hear_of_what_is_nobodys(chat: Chat) -> None:
    await grow(chat, QINGQUAN)
    assert await places(chat) == ["slack:U3ADA"]


async def test_an_owner_without_a_place_leaves_it_to_the_teams(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        stranger = await tx.people.add(
            {"name": "无处可达", "role": "rep", "team": "华东"}, now=chat.now
        )
        await tx.contracts.change(
            1,
            await tx.contracts.row(1),
            {"owner_id": stranger},
            clock_rev=await tx.marks.next_rev(),
            schedule=chat.rules.schedule,
            today=chat.today,
        )
    await grow(chat, HUAWEI)
    assert await places(chat) == ["slack:#renewals-east", "wecom:robot:east"]


async def test_the_card_says_why_and_how_much(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    row = (await chat.outbox("expansion"))[0]
    text = await text_of(chat, row)
    code = (await expansion_of(chat, HUAWEI)).code
    assert "出现增购信号" in text
    assert "100 个席位已用 95 个（95%）" in text
    assert "用量增长 12%" in text
    assert "22.8万" in text
    assert "× 19%" in text
    message = await message_of(chat, row)
    assert message is not None
    assert list(message.lines()) == [
        f"claim {code}",
        f"log {code}",
        f"snooze {code}",
        f"show {code}",
        f"won {code}",
        f"lost {code}",
    ]
    fields = next(b.form for b in message.buttons if b.line.startswith("won"))
    assert fields is not None
    assert [field.name for field in fields.fields] == ["amount", "movement"]


async def test_the_card_reads_well_in_english(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        person = await tx.people.by_name("李雷")
        assert person is not None
        await tx.people.change(person.id, {"locale": Locale.EN})
    await grow(chat, HUAWEI)
    text = await text_of(chat, (await chat.outbox("expansion"))[0])
    assert "ready for more" in text
    assert "95 of 100 seats in use (95%)" in text
    assert "joined 2 events in 90 days" in text
    assert "estimated: seats for 80% use, 19% of CN¥1.2M a year" in text


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_channel_sees_amounts_only_where_it_may(chat: Chat, allowed: bool) -> None:
    from dataclasses import replace

    chat.rules = replace(chat.rules, amounts_in_shared_places=allowed)
    async with chat.store.begin() as tx:
        await tx.people.change(chat.book.people["王北"], {"wecom_id": None, "slack_id": None})
    await grow(chat, YANSHAN)
    row = (await chat.outbox("expansion"))[0]
    assert row.place == "#renewals-north"
    text = await text_of(chat, row)
    assert ("预计年增额" in text) is allowed
    assert ("万" in text) is allowed


async def test_what_somebody_claimed_is_no_news(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    row = (await chat.outbox("expansion"))[0]
    await chat(f"claim {(await expansion_of(chat, HUAWEI)).code}", as_="韩梅梅")
    assert await message_of(chat, row) is None


async def test_many_of_one_place_are_one_list(chat: Chat) -> None:
    await grow(chat, HUAWEI, "Northwind Traders")
    rows = await chat.outbox("expansion")
    message = await _together(chat, *rows)
    assert message.summary == "2 家客户出现增购信号"
    assert [line for line in message.lines() if line.startswith("claim")] == [
        f"claim {(await expansion_of(chat, name)).code}" for name in (HUAWEI, "Northwind Traders")
    ]


async def test_a_renewal_and_an_expansion_of_one_term_do_not_mix(chat: Chat) -> None:
    await chat.tick()
    await grow(chat, HUAWEI)
    rows = [
        row
        for row in await chat.outbox()
        if row.place == "user:lilei" and row.kind in ("milestone", "expansion")
    ]
    message = await _together(chat, *rows)
    text = render_text(message, Phrasebook(Locale.ZH, chat.rules.zone))
    assert "续约" in text
    assert "增购信号" in text
    await chat("claim HT-1", as_="李雷")
    left = await _together(chat, *rows)
    assert "增购信号" in render_text(left, Phrasebook(Locale.ZH, chat.rules.zone))


async def test_an_unclaimed_expansion_does_not_escalate(chat: Chat) -> None:
    from handlers.jobs import escalations

    await grow(chat, HUAWEI)
    await chat.tick()
    await chat("claim HT-1")
    chat.later(days=3)
    async with chat.store.begin() as tx:
        await escalations.run(tx, chat.rules, chat.now)
    about = {row.opportunity_id for row in await chat.outbox("escalation")}
    assert (await expansion_of(chat, HUAWEI)).id not in about


async def test_the_estimate_is_told_as_one(chat: Chat) -> None:
    await grow(chat, HUAWEI, facts={})
    found = await expansion_of(chat, HUAWEI)
    assert found.amount == Decimal(120_000)
    text = await text_of(chat, (await chat.outbox("expansion"))[0])
    assert "估算：现年费 ¥120万 × 10%" in text
    assert "客户使用活跃" in text


async def _together(chat: Chat, *rows: object) -> Message:
    async with chat.store.read() as tx:
        composed = await compose(tx, rows, chat.now, chat.rules)  # type: ignore[arg-type]
    assert composed.message is not None
    assert composed.covers(rows)  # type: ignore[arg-type]
    return composed.message


async def test_what_did_not_arrive_is_listed_for_those_who_may_read_it(chat: Chat) -> None:
    await grow(chat, YANSHAN)
    row = (await chat.outbox("expansion"))[0]
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            f"UPDATE deliveries SET state = 'failed', error = 'x' WHERE id = {row.id}"  # noqa: S608
        )
        await failures.run(tx, chat.rules, chat.now)
    assert YANSHAN in await chat("delivery", as_="Root Chen")
    assert YANSHAN not in await chat("delivery", as_="Ada Park")
    assert [note.place for note in await chat.outbox("notice")] == ["U6ROOT"]

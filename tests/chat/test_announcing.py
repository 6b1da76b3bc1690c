"""What a place is told: re-checked when it is sent, in its language, as one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from handlers.announcing import compose
from handlers.announcing_types import Composed
from messages.i18n import Phrasebook
from messages.render.text import render_text
from scoring.model import DeliveryState, Locale
from storage.outbox import Delivery, Notification
from storage.posts import NewPost
from tests.chatting import Chat
from tests.sample_book import MONDAY, ZONE

HMM = "user:hanmeimei"
EAST = "#renewals-east"


async def waiting(chat: Chat, place: str) -> list[Delivery]:
    return [
        row
        for row in await chat.outbox()
        if row.place == place and row.state is DeliveryState.WAITING
    ]


async def composed(chat: Chat, rows: Sequence[Delivery]) -> Composed:
    async with chat.store.read() as tx:
        result = await compose(tx, rows, chat.now, chat.rules)
    assert result.covers(rows)
    return result


async def told(chat: Chat, place: str) -> Composed:
    return await composed(chat, await waiting(chat, place))


def text_of(result: Composed) -> str:
    assert result.message is not None
    return render_text(result.message, Phrasebook(result.locale, ZONE))


async def one(chat: Chat, place: str, contract_no: str) -> list[Delivery]:
    contract_id = chat.book.contracts[contract_no]
    return [row for row in await waiting(chat, place) if row.contract_id == contract_id]


async def test_one_alert_is_a_full_card(chat: Chat) -> None:
    await chat.tick()
    text = text_of(await composed(chat, await one(chat, HMM, "HT-3")))
    assert text.startswith("云帆网络股份有限公司 · 平台版：距最迟通知日还有 23 天")
    assert "最迟通知日： 2026年12月16日（还剩 23 天）" in text
    assert "到期日：     2027年1月15日（还剩 53 天）" in text
    assert "提醒原因：这笔续约还没有人认领" in text
    assert "提醒节点：最迟通知日前 30 天的例行提醒" in text
    assert "最新动态：还没有跟进记录" in text
    assert "建议下一步：请先认领" in text
    assert "年费：       ¥12万" in text


async def test_many_alerts_are_one_list_that_names_each(chat: Chat) -> None:
    await chat.tick()
    result = await told(chat, EAST)
    text = text_of(result)
    assert len(result.kept) == len(await waiting(chat, EAST)) > 3
    for name in ("华为技术", "星河科技", "云帆网络", "蓝海物流", "Northwind", "长江电力"):
        assert name in text


async def test_a_shared_place_sees_no_amounts_and_a_person_does(chat: Chat) -> None:
    await chat.tick()
    assert "¥" not in text_of(await told(chat, EAST))
    assert "¥" in text_of(await told(chat, HMM))


async def test_forms_come_with_the_buttons(chat: Chat) -> None:
    await chat.tick()
    message = (await composed(chat, await one(chat, HMM, "HT-3"))).message
    assert message is not None
    forms = {button.line.split()[0]: button.form for button in message.buttons}
    assert forms["claim"] is None
    assert all(forms[verb] is not None for verb in ("log", "snooze", "won", "lost"))


async def test_each_person_reads_their_language(chat: Chat) -> None:
    await chat.tick()
    await chat("language en", as_="韩梅梅")
    result = await composed(chat, await one(chat, HMM, "HT-3"))
    assert result.locale is Locale.EN
    assert "23 days left to give notice" in text_of(result)


async def test_a_team_place_reads_the_language_of_most_of_the_team(chat: Chat) -> None:
    await chat.tick()
    assert (await told(chat, EAST)).locale is Locale.ZH
    for name in ("李雷", "韩梅梅", "Ada Park"):
        await chat("language en", as_=name)
    assert (await told(chat, EAST)).locale is Locale.EN


@pytest.mark.parametrize("line", ["won HT-3 150000", "lost HT-3 price"])
async def test_what_was_decided_meanwhile_is_not_told(chat: Chat, line: str) -> None:
    await chat.tick()
    rows = await one(chat, HMM, "HT-3")
    reply = await chat(line, as_="韩梅梅")
    for button in reply.lines:
        if button.startswith("won"):
            await chat(button, as_="韩梅梅")
    result = await composed(chat, [row for row in rows if row.kind == "milestone"])
    assert result.message is None
    assert result.superseded == tuple(row.id for row in rows if row.kind == "milestone")


async def test_a_snoozed_alert_waits_for_its_morning(chat: Chat) -> None:
    await chat.tick()
    rows = await one(chat, HMM, "HT-3")
    await chat("snooze HT-3 12月10日 等预算", as_="韩梅梅")
    result = await composed(chat, rows)
    (at,) = result.deferred.values()
    local = at.astimezone(ZONE)
    assert local.date() == date(2026, 12, 10)
    assert (local.hour, local.minute) >= (9, 1)


async def test_a_snoozed_alert_never_waits_past_its_limit(chat: Chat) -> None:
    await chat.tick()
    await chat("snooze HT-3 12月16日 等预算", as_="韩梅梅")
    chat.at(datetime(2026, 12, 16, 9, 7, tzinfo=ZONE))
    result = await composed(chat, await one(chat, HMM, "HT-3"))
    assert result.kept


async def test_of_two_milestones_of_a_term_only_the_newer_is_told(chat: Chat) -> None:
    await chat.tick()
    chat.at(datetime(2026, 12, 2, 9, 7, tzinfo=ZONE))
    await chat.tick()
    rows = [row for row in await one(chat, "user:lilei", "HT-1") if row.kind == "milestone"]
    assert [row.facts["offset"] for row in rows] == [60, 30]
    result = await composed(chat, rows)
    assert result.superseded == (rows[0].id,)
    assert result.kept == (rows[1].id,)


async def test_a_moved_date_makes_the_old_alert_untrue(chat: Chat) -> None:
    await chat.tick()
    rows = await one(chat, HMM, "HT-3")
    reply = await chat("edit HT-3 ends_on=2027-06-30", as_="Ada Park")
    for button in reply.lines:
        if button.startswith("edit"):
            await chat(button, as_="Ada Park")
    assert (await composed(chat, rows)).message is None


async def test_a_lapsed_term_asks_for_a_decision(chat: Chat) -> None:
    await chat.tick()
    text = text_of(await composed(chat, await one(chat, "user:lilei", "HT-5")))
    assert "合同已于2026年11月13日过期，续约尚无结果" in text
    assert "请尽快确认客户是否续约" in text


async def test_an_automatic_renewal_asks_to_be_confirmed_on_its_end_day(chat: Chat) -> None:
    chat.at(datetime(2026, 12, 20, 9, 7, tzinfo=ZONE))
    await chat.tick()
    text = text_of(await composed(chat, await one(chat, "user:lilei", "HT-4")))
    assert "合同今天自动续约，请确认新一期合同" in text
    assert "如新一期合同已自动生效，请登记为赢单" in text
    assert "过期" not in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("claim HT-1", "华为技术有限公司 · 平台版 已由韩梅梅认领。"),
        (
            "snooze HT-1 12月10日 等预算",
            "韩梅梅已将 华为技术有限公司 · 平台版 暂缓至2026年12月10日。",
        ),
        ("stage HT-1 proposal", "韩梅梅已将 华为技术有限公司 · 平台版 推进到“已报价”。"),
        ("lost HT-1 price", "韩梅梅已将 华为技术有限公司 · 平台版 登记为丢单。"),
    ],
)
async def test_the_owner_hears_what_somebody_else_did(chat: Chat, line: str, sentence: str) -> None:
    await chat.tick()
    await chat(line, as_="韩梅梅")
    rows = [row for row in await one(chat, "user:lilei", "HT-1") if row.kind == "followup"]
    result = await composed(chat, rows)
    assert result.message is not None
    assert result.message.summary == sentence


async def test_one_change_is_told_once_however_many_reasons_there_are(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1", as_="韩梅梅")
    (row,) = [row for row in await one(chat, "user:lilei", "HT-1") if row.kind == "followup"]
    again = replace(row, key="followup:another", person_id=None)
    alone = await composed(chat, [row])
    assert (await composed(chat, [row, again])).message == alone.message


async def test_a_post_is_repainted_as_its_renewal_stands_now(chat: Chat) -> None:
    await chat.tick()
    (row,) = await one(chat, HMM, "HT-3")
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            f"UPDATE deliveries SET state = 'sent', batch = 'b1' WHERE id = {row.id}"  # noqa: S608
        )
        await tx.posts.add(
            NewPost(
                platform="slack",
                place=EAST,
                message_id="1.1",
                kind="milestone",
                posted_at=MONDAY,
                contract_id=row.contract_id,
                opportunity_id=row.opportunity_id,
                batch="b1",
                facts={"locale": "en"},
            )
        )
    await chat("claim HT-3", as_="李雷")
    repaints = await chat.outbox("repaint")
    result = await composed(chat, repaints)
    assert result.locale is Locale.EN
    assert "Claimed by:" in text_of(result)
    assert "claimed by 李雷, not decided yet" in text_of(result)
    await chat("lost HT-3 price", as_="李雷")
    assert "Decided: Lost. Nothing left to do." in text_of(await composed(chat, repaints))


async def test_a_kind_nobody_can_tell_is_a_fault(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        await tx.outbox.put(
            [Notification("x", "riddle", "slack", EAST, MONDAY, contract_id=1)], now=MONDAY
        )
    with pytest.raises(ValueError, match="riddle"):
        await told(chat, EAST)

"""Dialogue where cards have no text field: one question at a time, and the next line answers it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from messages.incoming import InFile
from messages.model import FieldKind
from scoring.model import Locale, Stage, TouchKind
from storage.tables import questions
from storage.touches import Touch
from tests.chatting import Chat

PLACES = ("wecom", "bot", "group")


async def notes(chat: Chat, account: int = 1) -> list[str | None]:
    """What was logged about a customer, newest first."""
    async with chat.store.read() as tx:
        return [touch.note for touch in await tx.touches.of_account(account)]


async def touch(chat: Chat, number: int) -> Touch:
    """A touch."""
    async with chat.store.read() as tx:
        found = await tx.touches.get(number)
    assert found is not None
    return found


@pytest.mark.parametrize("place", PLACES)
async def test_a_tap_a_question_a_note_done(chat: Chat, place: str) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    asked = await chat(f"log {code}", place=place)
    assert "和华为技术有限公司聊了什么？" in asked
    assert ("@我" in asked) is (place == "group")
    assert not asked.refused
    assert asked.taps == ["cancel"]
    done = await chat("和王总电话聊了预算，下周三再联系", place=place)
    assert done.understood["account"] == "华为技术有限公司"
    assert (done.understood["kind"], done.understood["next_on"]) == ("call", "2026-12-02")
    assert "和王总电话聊了预算" in done
    assert any(line.startswith("undo U-") for line in done.lines)
    assert await notes(chat) == ["和王总电话聊了预算，下周三再联系"]
    undone = await chat(done.line("undo"), place=place)
    assert not undone.refused
    assert await notes(chat) == []


async def test_a_note_is_kept_as_it_was_typed(chat: Chat) -> None:
    for note in (
        '他说"太贵了"，要 20% 折扣 reason=预算',
        "第一行\n第二行：text=x",
        "＂全角＂＼",
        "真的吗 ?",
    ):
        await chat("log HT-1", place="wecom")
        done = await chat(note, place="wecom")
        assert not done.refused, done.text
        assert (await notes(chat))[0] == note


async def test_in_english_too(chat: Chat) -> None:
    asked = await chat("log HT-4", place="bot", locale=Locale.EN)
    assert "What happened with Northwind Traders?" in asked
    done = await chat("Called Sam, follow up next Friday", place="bot", locale=Locale.EN)
    assert done.understood["next_on"] == "2026-12-04"
    assert "Your reply" in done


async def test_questions_follow_each_other_until_the_line_is_whole(chat: Chat) -> None:
    first = await chat("跟进", place="wecom")
    assert "哪个客户" in first
    assert any(line.startswith("log ") for line in first.lines)
    second = await chat("华为", place="wecom")
    assert "聊了什么" in second
    await chat("发了报价邮件", place="wecom")
    assert await notes(chat) == ["发了报价邮件"]


@pytest.mark.parametrize("unknown", [{"line": "foretell R-1"}, {"field": "omen"}])
async def test_a_question_of_a_newer_version_is_none_to_this_one(
    chat: Chat, unknown: dict[str, str]
) -> None:
    await chat("跟进", place="wecom")
    async with chat.store.begin() as tx:
        await tx.connection.execute(update(questions).values(**unknown))
    assert "华为技术有限公司" in await chat("华为", place="wecom")


async def test_an_answer_may_say_more_than_was_asked(chat: Chat) -> None:
    await chat("跟进", place="wecom")
    await chat("华为 电话聊了预算", place="wecom")
    assert await notes(chat) == ["电话聊了预算"]
    await chat("暂缓 HT-1", place="wecom")
    reply = await chat("下周三 客户出差", place="wecom")
    assert not reply.refused, reply.text
    snoozed = await chat.opportunity("HT-1")
    assert (snoozed.snoozed_until, snoozed.snooze_reason) == (date(2026, 12, 2), "客户出差")


async def test_a_day_is_picked_and_the_reason_is_typed(chat: Chat) -> None:
    asked = await chat("snooze HT-3", as_="韩梅梅", place="wecom")
    days = [line.split("until=")[1] for line in asked.lines if "until=" in line]
    # The last one is the cancel-by date, and nothing is offered after it.
    assert days == ["2026-11-30", "2026-12-07", "2026-12-16"]
    assert "最迟通知日 12月16日" in asked
    reason = await chat(asked.tap("一周后"), as_="韩梅梅", place="wecom")
    assert "为什么暂缓云帆网络股份有限公司" in reason
    done = await chat("等客户预算", as_="韩梅梅", place="wecom")
    assert not done.refused
    assert (await chat.opportunity("HT-3")).snoozed_until == date(2026, 11, 30)


async def test_a_wrong_answer_is_asked_again_and_the_rest_is_kept(chat: Chat) -> None:
    await chat("暂缓 HT-1", place="wecom")
    again = await chat("过几天吧", place="wecom")
    assert "过几天吧" in again
    assert "例如" in again
    assert "until=2026-11-30" in " ".join(again.lines)
    await chat("下周三", place="wecom")
    done = await chat("客户出差", place="wecom")
    assert not done.refused, done.text
    assert (await chat.opportunity("HT-1")).snoozed_until == date(2026, 12, 2)


async def test_a_day_too_late_is_asked_again_and_the_reason_is_kept(chat: Chat) -> None:
    again = await chat("暂缓 HT-1 2027-03-01 等客户预算", place="wecom")
    assert "2026年12月31日" in again
    done = await chat("12月20日", place="wecom")
    assert not done.refused, done.text
    snoozed = await chat.opportunity("HT-1")
    assert (snoozed.snoozed_until, snoozed.snooze_reason) == (date(2026, 12, 20), "等客户预算")


async def test_several_customers_that_fit_are_offered_and_can_be_said_again(chat: Chat) -> None:
    await chat("跟进", place="wecom")
    again = await chat("不存在的客户", place="wecom")
    assert "不存在的客户" in again
    await chat("星河", place="wecom")
    await chat("面谈", place="wecom")
    assert await notes(chat, 2) == ["面谈"]


async def test_after_ten_minutes_the_question_is_not_open_any_more(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    chat.later(minutes=10, seconds=1)
    late = await chat("聊了预算", place="wecom")
    assert late.refused
    assert await notes(chat) == []


async def test_at_the_tenth_minute_it_is(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    chat.later(minutes=10)
    await chat("聊了预算", place="wecom")
    assert await notes(chat) == ["聊了预算"]


@pytest.mark.parametrize("line", ["取消", "cancel", "取消。", "算了", "@续约助手 取消"])
async def test_a_question_is_cancelled(chat: Chat, line: str) -> None:
    await chat("log HT-1", place="group")
    reply = await chat(line, place="group")
    assert not reply.refused, reply.text
    assert "没有做任何修改" in reply
    assert (await chat("聊了预算", place="group")).refused
    assert await notes(chat) == []


@pytest.mark.parametrize(
    "line", ["到期", "到期 30天 我的", "帮助", "客户 星河", "认领 HT-2", "认领HT-2"]
)
async def test_a_line_that_works_as_a_command_is_obeyed_and_the_question_dropped(
    chat: Chat, line: str
) -> None:
    await chat("log HT-1", place="wecom")
    reply = await chat(line, place="wecom")
    assert not reply.refused, reply.text
    assert "没有完成" in reply
    assert (await chat("聊了预算", place="wecom")).refused
    assert await notes(chat) == []


@pytest.mark.parametrize(
    "note",
    [
        "客户说预算砍了一半",
        "客户 反馈很好",
        "跟进了报价，等回复",
        "到期前要给方案",
        "记录了新需求",
        "不续约的可能性很大",
        "帮助客户导了数据",
        "取消了会议，改到下周",
        "修改了报价方案",
        "新增了20个席位",
        "录入了合同信息",
        "分配了新的对接人",
        "撤销了订单",
        "更正了发票抬头",
        "导出了报表给客户",
        "进展顺利",
        "link sent to Sam",
        "add 20 seats next year",
        "won them over with the new report",
        "due to budget cuts they wait",
        "show of hands: they like it",
        "note sent to legal",
        "help desk call went well",
    ],
)
async def test_a_note_that_begins_like_a_command_is_a_note(chat: Chat, note: str) -> None:
    await chat("log HT-1", place="wecom")
    reply = await chat(note, place="wecom")
    assert not reply.refused, reply.text
    assert await notes(chat) == [note]


@pytest.mark.parametrize("line", ["星河科技", "星河科技有限公司", "HT-2", "ht-2", "xinghekeji"])
async def test_a_bare_name_or_number_is_looked_up_and_never_logged(chat: Chat, line: str) -> None:
    await chat("log HT-1", place="wecom")
    reply = await chat(line, place="wecom")
    assert "星河科技有限公司" in reply
    assert "没有完成" in reply
    assert await notes(chat) == []
    assert (await chat("聊了预算", place="wecom")).refused


async def test_a_name_within_words_is_a_note(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    await chat("介绍了星河科技的案例", place="wecom")
    assert await notes(chat) == ["介绍了星河科技的案例"]


async def test_only_the_one_who_was_asked_answers_in_a_group(chat: Chat) -> None:
    await chat("log HT-1", place="group")
    other = await chat("聊了预算", as_="韩梅梅", place="group")
    assert other.refused
    assert (await chat("在别处说的", place="bot")).refused
    await chat("聊了预算", place="group")
    assert await notes(chat) == ["聊了预算"]


async def test_an_answer_delivered_three_times_fills_one_question(chat: Chat) -> None:
    await chat("暂缓 HT-1", place="wecom")
    for _ in range(3):
        reply = await chat("12月20日", place="wecom", event="twice")
        assert "为什么暂缓" in reply
    assert not (await chat("客户出差", place="wecom")).refused
    assert (await chat.opportunity("HT-1")).snooze_reason == "客户出差"


async def test_an_answer_delivered_again_after_the_end_gets_the_same_reply(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    first = await chat("聊了预算", place="wecom", event="again")
    second = await chat("聊了预算", place="wecom", event="again")
    assert first.text == second.text
    assert await notes(chat) == ["聊了预算"]


async def test_deliveries_of_one_answer_at_once_fill_one_question(chat: Chat) -> None:
    await chat("暂缓 HT-1", place="wecom")
    replies = await asyncio.gather(
        *(chat("12月20日", place="wecom", event="same") for _ in range(6))
    )
    assert {reply.text for reply in replies} == {replies[0].text}
    assert "为什么暂缓" in replies[0]


async def test_two_lines_at_once_are_not_both_the_note(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    replies = await asyncio.gather(
        *(chat(f"聊了预算{number}", place="wecom") for number in range(4))
    )
    assert sum(not reply.refused for reply in replies) == 1
    assert len(await notes(chat)) == 1


async def test_a_late_repeat_of_an_older_line_answers_nothing(chat: Chat) -> None:
    early = chat.now - timedelta(seconds=20)
    assert (await chat("乱七八糟", place="wecom", event="old", said_at=early)).refused
    await chat("log HT-1", place="wecom", said_at=chat.now)
    assert (await chat("乱七八糟", place="wecom", event="old", said_at=early)).refused
    await chat("聊了预算", place="wecom", said_at=chat.now)
    assert await notes(chat) == ["聊了预算"]


async def test_a_repeated_command_does_not_drop_the_next_question(chat: Chat) -> None:
    await chat("log HT-1", place="wecom")
    await chat("到期", place="wecom", event="list")
    await chat("log HT-1", place="wecom")
    await chat("到期", place="wecom", event="list")
    await chat("聊了预算", place="wecom")
    assert await notes(chat) == ["聊了预算"]


async def test_a_file_dropped_meanwhile_drops_the_question(chat: Chat) -> None:
    await chat("log HT-1", as_="Root Chen", place="wecom")
    await chat("", as_="Root Chen", place="wecom", files=(InFile("x.csv", b"a,b\n"),))
    await chat("聊了预算", as_="Root Chen", place="wecom")
    assert await notes(chat) == []


async def test_who_may_not_is_refused_and_not_asked(chat: Chat) -> None:
    reply = await chat("认领 HT-7", place="wecom")
    assert reply.refused
    assert (await chat("log HT-7", place="wecom")).refused
    assert (await chat("聊了预算", place="wecom")).refused
    assert await notes(chat, 7) == []


async def test_what_was_decided_meanwhile_ends_the_dialogue(chat: Chat) -> None:
    await chat("暂缓 HT-1 下周三", place="wecom")
    await chat("赢单 HT-1", as_="Ada Park")
    reply = await chat("客户出差", place="wecom")
    assert reply.refused
    assert "已有结果" in reply
    again = await chat("客户出差", place="wecom")
    assert "已有结果" not in again


async def test_midnight_does_not_move_a_day_that_was_said(chat: Chat) -> None:
    chat.at(chat.now.replace(hour=23, minute=55))
    await chat("暂缓 HT-1 明天", place="wecom")
    chat.later(minutes=9)
    reply = await chat("客户出差", place="wecom")
    assert "2026年11月24日 不是将来的日期" in reply
    await chat("后天", place="wecom")
    snoozed = await chat.opportunity("HT-1")
    assert (snoozed.snoozed_until, snoozed.snooze_reason) == (date(2026, 11, 26), "客户出差")


@pytest.mark.parametrize("place", ["dm", "aside", "terminal"])
async def test_where_forms_are_drawn_or_a_line_stands_alone_nothing_is_remembered(
    chat: Chat, place: str
) -> None:
    asked = await chat("log HT-1", place=place)
    assert asked.refused
    assert asked.message.form is not None
    assert (await chat("聊了预算", place=place)).refused
    assert await notes(chat) == []


async def test_the_reasons_of_a_loss_are_picked_on_one_card(chat: Chat) -> None:
    asked = await chat("丢单 HT-1", place="wecom")
    form = asked.message.form
    assert form is not None
    assert [(field.name, field.kind) for field in form.fields] == [("reason", FieldKind.CHOICE)]
    assert not (await chat(f"{form.line} reason=price", place="wecom")).refused
    assert (await chat.opportunity("HT-1")).stage is Stage.LOST


async def test_a_reason_may_be_typed_too_with_what_was_said(chat: Chat) -> None:
    await chat("丢单 HT-1", place="wecom")
    reply = await chat("价格 预算被砍", place="wecom")
    assert not reply.refused, reply.text
    assert (await chat.opportunity("HT-1")).reason == "price"
    assert await notes(chat) == ["预算被砍"]


async def test_a_stage_is_picked_among_those_that_can_follow(chat: Chat) -> None:
    asked = await chat("阶段 HT-1", place="wecom")
    assert asked.message.form is not None
    values = [choice.value for choice in asked.message.form.fields[0].choices]
    assert values == ["contacted", "proposal", "approval", "committed", "won", "lost"]
    reply = await chat("已续约", place="wecom")  # also a verb, but a stage was asked for
    assert "HT-1-R1" in reply


async def lead_in_wecom(chat: Chat, colleagues: int = 0) -> None:
    """Let Ada Park be in WeCom, with so many more people in her team."""
    async with chat.store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"wecom_id": "stranger-ada park"})
        for number in range(colleagues):
            person = {"name": f"同事{number:02}", "role": "rep", "team": "华东", "linked": True}
            await tx.people.add(person, now=chat.now)


async def test_a_colleague_is_picked_or_named(chat: Chat) -> None:
    await lead_in_wecom(chat)
    asked = await chat("指派 HT-1", as_="Ada Park", place="wecom")
    names = [button.label for button in asked.message.buttons]
    assert {"李雷", "韩梅梅"} <= set(names)
    assert "王北" not in names
    done = await chat(asked.tap("韩梅梅"), as_="Ada Park", place="wecom")
    assert not done.refused
    assert (await chat.opportunity("HT-1")).claimed_by_id == chat.book.people["韩梅梅"]
    await chat("指派 HT-1", as_="Ada Park", place="wecom")
    assert not (await chat("李雷", as_="Ada Park", place="wecom")).refused


@pytest.mark.parametrize(("colleagues", "drawn"), [(0, "buttons"), (4, "form"), (30, "words")])
async def test_more_colleagues_than_fit_are_asked_for_by_name(
    chat: Chat, colleagues: int, drawn: str
) -> None:
    await lead_in_wecom(chat, colleagues)
    asked = await chat("指派 HT-1", as_="Ada Park", place="wecom")
    assert (asked.message.form is not None) is (drawn == "form")
    assert (len(asked.lines) > 1) is (drawn == "buttons")
    assert not (await chat("韩梅梅", as_="Ada Park", place="wecom")).refused


@pytest.mark.parametrize("line", ["won HT-1 ?", "赢单 HT-1 ？", "won HT-1　？", "赢单HT-1 ?"])
@pytest.mark.parametrize("place", [*PLACES, "dm", "terminal"])
async def test_a_question_mark_asks_before_a_renewal_is_recorded(
    chat: Chat, line: str, place: str
) -> None:
    asked = await chat(line, place=place)
    assert not asked.refused
    assert asked.lines[0].startswith("won ")
    assert (asked.message.form is None) is (place in PLACES)
    async with chat.store.read() as tx:
        assert await tx.contracts.by_no("HT-1-R1") is None
    assert "没有做任何修改" in await chat(asked.tap("取消"), place=place)
    done = await chat(asked.tap("确认"), place=place)
    assert "HT-1-R1" in done


async def test_won_and_lost_take_taps_alone(chat: Chat) -> None:
    await chat.tick()
    first, second = await chat.code("HT-1"), await chat.code("HT-2")
    sure = await chat(f"won {first} ?", place="wecom")
    assert "赢单 R-" in sure  # how to say another amount
    await chat(sure.tap("确认"), place="wecom")
    assert (await chat.opportunity("HT-1")).stage is Stage.WON
    asked = await chat(f"lost {second} ?", place="wecom")
    form = asked.message.form
    assert form is not None
    await chat(f"{form.line} reason=budget", place="wecom")
    assert (await chat.opportunity("HT-2")).reason == "budget"


async def test_what_is_to_be_done_is_said_back_before_the_yes(chat: Chat) -> None:
    asked = await chat("won HT-1 130万 until=2028-12-31 ?", place="wecom")
    assert "130万" in asked
    assert "2028年12月31日" in asked
    await chat(asked.tap("确认"), place="wecom")
    async with chat.store.read() as tx:
        new = await tx.contracts.by_no("HT-1-R1")
    assert new is not None
    assert (new.arr, new.ends_on) == (Decimal(1_300_000), date(2028, 12, 31))
    in_public = await chat("won HT-2 130万 ?", place="group")
    assert "130万" not in str(in_public.message.blocks)
    assert "按原年费" not in in_public


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("认领 HT-2 ?", "由您认领 星河科技有限公司"),
        ("退回 HT-2 ?", "退回"),
        ("log HT-1 ?", "聊了什么"),
        ("到期 ?", "到期 30天 我的"),
        ("客户 华为 ？", "HT-1"),
        ("帮助 ?", "help"),
        ("撤销 ?", "撤销"),
    ],
)
async def test_a_question_mark_after_any_line(chat: Chat, line: str, part: str) -> None:
    reply = await chat(line, as_="李雷", place="wecom")
    assert part in reply
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0


async def test_a_question_mark_after_a_note_belongs_to_it(chat: Chat) -> None:
    await chat("log HT-1 他们问能不能降价 ?", place="wecom")
    assert await notes(chat) == ["他们问能不能降价 ?"]


async def test_a_question_mark_opens_no_door(chat: Chat) -> None:
    assert (await chat("won HT-7 ?", place="wecom")).refused
    assert (await chat("assign HT-1 韩梅梅 ?", place="wecom")).refused
    stranger = await chat("won HT-1 ?", as_="nobody", place="wecom")
    assert stranger.refused
    assert "华为" not in stranger


async def test_one_value_of_a_touch_is_mended_in_two_taps_and_a_word(chat: Chat) -> None:
    done = await chat("跟进 HT-1 聊了预算", place="wecom")
    which = await chat(done.tap("更正"), place="wecom")
    asked = await chat(which.tap("联系人"), place="wecom")
    assert "联系人" in asked
    await chat("李总 Sam", place="wecom")
    assert (await touch(chat, 1)).contact == "李总 Sam"
    kinds = await chat((await chat("fix T-1 ?", place="wecom")).tap("类型"), place="wecom")
    assert kinds.message.form is not None
    await chat(f"{kinds.message.form.line} kind=visit", place="wecom")
    assert (await touch(chat, 1)).kind is TouchKind.VISIT
    days = await chat((await chat("fix T-1 ?", place="wecom")).tap("下次跟进"), place="wecom")
    await chat(days.tap("两周后"), place="wecom")
    assert (await touch(chat, 1)).next_on == date(2026, 12, 7)


async def test_a_contract_is_corrected_value_by_value(chat: Chat) -> None:
    await lead_in_wecom(chat)
    which = await chat("修改 HT-1", as_="Ada Park", place="wecom")
    form = which.message.form
    assert form is not None
    assert "ends_on" in [choice.value for choice in form.fields[0].choices]
    asked = await chat(f"{form.line} ask=ends_on", as_="Ada Park", place="wecom")
    assert "End date" in asked
    again = await chat("随便", as_="Ada Park", place="wecom")
    assert "随便" in again
    preview = await chat("2027年6月30日", as_="Ada Park", place="wecom")
    assert not preview.refused, preview.text
    await chat(preview.tap("Confirm"), as_="Ada Park", place="wecom")
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
    assert contract is not None
    assert contract.ends_on == date(2027, 6, 30)


async def test_a_cancelled_confirmation_changes_nothing(chat: Chat) -> None:
    asked = await chat("认领 HT-2 ?", place="bot")
    reply = await chat(asked.tap("取消"), place="bot")
    assert "没有做任何修改" in reply
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0

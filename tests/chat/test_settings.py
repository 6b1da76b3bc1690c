"""`settings`: the language and the hours of one person, honoured wherever the bot writes first."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from handlers.jobs import failures, snoozes
from handlers.notices import Notice, tell
from handlers.simulate import simulate
from scoring.model import Locale
from scoring.workdays import QuietHours
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import MONDAY, ZONE
from tests.telling import notices

LATE = "11:00-20:00"


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


async def test_they_are_shown_with_what_the_house_has(chat: Chat) -> None:
    reply = await chat("settings")
    assert "09:00–18:00（公司默认）" in reply
    assert "Asia/Shanghai" in reply
    assert not reply.refused


@pytest.mark.parametrize(
    "line",
    [
        "settings hours=11:00-20:00",
        "settings 11-20",
        "设置 11:00到20:00",
        "设置 接收时段=11:00-20:00".replace("接收时段", "hours"),
    ],
)
async def test_hours_are_kept_with_the_person(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert "11:00–20:00" in reply
    assert "公司默认" not in reply
    assert (await chat.person("李雷")).hours == QuietHours(time(11), time(20))


async def test_the_answer_is_in_the_new_language(chat: Chat) -> None:
    reply = await chat("settings language=en")
    assert "Saved. Your settings:" in reply
    assert (await chat.person("李雷")).locale is Locale.EN
    assert "已保存" in await chat(reply.line("settings language=zh"))


async def test_both_at_once_and_back_to_the_usual_hours(chat: Chat) -> None:
    await chat("settings en 10-19")
    person = await chat.person("李雷")
    assert (person.locale, person.hours) == (Locale.EN, QuietHours(time(10), time(19)))
    assert "the usual hours of the house" in await chat("settings hours=default")
    assert (await chat.person("李雷")).hours is None


async def test_hours_that_nobody_can_be_reached_in_are_refused(chat: Chat) -> None:
    reply = await chat("settings hours=9:00-9:30")
    assert reply.refused
    assert "09:00-09:30" in reply
    assert (await chat("settings hours=18-9")).refused
    assert (await chat.person("李雷")).hours is None


async def test_the_form_begins_with_how_it_is(chat: Chat) -> None:
    await chat("settings hours=11:00-20:00")
    form = (await chat("settings ?")).message.form
    assert form is not None
    language, hours = form.fields
    assert (language.initial, hours.initial) == ("zh", LATE)
    assert {choice.value for choice in hours.choices} > {"default", "08:00-17:00", LATE}


@pytest.mark.parametrize("place", ["wecom", "bot"])
async def test_wecom_asks_for_the_hours_and_offers_some(chat: Chat, place: str) -> None:
    reply = await chat("设置 ask=hours", place=place)
    choices = reply.message.form.fields[0].choices if reply.message.form else ()
    offered = [choice.value for choice in choices] or reply.lines
    assert any("10:00-19:00" in line for line in offered)
    assert "10:00–19:00" in await chat("10:00-19:00", place=place)


async def test_the_command_line_is_nobody(chat: Chat) -> None:
    assert (await chat("settings", place="terminal", operator=True)).refused


async def test_what_somebody_is_told_comes_in_their_hours(store: Store, chat: Chat) -> None:
    await chat("settings hours=11:00-20:00", as_="李雷")
    async with store.begin() as tx:
        people = [await chat.person("李雷"), await chat.person("韩梅梅")]
        said = Notice("notice.linked", {"who": "x", "by": "y"})
        await tell(tx, people, said, once="x", rules=chat.rules, now=MONDAY)
    due = {row.place: local(row.due_at) for row in await notices(chat)}
    assert due["user:lilei"].hour == 11
    assert due["user:hanmeimei"] == MONDAY


async def test_alerts_and_follow_ups_keep_them(chat: Chat) -> None:
    await chat("settings hours=11:00-20:00", as_="李雷")
    await chat.tick()
    alerts = [row for row in await chat.outbox("milestone") if row.place == "user:lilei"]
    assert alerts
    assert all(local(row.due_at).hour >= 11 for row in alerts)
    await chat(f"claim {await chat.code('HT-1')}", as_="韩梅梅")
    told = [row for row in await chat.outbox("followup") if row.place == "user:lilei"]
    assert [local(row.due_at).hour for row in told] == [11]


async def test_the_simulation_knows_them(store: Store, chat: Chat) -> None:
    await chat("settings hours=12:00-22:00", as_="李雷")
    async with store.begin() as tx:
        told = await simulate(tx, chat.rules, MONDAY.replace(hour=19), days=2)
    days = {alert.place: alert.on.day for alert in told if alert.contract_no == "HT-1"}
    assert (days["wecom:user:lilei"], days["slack:#renewals-east"]) == (23, 24)


async def test_a_snooze_ends_in_the_hours_of_who_works_on_it(store: Store, chat: Chat) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    await chat(f"claim {code}")
    await chat(f"snooze {code} 2026-11-25 等预算")
    await chat("settings hours=11:00-20:00")
    chat.later(days=2)
    async with store.begin() as tx:
        assert await snoozes.run(tx, chat.rules, chat.now) == 1
        await failures.run(tx, chat.rules, chat.now)
    woke = [row for row in await chat.outbox("followup") if row.key.startswith("woke")]
    assert [local(row.due_at).hour for row in woke] == [11]


async def test_what_waits_already_is_put_off_and_never_brought_forward(
    store: Store, chat: Chat
) -> None:
    chat.at(MONDAY.replace(hour=19))
    async with store.begin() as tx:
        said = Notice("notice.linked", {"who": "x", "by": "y"})
        person = await chat.person("李雷")
        await tell(tx, [person], said, once="x", rules=chat.rules, now=chat.now)
    (waiting,) = await notices(chat)
    assert (local(waiting.due_at).day, local(waiting.due_at).hour) == (24, 9)
    await chat("settings hours=11:00-20:00")
    (waiting,) = await notices(chat)
    assert (local(waiting.due_at).day, local(waiting.due_at).hour) == (24, 11)
    await chat("settings hours=8:00-20:00")
    (waiting,) = await notices(chat)
    assert local(waiting.due_at).hour == 11

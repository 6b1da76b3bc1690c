"""Forms open as a colleague would hand them over: whom they are about, and what is likely in."""

from __future__ import annotations

from datetime import date

import pytest

from messages.i18n import Phrasebook
from messages.model import FieldKind, Form, FormField
from messages.render.check import check_slack
from messages.render.slack_form import view_of
from messages.render.words import words
from scoring.model import Locale
from tests.chatting import Chat, Reply


def form_of(reply: Reply) -> Form:
    assert reply.message.form is not None
    return reply.message.form


def fields(reply: Reply) -> dict[str, FormField]:
    return {field.name: field for field in form_of(reply).fields}


async def test_a_snooze_begins_in_a_week_and_says_how_late_it_may_be(chat: Chat) -> None:
    form = fields(await chat("snooze HT-1"))
    assert form["until"].initial == date(2026, 11, 30)
    assert form["until"].hint == "最迟可选2026年12月31日。"
    assert form["reason"].required


async def test_a_snooze_never_begins_past_the_last_day_to_act(chat: Chat) -> None:
    chat.later(days=21)
    form = fields(await chat("snooze HT-3", as_="韩梅梅"))
    assert form["until"].initial == date(2026, 12, 16)


async def test_who_it_is_about_stands_above(chat: Chat) -> None:
    intro = words(form_of(await chat("snooze HT-3", as_="韩梅梅")).intro)
    assert intro.startswith("云帆网络股份有限公司 · ")
    assert "2026年12月16日" in intro


async def test_won_begins_with_the_same_amount_and_the_next_terms_end(chat: Chat) -> None:
    form = fields(await chat("won HT-1 ?"))
    assert form["amount"].initial == "1200000"
    assert "CNY" in form["amount"].hint
    assert form["until"].initial == date(2027, 12, 31)
    assert "2027年1月1日" in form["until"].hint


async def test_what_is_begun_may_be_handed_in_as_it_is(chat: Chat) -> None:
    form = form_of(await chat("won HT-1 ?"))
    values = " ".join(f"{field.name}={field.initial}" for field in form.fields if field.initial)
    assert "2027年12月31日" in await chat(f"{form.line} {values}")


async def test_in_a_channel_the_amount_is_not_begun(chat: Chat) -> None:
    assert fields(await chat("won HT-1 ?", place="channel"))["amount"].initial is None


async def test_log_asks_for_words_and_lets_the_rest_be_read_from_them(chat: Chat) -> None:
    form = fields(await chat("log HT-1"))
    assert [(f.name, f.required) for f in form.values()] == [
        ("text", True),
        ("kind", False),
        ("contact", False),
        ("next_on", False),
    ]
    assert form["kind"].hint


async def test_what_is_given_besides_the_words_wins(chat: Chat) -> None:
    line = 'log HT-1 text="和王总电话聊了，下周三跟进" kind=meeting contact=李总 next_on=2026-12-10'
    reply = await chat(line)
    assert reply.understood["kind"] == "meeting"
    assert reply.understood["contact"] == "李总"
    assert reply.understood["next_on"] == "2026-12-10"


async def test_a_touch_is_mended_from_what_was_understood(chat: Chat) -> None:
    reply = await chat("log HT-1 和王总电话聊了，下周三跟进")
    form = fields(await chat(f"{reply.line('fix')} ?"))
    assert form["kind"].initial == "call"
    assert form["contact"].initial == "王总"
    assert form["next_on"].initial == date(2026, 12, 2)
    assert "电话聊了" in str(form["note"].initial)


async def test_somebody_elses_touch_is_not_shown_in_a_form(chat: Chat) -> None:
    reply = await chat("log HT-1 和王总电话聊了")
    form = fields(await chat(f"{reply.line('fix')} ?", as_="王北"))
    assert all(field.initial is None for field in form.values())


async def test_a_stage_offers_those_that_can_follow(chat: Chat) -> None:
    form = fields(await chat("stage HT-1"))
    assert form["to"].kind is FieldKind.CHOICE
    assert "open" not in {choice.value for choice in form["to"].choices}


async def test_a_contract_is_edited_from_what_it_is(chat: Chat) -> None:
    form = fields(await chat("edit HT-1 ?", as_="Ada Park"))
    assert form["ends_on"].initial == date(2026, 12, 31)
    assert form["arr"].initial == "1200000"


async def test_a_verb_alone_asks_for_the_customer_by_search(chat: Chat) -> None:
    for verb, name in (("show", "customer"), ("claim", "renewal"), ("log", "customer")):
        assert fields(await chat(verb))[name].kind is FieldKind.SEARCH


LINES = (
    "snooze HT-1",
    "won HT-1 ?",
    "lost HT-1",
    "log HT-1",
    "log",
    "stage HT-1",
    "assign HT-1",
    "edit HT-1 ?",
    "edit HT-1",
    "claim",
    "settings ?",
    "add",
)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("line", LINES)
async def test_slack_takes_every_form(chat: Chat, line: str, locale: Locale) -> None:
    form = form_of(await chat(line, as_="Ada Park", locale=locale))
    assert check_slack(view_of(form, Phrasebook(locale))) == []


@pytest.mark.parametrize(
    ("line", "as_", "submit"),
    [
        ("show", "Ada Park", "Look up"),
        ("show", "李雷", "查询"),
        ("claim", "Ada Park", "Submit"),
    ],
)
async def test_what_is_looked_up_is_not_submitted(
    chat: Chat, line: str, as_: str, submit: str
) -> None:
    form = (await chat(line, as_=as_)).message.form
    assert form is not None
    assert form.submit == submit

"""WeCom: which message type is chosen, and what a robot, an app and an AI bot can say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from messages.abilities import ABILITIES, Forms, PlaceKind
from messages.i18n import Phrasebook
from messages.model import (
    Button,
    ButtonStyle,
    Confirm,
    Fields,
    Heading,
    Mention,
    Message,
    Paragraph,
    Span,
    Table,
    bold,
    plain,
)
from messages.render.wecom import render_wecom
from messages.render.wecom_form_card import UNPICKED, line_of_selection
from messages.render.wecom_markdown import APP, ROBOT_V1, ROBOT_V2, drawn, escape
from scoring.model import Locale, Platform
from tests.messages.examples import (
    alert,
    digest,
    long_form,
    lost_form,
    optional_form,
    snooze_form,
)

BOOK = Phrasebook(Locale.ZH)
ROBOT, APP_DM = PlaceKind.WECOM_ROBOT, PlaceKind.WECOM_APP
GROUP, DM = PlaceKind.WECOM_AIBOT_GROUP, PlaceKind.WECOM_AIBOT_DM
TABLE = Table(("客户",), ((plain("华为"),),))
OWNER = Paragraph((Span("", mention=Mention("张伟", wecom_id="zhangwei")),))
SEVEN = tuple(Button(f"第{n}项", f"show R-{n}") for n in range(1, 8))
ASKED = Button("流失", "lost R-1", ButtonStyle.DANGER, Confirm("确定？", "不可撤销", "是", "否"))


def types(message: Message, place: PlaceKind, **how: Any) -> list[str]:
    """The message types sent, cards by their kind."""
    payloads = render_wecom(message, place, BOOK, **how)
    return [each.get("template_card", {}).get("card_type", each["msgtype"]) for each in payloads]


@pytest.mark.parametrize(
    ("message", "place", "expected"),
    [
        (Message("好的。"), ROBOT, ["text"]),
        (Message("好的。"), APP_DM, ["text"]),
        (Message("好的。"), DM, ["markdown"]),
        (Message("x", (Paragraph(bold("好的。")),)), APP_DM, ["markdown"]),
        (Message("x", (TABLE,)), ROBOT, ["markdown_v2"]),
        (Message("x", (TABLE, OWNER)), ROBOT, ["markdown"]),
        (Message("x", (TABLE,)), APP_DM, ["markdown"]),
        (Message("x", (TABLE,)), GROUP, ["markdown"]),
        (alert(BOOK), ROBOT, ["markdown"]),
        (alert(BOOK), APP_DM, ["button_interaction"]),
        (alert(BOOK), DM, ["button_interaction"]),
        (digest(BOOK), APP_DM, ["markdown", "button_interaction"]),
        (Message("x", (), SEVEN), APP_DM, ["markdown", "button_interaction"]),
        (Message("x", (), (ASKED,)), APP_DM, ["button_interaction"]),
        (Message("x", form=lost_form(BOOK)), APP_DM, ["text", "multiple_interaction"]),
        (Message("标记流失", form=lost_form(BOOK)), APP_DM, ["multiple_interaction"]),
        (Message("x", form=long_form(BOOK, 9)), DM, ["markdown", "multiple_interaction"]),
        (Message("x", form=long_form(BOOK, 10)), DM, ["markdown", "vote_interaction"]),
        (Message("x", form=long_form(BOOK, 20)), GROUP, ["markdown", "vote_interaction"]),
        (Message("x", form=long_form(BOOK, 21)), DM, ["markdown"]),
        (Message("x", form=optional_form(BOOK)), DM, ["markdown"]),
        (Message("x", form=snooze_form(BOOK)), APP_DM, ["markdown"]),
        (Message("x", form=lost_form(BOOK)), ROBOT, ["text"]),
    ],
)
def test_the_message_type_fits_what_is_said(
    message: Message, place: PlaceKind, expected: list[str]
) -> None:
    assert types(message, place) == expected


def contents(message: Message, place: PlaceKind, **how: Any) -> str:
    """All that is written, without cards."""
    payloads = render_wecom(message, place, BOOK, **how)
    texts = (each[each["msgtype"]].get("content", "") for each in payloads)
    return "\n".join(texts)


def test_the_seventh_button_is_a_line_to_type() -> None:
    message = Message("x", (), SEVEN)
    assert "第7项：回复“show R-7”" in contents(message, APP_DM)
    assert "第7项：@我并发送“show R-7”" in contents(message, GROUP)
    card = render_wecom(message, APP_DM, BOOK)[-1]["template_card"]
    assert [button["key"] for button in card["button_list"]] == [f"show R-{n}" for n in range(1, 7)]


@pytest.mark.parametrize(
    ("button", "key"),
    [
        (Button("认领", "claim R-1"), "claim R-1"),
        (ASKED, "lost R-1 ?"),  # would act at once where other places ask first
        (Button("暂缓", "snooze R-42", form=snooze_form(BOOK)), "snooze R-42"),  # is asked anyway
        (Button("更正", "fix T-1", form=optional_form(BOOK)), "fix T-1 ?"),
    ],
)
def test_a_tap_that_asks_first_says_so(button: Button, key: str) -> None:
    card = render_wecom(Message("x", (), (button,)), DM, BOOK)[0]["template_card"]
    assert [each["key"] for each in card["button_list"]] == [key]


def test_where_cards_are_refused_the_line_asks_first_too() -> None:
    message = Message("x", (), (ASKED,))
    assert "流失：@我并发送“lost R-1 ?”" in contents(message, GROUP, with_cards=False)


def test_nothing_is_picked_before_somebody_does() -> None:
    card = render_wecom(Message("x", form=lost_form(BOOK)), DM, BOOK)[-1]["template_card"]
    select = card["select_list"][0]
    assert select["selected_id"] == select["option_list"][0]["id"] == UNPICKED
    assert line_of_selection("lost R-42", [("reason", (UNPICKED,))]) == "lost R-42"
    form = lost_form(BOOK)
    form = replace(form, fields=(replace(form.fields[0], initial="budget"),))
    card = render_wecom(Message("x", form=form), DM, BOOK)[-1]["template_card"]
    assert card["select_list"][0]["selected_id"] == "budget"
    assert len(card["select_list"][0]["option_list"]) == 9


def test_a_group_that_refused_a_card_gets_lines_to_type() -> None:
    assert types(alert(BOOK), GROUP, with_cards=False) == ["markdown"]
    text = contents(alert(BOOK), GROUP, with_cards=False)
    assert "认领：@我并发送“claim R-42”" in text
    assert "暂缓：@我并发送“snooze R-42 …”" in text


def test_a_robot_does_not_hear_and_says_where_to_act() -> None:
    assert "claim" not in contents(alert(BOOK), ROBOT)
    where = contents(alert(BOOK), ROBOT, act_at="私信续约助手")
    assert where.endswith("如需处理，请私信续约助手发送“claim R-42”")
    assert "snooze" not in where


def test_only_a_robot_mentions_and_only_in_version_1() -> None:
    message = Message("x", (OWNER,))
    assert contents(message, ROBOT) == "<@zhangwei>"
    assert contents(message, APP_DM) == "@张伟"
    assert contents(message, GROUP) == "@张伟"
    hostile = replace(OWNER, line=(Span("", mention=Mention("张伟", wecom_id="x><@all")),))
    assert contents(Message("x", (hostile,)), ROBOT) == "@张伟"


def test_a_long_text_is_split_between_lines() -> None:
    message = Message("x", tuple(Paragraph(bold(f"{n}续" * 200)) for n in range(6)))
    payloads = render_wecom(message, APP_DM, BOOK)
    assert len(payloads) == 3
    for payload in payloads:
        assert payload["markdown"]["content"].startswith("**")
        assert payload["markdown"]["content"].endswith("**")


def test_a_value_too_long_for_a_card_makes_it_a_text() -> None:
    fields = Fields((("客户", plain("很" * 31)),))
    message = Message("x", (Heading("x"), fields), (Button("认领", "claim R-1"),))
    assert types(message, APP_DM) == ["markdown", "button_interaction"]


@pytest.mark.parametrize(("given", "kept"), [("alert-42", True), ("a b", False), ("", False)])
def test_a_task_id_is_ours_or_the_caller_s(given: str, kept: bool) -> None:
    task = render_wecom(alert(BOOK), APP_DM, BOOK, task_id=given)[0]["template_card"]["task_id"]
    assert (task == given) is kept
    assert (
        task
        == render_wecom(alert(BOOK), APP_DM, BOOK, task_id=given)[0]["template_card"]["task_id"]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("华为技术 R-42, 12%", "华为技术 R-42, 12%"),
        ("[x](https://e.example)", "［x］(https：//e.example)"),
        ("<@all> <font color='info'>", "＜@all＞ ＜font color='info'＞"),
        ("*b* _i_ `c` ~s~ a|b \\", "＊b＊ ＿i＿ ｀c｀ ～s～ a｜b ＼"),
        ("&lt; &#60; AT&T R&", "＆lt; ＆#60; AT&T R＆"),
        ("A & B", "A & B"),
        ("# x", "＃ x"),
        ("- x", "－ x"),
        ("-5%", "-5%"),
        ("1. x", "1． x"),
        ("2026-03-01", "2026-03-01"),
        ("---", "－－－"),
        ("    x", "x"),
        ("//e.example", "／／e.example"),
    ],
)
def test_look_alikes_stand_for_markup(text: str, expected: str) -> None:
    assert escape(text, opens_line=True) == expected


def test_emphasis_keeps_punctuation_outside() -> None:
    line = (Span("为什么：", bold=True), Span("快到期"))
    assert drawn(line, APP) == "**为什么**：快到期"
    assert drawn((Span(" 45% ", bold=True), Span("的客户")), APP) == "**45**% 的客户"
    assert drawn((Span("：", bold=True),), APP) == "："


def test_colours_exist_in_version_1_only() -> None:
    faint = (Span("x", muted=True),)
    assert drawn(faint, ROBOT_V1) == '<font color="comment">x</font>'
    assert drawn(faint, ROBOT_V2) == "x"


def test_every_place_has_its_abilities() -> None:
    assert set(ABILITIES) == set(PlaceKind)
    for place, ability in ABILITIES.items():
        assert place.value.startswith(ability.platform.value)
        assert ability.edit <= ability.edit_on_click
        assert bool(ability.forms) <= bool(ability.hears)
        assert (ability.forms is Forms.ALL) == (ability.platform is Platform.SLACK)


@pytest.mark.parametrize(
    ("said", "title", "text"),
    [
        (
            "南京栖梧教育科技有限公司（R-8）已由您认领，合同已于2026年2月27日到期。",
            "南京栖梧教育科技有限公司（R-8）已由您认领",
            "合同已于2026年2月27日到期。",
        ),
        (
            "Oakhurst Property Partners (R-2) is yours. The contract ended on Feb 25, 2026.",
            "Oakhurst Property Partners (R-2) is yours.",
            "The contract ended on Feb 25, 2026.",
        ),
        ("没有标点" * 10, "没有标点" * 6 + "没…", "没有标点" * 10),
    ],
)
def test_a_long_sentence_becomes_a_title_and_what_is_below_it(
    said: str, title: str, text: str
) -> None:
    message = Message(said, (Paragraph(plain(said)),), (Button("撤销", "undo"),))
    (payload,) = render_wecom(message, PlaceKind.WECOM_AIBOT_GROUP, BOOK)
    card = payload["template_card"]
    below = card["main_title"].get("desc") or card["sub_title_text"]
    assert (card["main_title"]["title"], below) == (title, text)

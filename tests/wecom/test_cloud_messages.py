from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.loopback.wecom.company import CallbackUrl, Member
from bot.loopback.wecom.ledger import Fate
from messages.limits import WECOM_APP_MARKDOWN_BYTES, WECOM_TEXT_BYTES
from tests.wecom.clouds import (
    AGENT,
    BUTTONS,
    CLAIMED,
    CloudDesk,
    card,
    codes,
    company,
    markdown,
    running,
    text,
)

NOWHERE = CallbackUrl("http://127.0.0.1:1/wecom/callback", "token", "k" * 43)


def with_callback() -> Any:
    made = company()
    made.set_up(replace(made.apps[AGENT], callback=NOWHERE))
    return made


async def test_a_message_reaches_those_named_in_any_case() -> None:
    async with running() as desk:
        answer = await desk.send(text("到期"), "ZHANGSAN|lisi")
        assert codes(answer) == [0]
        assert answer["msgid"]
        assert desk.cloud.words("user:zhangsan") == ["到期"]
        assert desk.cloud.words("user:lisi") == ["到期"]
        assert desk.newest("user:lisi").payload == text("到期")


async def test_people_who_cannot_get_it_are_named_in_lower_case() -> None:
    made = company()
    made.hire(Member("NoLicence", licensed=False), Member("OutSide", visible=False))
    async with running(made) as desk:
        answer = await desk.send(text("hello"), "lisi|NoBody|NoLicence|OutSide")
        assert codes(answer) == [0]
        assert answer["invaliduser"] == "nobody|outside"
        assert answer["unlicenseduser"] == "nolicence"
        assert [sent.place for sent in desk.cloud.ledger.shown()] == ["user:lisi"]

        nobody = await desk.send(text("hello"), "NoBody")
        assert codes(nobody) == [81013]
        assert nobody["invaliduser"] == "nobody"


async def test_everybody_is_a_recipient_too() -> None:
    async with running() as desk:
        await desk.send(text("hello"), "@all")
        places = {sent.place for sent in desk.cloud.ledger.shown()}
        assert places == {"user:zhangsan", "user:lisi", "user:wangwu"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"touser": ""}, 82001),
        ({"touser": "|".join(["lisi"] * 1001)}, 40058),
        ({"touser": ["lisi"]}, 40058),
        ({"agentid": None}, 41011),
        ({"agentid": 1}, 301002),
        ({"msgtype": "sticker"}, 40008),
        ({"msgtype": None}, 40008),
        ({"text": "hello"}, 40058),
        ({"text": {"content": 3}}, 40058),
        ({"text": {"content": "  "}}, 44004),
        ({"text": {"content": "好" * 683}}, 45002),
        (markdown("好" * 683), 45002),
        (markdown("# |a|\n| --- | --- |"), 40058),
        ({"msgtype": "markdown_v2", "markdown_v2": {"content": "a"}}, 40008),
        ({"msgtype": "file", "file": {"media_id": "made-up"}}, 40007),
        ({"msgtype": "template_card", "template_card": {"card_type": 3}}, 40058),
        ({"msgtype": "template_card", "template_card": {**BUTTONS, "button_list": "x"}}, 40058),
        ({"msgtype": "template_card", "template_card": {**BUTTONS, "task_id": "a b"}}, 40058),
    ],
)
async def test_what_wecom_would_refuse_is_refused(change: dict[str, Any], code: int) -> None:
    async with running(with_callback()) as desk:
        body = {"touser": "lisi", "agentid": AGENT, **text("hello"), **change}
        assert codes(await desk.ask("message/send", body)) == [code]
        assert not desk.cloud.ledger.sent


async def test_what_just_fits_is_taken() -> None:
    async with running() as desk:
        full = "a" * (WECOM_TEXT_BYTES % 3) + "好" * (WECOM_TEXT_BYTES // 3)
        assert WECOM_TEXT_BYTES == WECOM_APP_MARKDOWN_BYTES
        assert codes(await desk.send(text(full)), await desk.send(markdown(full))) == [0, 0]


async def test_more_than_thirty_a_minute_vanish_without_a_word() -> None:
    async with running() as desk:
        answers = [await desk.send(text(str(number)), "lisi|wangwu") for number in range(30)]
        answers.append(await desk.send(text("lost"), "lisi"))
        assert codes(*answers) == [0] * 31
        assert "invaliduser" not in answers[-1]
        assert "lost" not in desk.cloud.words("user:lisi")
        assert [sent.words for sent in desk.cloud.ledger.dropped("user:lisi")] == ["lost"]

        desk.time.pass_by(seconds=60)
        await desk.send(text("later"), "lisi")
        assert desk.cloud.words("user:lisi")[-1] == "later"


async def test_more_than_a_thousand_an_hour_vanish_too() -> None:
    async with running() as desk:
        token = await desk.token()
        for number in range(1_001):
            if number % 30 == 0:
                desk.time.pass_by(seconds=61)
            body = {"touser": "lisi", "agentid": AGENT, **text(str(number))}
            await desk.post("message/send", body, access_token=token)
        assert [sent.words for sent in desk.cloud.ledger.dropped()] == ["1000"]


async def test_an_identical_message_counts_once_when_asked_to_look() -> None:
    async with running() as desk:
        look: dict[str, Any] = {"enable_duplicate_check": 1}
        first = await desk.send(text("due"), "lisi", **look)
        again = await desk.send(text("due"), "lisi", **look)
        other = await desk.send(text("due "), "lisi", **look)
        unasked = await desk.send(text("due"), "lisi")
        assert again["msgid"] == first["msgid"] != other["msgid"]
        assert codes(first, again, other, unasked) == [0, 0, 0, 0]
        assert desk.cloud.words("user:lisi") == ["due", "due ", "due"]
        assert [one.words for one in desk.cloud.ledger.sent if one.fate is Fate.REPEATED] == ["due"]

        desk.time.pass_by(seconds=1_800)
        await desk.send(text("due"), "lisi", **look)
        assert len(desk.cloud.words("user:lisi")) == 4


@pytest.mark.parametrize(("interval", "after_s", "shown"), [(14_400, 14_399, 1), (60, 61, 2)])
async def test_how_long_it_looks_back_is_asked_for(interval: int, after_s: int, shown: int) -> None:
    async with running() as desk:
        look: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": interval}
        await desk.send(text("due"), "lisi", **look)
        desk.time.pass_by(seconds=after_s)
        await desk.send(text("due"), "lisi", **look)
        assert len(desk.cloud.words("user:lisi")) == shown


async def test_a_card_with_buttons_needs_a_callback_address() -> None:
    async with running() as desk:
        assert codes(await desk.send(card())) == [43012]
        plain = {"msgtype": "template_card", "template_card": CLAIMED}
        link = {"text": "打开", "type": 1, "url": "https://example.invalid", "key": "open"}
        assert codes(await desk.send(plain), await desk.send(card("t2", button_list=[link]))) == [
            0,
            0,
        ]
        menu = {"desc": "更多", "action_list": [{"text": "稍后", "key": "snooze"}]}
        noticed = {**CLAIMED, "task_id": "t3", "action_menu": menu}
        answer = await desk.send({"msgtype": "template_card", "template_card": noticed})
        assert codes(answer) == [43012]


async def test_a_task_is_sent_once_but_an_identical_repeat_may_be_looked_for() -> None:
    async with running(with_callback()) as desk:
        look: dict[str, Any] = {"enable_duplicate_check": 1}
        first = await desk.send(card(), **look)
        assert first["response_code"]
        again = await desk.send(card(), **look)
        assert codes(again) == [0]
        assert "response_code" not in again
        assert codes(await desk.send(card())) == [42014]
        assert codes(await desk.send(card("task-2"))) == [0]


async def change(desk: CloudDesk, code: str, **how: Any) -> dict[str, Any]:
    body = {"agentid": AGENT, "response_code": code, **how}
    return await desk.ask("message/update_template_card", body)


async def test_a_code_changes_the_card_of_everybody_named_and_only_once() -> None:
    async with running(with_callback()) as desk:
        sent = await desk.send(card(), "zhangsan|lisi|wangwu")
        code = sent["response_code"]
        whom = ["ZhangSan", "lisi", "stranger"]
        answer = await change(desk, code, userids=whom, template_card=CLAIMED)
        assert codes(answer) == [0]
        assert answer["invaliduser"] == ["stranger"]
        assert desk.cloud.words("user:zhangsan") == ["已认领"]
        assert desk.cloud.words("user:lisi") == ["已认领"]
        assert desk.cloud.words("user:wangwu") == ["华为 续约"]
        assert codes(await change(desk, code, atall=1, template_card=CLAIMED)) == [42016]


async def test_a_refused_change_does_not_use_up_the_code() -> None:
    async with running(with_callback()) as desk:
        code = (await desk.send(card()))["response_code"]
        wrong = await change(desk, code, atall=1, template_card={**CLAIMED, "card_type": "x"})
        empty = await change(desk, code, atall=1)
        assert codes(wrong, empty) == [40058, 40058]
        assert codes(await change(desk, code, atall=1, template_card=CLAIMED)) == [0]


async def test_buttons_can_give_way_to_a_word() -> None:
    async with running(with_callback()) as desk:
        code = (await desk.send(card()))["response_code"]
        await change(desk, code, atall=1, button={"replace_name": "已认领"})
        face = desk.newest("user:zhangsan").payload["template_card"]
        assert face["replace_text"] == "已认领"
        assert "button_list" not in face


async def test_a_code_lives_for_three_days_and_is_the_apps_own() -> None:
    async with running(with_callback()) as desk:
        code = (await desk.send(card()))["response_code"]
        desk.time.pass_by(hours=72)
        assert codes(await change(desk, code, atall=1, template_card=CLAIMED)) == [42016]
        assert codes(await change(desk, "made-up", atall=1, template_card=CLAIMED)) == [42016]


async def test_a_file_is_uploaded_sent_and_fetched_for_three_days() -> None:
    async with running() as desk:
        content = "到期表".encode() * 10
        form = await desk.upload("media/upload", "到期.xlsx", content, "file")
        media_id = form["media_id"]
        assert codes(await desk.send({"msgtype": "file", "file": {"media_id": media_id}})) == [0]
        shown = desk.newest("user:zhangsan")
        assert shown.file == "到期.xlsx"
        assert desk.cloud.file_of(shown.id) == ("到期.xlsx", content)
        assert await desk.download(media_id) == ("到期.xlsx", content)

        desk.time.pass_by(days=3)
        assert codes(await desk.ask("media/get", media_id=media_id)) == [40007]


@pytest.mark.parametrize(
    ("kind", "content", "code"), [("zip", b"123456", 40004), ("file", b"12345", 40006)]
)
async def test_files_that_wecom_takes_not(kind: str, content: bytes, code: int) -> None:
    async with running() as desk:
        assert codes(await desk.upload("media/upload", "a.bin", content, kind)) == [code]
        assert codes(await desk.ask("media/upload", {}, type="file")) == [41005]

"""Lines typed to an AI bot in callback mode: streams, cards, and what comes late."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from messages.abilities import PlaceKind
from messages.model import Message, Paragraph, plain
from messages.render.wecom_card import AIBOT_CARD
from messages.render.wecom_check import check_wecom
from messages.render.wecom_notice import face_card, told_whole
from scoring.errors import PlatformDown
from scoring.model import Platform
from storage.store import Store
from tests.sample_book import SampleBook
from tests.wecom.calling import HURRIED, House, house, settled
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book
from tests.wecom.ways import words_of

URL = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=FAKE"


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


def poll(home: House, stream: str, **more: Any) -> dict[str, Any]:
    """WeCom comes back for the rest of a stream."""
    return {**home.mention("", **more), "msgtype": "stream", "stream": {"id": stream}}


def tapped(key: str, task_id: str, **more: Any) -> dict[str, Any]:
    """The fields of a tap."""
    card = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
    return {"event": {"template_card_event": card}, **more}


async def test_a_mention_in_a_group_is_answered_by_a_finished_stream(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        answer = await home.bot_hears(home.mention("@续约助手 绑定账号"))
        middle = await home.bot_hears(home.mention("绑定账号 @续约助手"))
    assert answer["msgtype"] == "stream"
    assert answer["stream"]["finish"] is True
    assert answer["stream"]["content"] == "您已绑定为李雷，无需重复绑定。"
    assert middle["stream"]["content"] == answer["stream"]["content"]
    assert home.app.sent == []


async def test_buttons_come_as_a_card_with_the_answer(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.bot_hears(home.mention("@续约助手 客户 华为"))
    assert answer["msgtype"] in ("stream_with_template_card", "template_card")
    assert "华为" in words_of(answer)
    card = {"msgtype": "template_card", "template_card": answer["template_card"]}
    assert not check_wecom(card, PlaceKind.WECOM_AIBOT_GROUP)


async def test_a_group_reads_no_amounts_and_a_direct_chat_does(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        group = await home.bot_hears(home.mention("@续约助手 客户 华为"))
        direct = await home.bot_hears(home.mention("客户 华为", group=None))
    assert "¥" not in words_of(group)
    assert "¥" in words_of(direct)


async def test_a_line_told_three_times_has_one_answer_and_acts_once(
    store: Store, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    async with house(store) as home:
        line = home.mention(f"@续约助手 认领 {code}")
        answers = [await home.bot_hears(line) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert "已由您认领" in words_of(answers[0])
    assert await claimed_by(store, book) == "李雷"


async def test_a_slow_answer_is_asked_for_until_it_is_there(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED, poll_s=0.05) as home:
        line = home.mention("@续约助手 到期")
        first = await home.bot_hears(line)
        assert first["stream"]["finish"] is False
        assert first["stream"]["content"] == "查询中，请稍候…"
        stream = first["stream"]["id"]
        assert (await home.bot_hears(line))["stream"]["id"] == stream
        waiting = await home.bot_hears(poll(home, stream))
        assert waiting["stream"] == first["stream"]
        gate.set()
        await home.reception.drain()
        rest = await home.bot_hears(poll(home, stream))
    assert rest["stream"] == {"id": stream, "finish": True, "content": "到期清单 1"}


async def test_who_asks_for_more_waits_until_it_is_there(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED, poll_s=20.0) as home:
        stream = (await home.bot_hears(home.mention("@续约助手 到期")))["stream"]["id"]
        asking = asyncio.create_task(home.bot_hears(poll(home, stream)))
        await settled()
        gate.set()
        assert (await asking)["stream"]["content"] == "到期清单 1"


async def test_another_replica_gives_the_rest(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with (
        house(store, commands=slow(gate), patience=HURRIED) as home,
        house(store) as another,
    ):
        stream = (await home.bot_hears(home.mention("@续约助手 到期")))["stream"]["id"]
        assert (await another.bot_hears(poll(another, stream)))["stream"]["finish"] is False
        gate.set()
        await home.reception.drain()
        rest = await another.bot_hears(poll(another, stream))
    assert rest["stream"]["content"] == "到期清单 1"


async def test_nobody_else_is_given_the_rest(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        stream = (await home.bot_hears(home.mention("@续约助手 到期")))["stream"]["id"]
        gate.set()
        await home.reception.drain()
        for stranger in ({"sender": "Wangbei"}, {"group": "wrNorth"}, {"group": None}):
            answer = await home.bot_hears(poll(home, stream, **stranger))
            assert answer["stream"]["content"] == "这条回复已过期，请再问一次。"
            assert answer["stream"]["finish"] is True
        unknown = await home.bot_hears(poll(home, "no-such-stream"))
        assert unknown["stream"]["finish"] is True


async def test_after_six_minutes_the_stream_ends_and_the_answer_comes_late(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED, poll_s=0.01) as home:
        line = home.mention("@续约助手 到期", response_url=URL)
        stream = (await home.bot_hears(line))["stream"]["id"]
        home.clock.now += timedelta(minutes=5, seconds=50)
        answer = await home.bot_hears(poll(home, stream))
        assert answer["stream"]["finish"] is True
        assert "请稍后再问一次" in answer["stream"]["content"]
        gate.set()
        await home.reception.drain()
    assert [(url, words_of(body)) for url, body in home.late] == [(URL, "到期清单 1")]


async def test_a_tapped_card_shows_the_answer_for_everybody(store: Store, book: SampleBook) -> None:
    code = (await renewal(store, book)).code
    async with house(store) as home:
        event = home.bot_event(
            "template_card_event", **tapped(f"claim {code}", "re-1", response_url=URL)
        )
        answer = await home.bot_hears({**event, "chatid": "wrEast", "chattype": "group"})
    assert answer["response_type"] == "update_template_card"
    assert "userids" not in answer
    assert answer["template_card"]["task_id"] == "re-1"
    assert "已由您认领" in words_of(answer)
    assert home.late == []
    assert await claimed_by(store, book) == "李雷"


async def test_what_a_card_cannot_show_goes_to_the_response_url(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        event = home.bot_event("template_card_event", **tapped("到期", "re-2", response_url=URL))
        answer = await home.bot_hears(event)
    assert answer["response_type"] == "update_template_card"
    ((url, body),) = home.late
    assert url == URL
    assert body["markdown"]["content"].count("|") > 20  # the table


async def test_a_tap_that_takes_long_is_answered_empty_and_told_late(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        event = home.bot_event("template_card_event", **tapped("到期", "re-3", response_url=URL))
        assert await home.bot_hears(event) == {}
        gate.set()
        await home.reception.drain()
    assert [words_of(body) for _, body in home.late] == ["到期清单 1"]


async def test_a_late_post_that_fails_leaves_the_card(store: Store, book: SampleBook) -> None:
    async def down(url: str, body: dict[str, Any]) -> None:
        raise PlatformDown("no")

    async with house(store, late_post=down) as home:
        event = home.bot_event("template_card_event", **tapped("到期", "re-2", response_url=URL))
        answer = await home.bot_hears(event)
    assert answer["response_type"] == "update_template_card"


async def test_who_opens_the_chat_is_welcomed(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.bot_hears(home.bot_event("enter_chat"))
        stranger = await home.bot_hears(home.bot_event("enter_chat", "Nobody"))
    assert answer["msgtype"] == "text"
    assert "到期 –" in words_of(answer)
    assert "绑定账号" in words_of(stranger)


async def test_other_events_are_answered_empty(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for name in ("feedback_event", "disconnected_event", "something_new"):
            assert await home.bot_hears(home.bot_event(name)) == {}
    assert set(home.statuses) == {200}


async def test_a_file_is_handed_over_by_the_app(store: Store, book: SampleBook) -> None:
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    async with house(store) as home:
        answer = await home.bot_hears(home.mention("导出", "Ada", group=None))
    assert "已通过应用单独发给您" in words_of(answer)
    assert home.app.given == [("user:ada", "renewals-2026-11-23.xlsx")]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("已认领。", True),
        ("这一句比卡片的标题长，放不进标题里，所以要写在下面才能让人看全它说了什么。", True),
        ("很长" * 150, False),
    ],
)
def test_a_card_says_whether_it_told_everything(text: str, whole: bool) -> None:
    message = Message(text, (Paragraph(plain(text)),))
    face = face_card(message, AIBOT_CARD, "t-1")
    assert not check_wecom(face, PlaceKind.WECOM_AIBOT_GROUP)
    assert told_whole(message, AIBOT_CARD, face) is whole
    shown = face["template_card"]
    assert (text in (shown["main_title"]["title"], shown.get("sub_title_text"))) is whole

"""Lines that come over the long connection, and how they are answered on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.adapters.base import Adapters
from bot.dispatcher import Dispatcher
from bot.wecom.aibot_json import heard_json
from bot.wecom.answering import Reception
from bot.wecom.files import Files
from bot.wecom.frames import RESPOND, UPDATE, WELCOME
from bot.wecom.heard import Entered, Said, Tapped
from bot.wecom.replies import Patience
from bot.wecom.replies_connection import ConnectionReply
from handlers.commands import COMMANDS
from handlers.registry import Command
from scoring.errors import (
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    Rejected,
    Retryable,
)
from scoring.model import Platform
from storage.store import Store
from tests.sample_book import RULES, SampleBook
from tests.wecom.calling import BOT_NAME, HURRIED, UNHURRIED, Clock, no_pause
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book
from tests.wecom.ways import FakeConnection, FakeWay

FACE = {"card_type": "text_notice", "main_title": {"title": "已认领"}, "task_id": "card-1"}


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


@dataclass
class Line:
    """A connection in memory, and a reception behind it."""

    reception: Reception
    patience: Patience
    connection: FakeConnection = field(default_factory=FakeConnection)
    bot: FakeWay = field(default_factory=lambda: FakeWay(("group:", "bot:")))
    faces: dict[str, dict[str, Any]] = field(default_factory=dict)
    number: int = 0

    async def hears(self, body: dict[str, Any], *, msgid: str = "") -> None:
        """A frame comes in."""
        self.number += 1
        whole = {"msgid": msgid or f"M{self.number}", "from": {"userid": "LiLei"}, **body}
        heard = heard_json(whole, reply_to=f"req-{self.number}", name=BOT_NAME)
        assert isinstance(heard, Said | Tapped | Entered)
        reply = ConnectionReply(
            heard,
            self.connection,
            self.bot,
            face=self._face,
            patience=self.patience,
            sleep=no_pause,
        )
        await self.reception.hear(heard, reply)

    async def says(self, line: str, *, group: str = "wrEast", msgid: str = "") -> None:
        """Somebody types a line in a group, or directly."""
        where = {"chatid": group, "chattype": "group"} if group else {"chattype": "single"}
        await self.hears({**where, "msgtype": "text", "text": {"content": line}}, msgid=msgid)

    async def happens(self, name: str, **card: str) -> None:
        """An event in the group."""
        event = {"eventtype": name, name: card}
        where = {"chatid": "wrEast", "chattype": "group"} if card else {"chattype": "single"}
        await self.hears({**where, "msgtype": "event", "event": event})

    async def _face(self, tapped: Tapped) -> dict[str, Any] | None:
        return self.faces.get(tapped.task_id)


@asynccontextmanager
async def on_the_line(
    store: Store, *, commands: Sequence[Command] = COMMANDS, patience: Patience = UNHURRIED
) -> AsyncIterator[Line]:
    """A line to talk on."""
    bot = FakeWay(("group:", "bot:"))
    reception = Reception(
        store,
        Dispatcher(store, commands, RULES),
        RULES,
        Clock(),
        files=Files(None, api_url="http://127.0.0.1:9"),
        adapters=Adapters([bot]),
        aibot_name=BOT_NAME,
    )
    yield Line(reception, patience, bot=bot)
    await reception.drain()


async def test_a_line_is_answered_by_one_finished_stream(store: Store, book: SampleBook) -> None:
    async with on_the_line(store) as line:
        await line.says("@续约助手 绑定账号")
    ((cmd, body, req_id),) = line.connection.requests
    assert (cmd, req_id) == (RESPOND, "req-1")
    assert body["stream"]["finish"] is True
    assert body["stream"]["content"] == "您已绑定为李雷，无需重复绑定。"


async def test_buttons_follow_as_a_card_on_the_same_request(store: Store, book: SampleBook) -> None:
    async with on_the_line(store) as line:
        await line.says("@续约助手 到期")
    requests = line.connection.requests
    assert {cmd for cmd, _, _ in requests} == {RESPOND}
    assert {req_id for _, _, req_id in requests} == {"req-1"}
    assert [body["msgtype"] for _, body, _ in requests] == ["stream", "template_card"]


async def test_a_slow_answer_finishes_the_stream_of_its_sign_of_life(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with on_the_line(store, commands=slow(gate), patience=HURRIED) as line:
        await line.says("@续约助手 到期")
        assert line.connection.said == [f"{RESPOND} 查询中，请稍候…"]
        gate.set()
        await line.reception.drain()
    streams = [body["stream"] for _, body, _ in line.connection.requests]
    assert [(s["content"], s["finish"]) for s in streams] == [
        ("查询中，请稍候…", False),
        ("到期清单 1", True),
    ]
    assert streams[0]["id"] == streams[1]["id"]


async def test_a_message_told_again_is_answered_once(store: Store, book: SampleBook) -> None:
    code = (await renewal(store, book)).code
    async with on_the_line(store) as line:
        for _ in range(3):
            await line.says(f"@续约助手 认领 {code}", msgid="same")
    assert len(line.connection.requests) == 1
    assert await claimed_by(store, book) == "李雷"


async def test_an_answer_that_was_lost_is_given_to_the_repeat(
    store: Store, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    async with on_the_line(store) as line:
        line.connection.faults.append(OutcomeUnknown("the connection has ended"))
        await line.says(f"@续约助手 认领 {code}", msgid="same")
        await line.says(f"@续约助手 认领 {code}", msgid="same")
    ((_, body, req_id),) = line.connection.requests
    assert req_id == "req-2"
    assert "已由您认领" in str(body)


@pytest.mark.parametrize(
    "faults",
    [
        [PlatformDown("not connected")],
        [OutcomeUnknown("no acknowledgement"), PlatformDown("not connected")],
        [RateLimited("", retry_after_s=60)],
    ],
)
async def test_finishing_a_stream_is_tried_again(
    store: Store, book: SampleBook, faults: list[DeliveryError]
) -> None:
    async with on_the_line(store) as line:
        line.connection.faults.extend(faults)
        await line.says("@续约助手 绑定账号")
    assert len(line.connection.requests) == 1
    assert line.bot.sent == []


async def test_where_the_request_is_over_the_answer_comes_as_a_message(
    store: Store, book: SampleBook
) -> None:
    async with on_the_line(store) as line:
        line.connection.faults.append(Rejected("stream expired", code="846608"))
        await line.says("@续约助手 绑定账号")
    assert line.connection.requests == []
    assert line.bot.texts("group:wrEast") == ["您已绑定为李雷，无需重复绑定。"]


@pytest.mark.parametrize("fault", [Rejected("", code="40008"), Retryable("", code="999999")])
async def test_a_card_that_is_refused_is_said_in_words(
    store: Store, book: SampleBook, fault: DeliveryError
) -> None:
    code = (await renewal(store, book)).code
    async with on_the_line(store) as line:
        line.connection.faults.append(fault)
        await line.says(f"@续约助手 认领 {code}")
    ((_, body, _),) = line.connection.requests
    assert body["msgtype"] == "stream"
    assert "已由您认领" in body["stream"]["content"]
    assert "撤销" in body["stream"]["content"]


async def test_a_tap_shows_the_card_as_it_is_now_and_then_says_what_happened(
    store: Store, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    async with on_the_line(store) as line:
        line.faces["card-1"] = FACE
        await line.happens("template_card_event", event_key=f"claim {code}", task_id="card-1")
    ((cmd, body, req_id),) = line.connection.requests
    assert (cmd, req_id) == (UPDATE, "req-1")
    assert body == {"response_type": "update_template_card", "template_card": FACE}
    assert "已由您认领" in line.bot.texts("group:wrEast")[0]
    assert await claimed_by(store, book) == "李雷"


async def test_a_tap_on_an_answer_is_only_answered(store: Store, book: SampleBook) -> None:
    code = (await renewal(store, book)).code
    async with on_the_line(store) as line:
        await line.happens("template_card_event", event_key=f"claim {code}", task_id="re-1")
    assert line.connection.requests == []
    assert "已由您认领" in line.bot.texts()[0]


async def test_a_tap_that_takes_long_shows_the_card_in_time(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with on_the_line(store, commands=slow(gate), patience=HURRIED) as line:
        line.faces["card-1"] = FACE
        await line.happens("template_card_event", event_key="到期", task_id="card-1")
        assert [cmd for cmd, _, _ in line.connection.requests] == [UPDATE]
        gate.set()
        await line.reception.drain()
    assert len(line.connection.requests) == 1
    assert line.bot.texts() == ["@李雷 到期清单 1"]


async def test_a_tap_on_an_answer_that_takes_long_gets_a_word_first(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with on_the_line(store, commands=slow(gate), patience=HURRIED) as line:
        await line.happens("template_card_event", event_key="到期", task_id="re-1")
        gate.set()
        await line.reception.drain()
    assert line.connection.requests == []
    assert line.bot.texts("group:wrEast") == ["查询中，请稍候…", "@李雷 到期清单 1"]


async def test_a_card_that_cannot_be_changed_keeps_no_answer_back(
    store: Store, book: SampleBook
) -> None:
    async with on_the_line(store) as line:
        line.faces["card-1"] = FACE
        line.connection.faults.append(Rejected("", code="846605"))
        await line.happens("template_card_event", event_key="绑定账号", task_id="card-1")
    assert line.bot.texts() == ["@李雷 您已绑定为李雷，无需重复绑定。"]


async def test_who_opens_the_chat_is_welcomed(store: Store, book: SampleBook) -> None:
    async with on_the_line(store) as line:
        await line.happens("enter_chat")
    ((cmd, body, _),) = line.connection.requests
    assert cmd == WELCOME
    assert body["msgtype"] == "text"
    assert body["text"]["content"].startswith("我是续约助手")


async def test_an_export_is_given_in_the_direct_chat(store: Store, book: SampleBook) -> None:
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    async with on_the_line(store) as line:
        text = {"chattype": "single", "msgtype": "text", "text": {"content": "导出"}}
        await line.hears({**text, "from": {"userid": "Ada"}})
        await line.reception.drain()
    assert line.bot.given == [("bot:ada", "renewals-2026-11-23.xlsx")]

"""The long connection as a client of our own sees it; Tencent's has a file of its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.loopback.wecom.company import AiBot, CallbackUrl
from bot.wecom.aibot_json import heard_json
from bot.wecom.heard import Entered, Kicked, Said, Tapped
from bot.wecom.media_crypto import decrypted_file
from tests.fakes.wecom import Fault, Faults
from tests.wecom.clouds import CLAIMED, CloudDesk, card, company, markdown, running

Json = dict[str, Any]
GROUP = "group:wrFakeChat0001"
BOT, SECRET = "aibFakeBot0001", "FAKESECRET"


class Client:
    """One connection of a bot, frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._numbers: Iterator[int] = itertools.count(1)

    async def next(self) -> Json:
        """The next frame."""
        frame: Json = await self.socket.receive_json(timeout=5)
        return frame

    async def send(self, cmd: str, body: Json | None = None, req_id: str = "") -> str:
        """A frame, and its request id."""
        number = req_id or f"{cmd}_{next(self._numbers)}"
        frame: Json = {"cmd": cmd, "headers": {"req_id": number}}
        await self.socket.send_json(frame if body is None else {**frame, "body": body})
        return number

    async def ask(self, cmd: str, body: Json | None = None, req_id: str = "") -> Json:
        """A frame, and the acknowledgement."""
        number = await self.send(cmd, body, req_id)
        ack = await self.next()
        assert ack["headers"]["req_id"] == number
        assert "cmd" not in ack
        return ack

    async def code(self, cmd: str, body: Json | None = None, req_id: str = "") -> int:
        """A frame, and the code it was acknowledged with."""
        return int((await self.ask(cmd, body, req_id))["errcode"])

    async def subscribe(self, **change: str) -> int:
        """Say whose connection it is."""
        return await self.code("aibot_subscribe", {"bot_id": BOT, "secret": SECRET, **change})


@asynccontextmanager
async def connected(desk: CloudDesk, *, subscribed: bool = True) -> AsyncIterator[Client]:
    """A connection to the cloud."""
    async with desk.session.ws_connect(desk.cloud.ws_url) as socket:
        client = Client(socket)
        if subscribed:
            assert await client.subscribe() == 0
        yield client


def stream(content: str, *, finish: bool = False, number: str = "S1", **more: Any) -> Json:
    said = {"id": number, "finish": finish, "content": content}
    return {"msgtype": "stream", "stream": said, **more}


def update(**change: Any) -> Json:
    return {"response_type": "update_template_card", "template_card": {**CLAIMED, **change}}


async def test_a_wrong_secret_is_told_apart_from_a_wrong_bot() -> None:
    async with running() as desk, connected(desk, subscribed=False) as client:
        assert await client.code("ping") == 0
        assert await client.code("aibot_send_msg", {}) == 846609
        assert await client.subscribe(secret="wrong") == 853000
        assert await client.subscribe(bot_id="aibOther") == 93019
        assert not desk.cloud.lines.connected
        assert await client.subscribe() == 0
        assert desk.cloud.lines.connected


async def test_a_bot_with_a_callback_has_no_long_connection() -> None:
    made = company()
    made.set_up(AiBot(BOT, SECRET, callback=CallbackUrl("http://127.0.0.1:1/", "t", "k" * 43)))
    async with running(made) as desk, connected(desk, subscribed=False) as client:
        assert await client.subscribe() == 93019


async def test_a_mention_arrives_and_is_answered_by_a_stream() -> None:
    async with running() as desk, connected(desk) as client:
        people = desk.cloud.people
        assert not (await people.say("lisi", GROUP, "随便聊聊")).told.delivered
        assert (await people.say("ZhangSan", GROUP, "@续约助手 到期")).told.delivered
        frame = await client.next()
        assert frame["cmd"] == "aibot_msg_callback"
        assert frame["body"]["from"] == {"userid": "ZhangSan"}
        heard = heard_json(frame["body"], reply_to=frame["headers"]["req_id"], name="续约助手")
        assert isinstance(heard, Said)
        assert heard.text.endswith("到期")
        assert heard.chat.group_id == "wrFakeChat0001"

        assert await client.code("aibot_respond_msg", stream("正在查询…"), heard.reply_to) == 0
        assert desk.cloud.words(GROUP) == ["正在查询…"]
        done = stream("**3** 份", finish=True)
        assert await client.code("aibot_respond_msg", done, heard.reply_to) == 0
        assert desk.cloud.words(GROUP) == ["**3** 份"]
        assert desk.newest(GROUP).revision == 1
        assert await client.code("aibot_respond_msg", stream("late"), heard.reply_to) == 846608


async def test_a_message_is_answered_in_any_form_for_a_day() -> None:
    async with running() as desk, connected(desk) as client:
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        req_id = (await client.next())["headers"]["req_id"]
        whole = stream("ok", finish=True, template_card=card("t9")["template_card"])
        whole["msgtype"] = "stream_with_template_card"
        answers = [markdown("**3**"), card("t1"), whole, {"msgtype": "text", "text": {}}]
        codes = [await client.code("aibot_respond_msg", body, req_id) for body in answers]
        assert codes == [0, 0, 0, 40008]
        assert desk.cloud.words("bot:lisi") == ["**3**", "华为 续约", "ok", "华为 续约"]
        assert await client.code("aibot_respond_msg", markdown("x"), "made-up") == 846605
        desk.time.pass_by(seconds=361)
        assert await client.code("aibot_respond_msg", stream("x", number="S2"), req_id) == 846608
        assert await client.code("aibot_respond_msg", markdown("x"), req_id) == 0
        desk.time.pass_by(hours=24)
        assert await client.code("aibot_respond_msg", markdown("x"), req_id) == 846605


async def test_a_bot_may_not_begin_where_nobody_spoke_to_it() -> None:
    async with running() as desk, connected(desk) as client:
        pushed = {"chatid": "wrFakeChat0001", "chat_type": 2, **markdown("到期")}
        assert await client.code("aibot_send_msg", pushed) == 846607
        await desk.cloud.people.say("lisi", GROUP, "@续约助手 你好")
        await client.next()
        assert await client.code("aibot_send_msg", pushed) == 0
        assert await client.code("aibot_send_msg", {**pushed, "chat_type": 0}) == 0
        assert desk.cloud.words(GROUP) == ["到期", "到期"]
        desk.cloud.break_the_ice(["bot:lisi"])
        assert await client.code("aibot_send_msg", {**pushed, "chatid": "LiSi"}) == 93006
        assert (
            await client.code("aibot_send_msg", {**pushed, "chatid": "LiSi", "chat_type": 1}) == 0
        )
        assert desk.cloud.words("bot:lisi") == ["到期"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chatid": "wrGone"}, 93006),
        ({"chatid": "wrOther"}, 93008),
        ({"chatid": 3}, 93006),
        ({"msgtype": "text", "text": {"content": "x"}}, 40008),
        ({"msgtype": "markdown_v2", "markdown_v2": {"content": "x"}}, 40008),
        (markdown("好" * 6_827), 45002),
        (markdown(""), 44004),
        ({"msgtype": "file", "file": {"media_id": "made-up"}}, 40007),
        (card("bad id"), 40058),
    ],
)
async def test_what_cannot_be_pushed(change: Json, code: int) -> None:
    made = company()
    made.gather("wrOther", ["lisi"], has_bot=False)
    async with running(made) as desk, connected(desk) as client:
        desk.cloud.break_the_ice([GROUP])
        body = {"chatid": "wrFakeChat0001", **markdown("x"), **change}
        assert await client.code("aibot_send_msg", body) == code


async def test_thirty_a_minute_in_one_chat_replies_and_pushes_together() -> None:
    async with running() as desk, connected(desk) as client:
        await desk.cloud.people.say("lisi", GROUP, "@续约助手 到期")
        req_id = (await client.next())["headers"]["req_id"]
        pushed = {"chatid": "wrFakeChat0001", **markdown("x")}
        codes = [await client.code("aibot_send_msg", pushed) for _ in range(29)]
        codes += [await client.code("aibot_respond_msg", stream("1"), req_id)]
        codes += [await client.code("aibot_respond_msg", stream("2", finish=True), req_id)]
        assert codes == [0] * 31
        assert await client.code("aibot_respond_msg", markdown("x"), req_id) == 45009
        assert await client.code("aibot_send_msg", pushed) == 45009
        desk.time.pass_by(seconds=60)
        assert await client.code("aibot_send_msg", pushed) == 0


async def test_groups_may_refuse_cards() -> None:
    made = company()
    assert made.aibot is not None
    made.set_up(replace(made.aibot, cards_in_groups=False))
    async with running(made) as desk, connected(desk) as client:
        desk.cloud.break_the_ice([GROUP, "bot:lisi"])
        assert await client.code("aibot_send_msg", {"chatid": "wrFakeChat0001", **card()}) == 40008
        assert await client.code("aibot_send_msg", {"chatid": "lisi", **card()}) == 0


async def test_a_tap_is_told_and_changes_the_card_for_everybody_or_for_some() -> None:
    async with running() as desk, connected(desk) as client:
        desk.cloud.break_the_ice([GROUP])
        await client.code("aibot_send_msg", {"chatid": "wrFakeChat0001", **card()})
        shown = desk.newest(GROUP)
        people = desk.cloud.people
        await people.tap("lisi", GROUP, shown.id, "claim 42")
        frame = await client.next()
        req_id = frame["headers"]["req_id"]
        heard = heard_json(frame["body"], reply_to=req_id)
        assert isinstance(heard, Tapped)
        assert (heard.key, heard.task_id) == ("claim 42", "task-1")
        assert frame["body"]["event"]["eventtype"] == "template_card_event"

        assert await client.code("aibot_respond_msg", markdown("x"), req_id) == 846605
        assert await client.code("aibot_respond_update_msg", update(task_id="t2"), req_id) == 42014
        some = {**update(), "userids": ["LiSi"]}
        assert await client.code("aibot_respond_update_msg", some, req_id) == 0
        seen = desk.newest(GROUP)
        assert seen.payload["template_card"]["main_title"]["title"] == "华为 续约"
        assert seen.faces[2]["template_card"]["main_title"]["title"] == "已认领"
        with pytest.raises(LookupError):
            await people.tap("lisi", GROUP, shown.id, "claim 42")

        await people.tap("zhangsan", GROUP, shown.id, "claim 42")
        req_id = (await client.next())["headers"]["req_id"]
        desk.time.pass_by(seconds=6)
        assert await client.code("aibot_respond_update_msg", update(), req_id) == 846605
        await people.tap("zhangsan", GROUP, shown.id, "snooze 42")
        req_id = (await client.next())["headers"]["req_id"]
        assert await client.code("aibot_respond_update_msg", update(), req_id) == 0
        assert desk.cloud.words(GROUP) == ["已认领"]
        assert not desk.newest(GROUP).faces


async def test_what_was_picked_travels_with_the_tap() -> None:
    asked = {
        "card_type": "multiple_interaction",
        "main_title": {"title": "记录跟进"},
        "select_list": [
            {"question_key": "kind", "option_list": [{"id": "call", "text": "电话"}]},
            {
                "question_key": "result",
                "selected_id": "none",
                "option_list": [{"id": "ok", "text": "好"}, {"id": "none", "text": "无"}],
            },
        ],
        "submit_button": {"text": "提交", "key": "log 42"},
        "task_id": "form-1",
    }
    async with running() as desk, connected(desk) as client:
        desk.cloud.break_the_ice(["bot:lisi"])
        form = {"msgtype": "template_card", "template_card": asked}
        assert await client.code("aibot_send_msg", {"chatid": "lisi", **form}) == 0
        shown = desk.newest("bot:lisi")
        tap = desk.cloud.people.tap
        for key, picked in [("other", {}), ("log 42", {"kind": ["fax"]}), ("log 42", {"x": ["y"]})]:
            with pytest.raises(LookupError):
                await tap("lisi", "bot:lisi", shown.id, key, picked)
        await tap("lisi", "bot:lisi", shown.id, "log 42", {"result": ["ok"]})
        heard = heard_json((await client.next())["body"])
        assert isinstance(heard, Tapped)
        assert dict(heard.selected) == {"kind": ("call",), "result": ("ok",)}


async def test_whoever_opens_the_chat_is_greeted_within_five_seconds() -> None:
    async with running() as desk, connected(desk) as client:
        await desk.cloud.people.enter("lisi", "bot:lisi")
        frame = await client.next()
        assert isinstance(heard_json(frame["body"]), Entered)
        req_id = frame["headers"]["req_id"]
        hello = {"msgtype": "text", "text": {"content": "您好"}}
        assert await client.code("aibot_respond_update_msg", update(), req_id) == 846605
        assert await client.code("aibot_respond_welcome_msg", hello, req_id) == 0
        assert desk.cloud.words("bot:lisi") == ["您好"]
        desk.time.pass_by(seconds=6)
        assert await client.code("aibot_respond_welcome_msg", hello, req_id) == 846605


async def test_a_file_is_uploaded_in_parts_and_sent() -> None:
    content = bytes(range(256)) * 2_400
    parts = [content[: 512 << 10], content[512 << 10 :]]
    begun = {
        "type": "file",
        "filename": "到期.xlsx",
        "total_size": len(content),
        "total_chunks": 2,
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }
    async with running() as desk, connected(desk) as client:
        upload_id = (await client.ask("aibot_upload_media_init", begun))["body"]["upload_id"]

        def chunk(number: int) -> Json:
            data = base64.b64encode(parts[number]).decode()
            return {"upload_id": upload_id, "chunk_index": number, "base64_data": data}

        assert await client.code("aibot_upload_media_chunk", chunk(1)) == 0
        finish = {"upload_id": upload_id}
        assert await client.code("aibot_upload_media_finish", finish) == 40058
        assert await client.code("aibot_upload_media_chunk", chunk(0)) == 0
        finished = (await client.ask("aibot_upload_media_finish", finish))["body"]
        assert finished["type"] == "file"

        desk.cloud.break_the_ice([GROUP])
        file = {"msgtype": "file", "file": {"media_id": finished["media_id"]}}
        assert await client.code("aibot_send_msg", {"chatid": "wrFakeChat0001", **file}) == 0
        assert desk.cloud.file_of(desk.newest(GROUP).id) == ("到期.xlsx", content)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "zip"}, 40004),
        ({"filename": ""}, 40058),
        ({"total_size": 3}, 40006),
        ({"total_chunks": 2}, 40058),
    ],
)
async def test_uploads_that_cannot_begin(change: Json, code: int) -> None:
    begun = {"type": "file", "filename": "a.csv", "total_size": 600, "total_chunks": 1}
    async with running() as desk, connected(desk) as client:
        assert await client.code("aibot_upload_media_init", {**begun, **change}) == code


async def test_a_file_given_to_the_bot_is_encrypted_for_five_minutes() -> None:
    async with running() as desk, connected(desk) as client:
        give = desk.cloud.people.give_file
        with pytest.raises(LookupError):
            await give("lisi", GROUP, "合同.csv", b"a,b")
        await give("lisi", "bot:lisi", "合同.csv", "客户,到期日".encode())
        heard = heard_json((await client.next())["body"])
        assert isinstance(heard, Said)
        assert heard.file is not None
        async with desk.session.get(heard.file.url) as response:
            assert response.content_disposition is not None
            assert response.content_disposition.filename == "合同.csv"
            locked = await response.read()
        assert decrypted_file(locked, heard.file.aes_key).decode() == "客户,到期日"
        desk.time.pass_by(seconds=301)
        async with desk.session.get(heard.file.url) as response:
            assert response.status == 404


async def test_ids_are_hidden_when_the_creator_is_no_super_administrator() -> None:
    made = company()
    assert made.aibot is not None
    made.set_up(replace(made.aibot, super_admin=False))
    async with running(made) as desk, connected(desk) as client:
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        hidden = (await client.next())["body"]["from"]["userid"]
        assert hidden == made.members["lisi"].open_userid
        assert await client.code("aibot_send_msg", {"chatid": hidden, **markdown("x")}) == 0
        assert desk.cloud.words("bot:lisi") == ["x"]


async def test_a_new_subscription_kicks_the_old_one() -> None:
    async with running() as desk, connected(desk) as old, connected(desk) as new:
        frame = await old.next()
        assert isinstance(heard_json(frame["body"]), Kicked)
        assert (await old.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert old.socket.close_code == 1000
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        assert (await new.next())["cmd"] == "aibot_msg_callback"


async def test_what_is_said_while_nobody_is_connected_is_lost() -> None:
    async with running() as desk:
        async with connected(desk) as client:
            await client.socket.close()
        done = await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        assert not done.told.delivered
        assert desk.newest("bot:lisi").text == "到期"


async def test_what_is_no_frame_is_passed_over() -> None:
    async with running() as desk, connected(desk) as client:
        for text in ("{", "[]", "3", '"x"', "[" * 100_000):
            await client.socket.send_str(text)
        assert await client.code("aibot_send_msg") == 40058
        assert await client.code("made_up", {}) == 40058
        await client.socket.send_json({"cmd": "ping", "headers": "none"})
        assert (await client.next())["errcode"] == 0


async def test_stopping_closes_lines_at_once() -> None:
    loop = asyncio.get_running_loop()
    async with running() as desk, connected(desk) as client:
        begun = loop.time()
        stopping = asyncio.create_task(desk.cloud.stop())
        assert (await client.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await stopping
        assert loop.time() - begun < 1
        assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.CLOSE_1000, aiohttp.WSMsgType.CLOSE),
        (Fault.CLOSE_1011, aiohttp.WSMsgType.CLOSE),
        (Fault.ABORT, aiohttp.WSMsgType.CLOSED),
    ],
)
async def test_a_line_can_be_cut(fault: Fault, kind: aiohttp.WSMsgType) -> None:
    faults = Faults()
    async with running(hook=faults) as desk, connected(desk) as client:
        faults.script("ping", fault)
        await client.send("ping")
        message = await client.socket.receive()
        assert message.type is kind
        code = {Fault.CLOSE_1000: 1000, Fault.CLOSE_1011: 1011, Fault.ABORT: 1006}[fault]
        assert client.socket.close_code == code


async def test_frames_can_come_twice_late_and_in_another_order() -> None:
    faults = Faults()
    async with running(hook=faults) as desk, connected(desk) as client:
        faults.script("aibot_msg_callback", Fault.HELD, Fault.HELD, Fault.TWICE)
        for line in ("一", "二", "三"):
            await desk.cloud.people.say("lisi", "bot:lisi", line)
        await faults.release(backwards=True)
        frames = [await client.next() for _ in range(4)]
        assert [frame["body"]["text"]["content"] for frame in frames] == ["三", "三", "二", "一"]
        assert frames[0] == frames[1]


async def test_an_acknowledgement_can_be_lost_or_be_any_code() -> None:
    faults = Faults()
    async with running(hook=faults) as desk, connected(desk) as client:
        desk.cloud.break_the_ice(["bot:lisi"])
        pushed = {"chatid": "lisi", **markdown("x")}
        faults.script("aibot_send_msg", Fault.TAKEN_LOST, 45009)
        await client.send("aibot_send_msg", pushed)
        assert await client.code("aibot_send_msg", pushed) == 45009
        assert desk.cloud.words("bot:lisi") == ["x"]
        faults.script("ping", Fault.LOST)
        await client.send("ping")
        assert await client.code("ping") == 0


async def test_a_line_can_be_kicked_at_any_frame() -> None:
    faults = Faults()
    async with running(hook=faults) as desk, connected(desk) as client:
        faults.kick = desk.cloud.lines.kick
        faults.script("ping", Fault.KICK)
        assert await client.code("ping") == 0
        assert isinstance(heard_json((await client.next())["body"]), Kicked)
        assert (await client.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert not desk.cloud.lines.connected


async def test_a_half_open_line_carries_nothing() -> None:
    faults = Faults()
    async with running(hook=faults) as desk, connected(desk) as client:
        faults.half_open = True
        done = await desk.cloud.people.say("lisi", "bot:lisi", "lost")
        assert done.told.delivered
        faults.calm()
        await desk.cloud.people.say("lisi", "bot:lisi", "heard")
        assert (await client.next())["body"]["text"]["content"] == "heard"

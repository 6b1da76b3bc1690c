"""Callbacks of the loopback cloud, with the product's own envelope on the other side."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from bot.loopback.wecom.company import CallbackUrl, Company
from bot.loopback.wecom.envelope import new_aes_key
from bot.loopback.wecom.hook import Hook
from bot.loopback.wecom.limits import Timing
from bot.wecom import aibot_json, app_xml
from bot.wecom.envelope import Envelope, query_of
from bot.wecom.heard import ContactChanged, Entered, Heard, Polled, Said, Tapped
from bot.wecom.media_crypto import decrypted_file
from tests.fakes.wecom import Fault, Faults
from tests.wecom.clouds import (
    AGENT,
    CLAIMED,
    CORP,
    CloudDesk,
    card,
    codes,
    markdown,
    running,
)

Json = dict[str, Any]
GROUP = "group:wrFakeChat0001"
QUICK = Timing(poll_s=0.0)


@dataclass
class Product:
    """Two doors as the product has them; `answers` are what they say next, empty when none is left.

    An answer is a plain text to seal, a status, or bytes as they are.
    """

    clock: Callable[[], Any]
    app: Envelope
    aibot: Envelope
    heard: list[Heard] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    answers: list[str | int | bytes] = field(default_factory=list)

    async def echo(self, request: web.Request) -> web.Response:
        """The check of an address."""
        envelope = self.app if request.path.endswith("callback") else self.aibot
        query = query_of(request.url.raw_query_string)
        return web.Response(text=envelope.echo(query, self.clock()))

    async def callback(self, request: web.Request) -> web.Response:
        """What an app is told."""
        query = query_of(request.url.raw_query_string)
        opened = self.app.open(query, app_xml.encrypted_of(await request.read()), self.clock())
        self.plain.append(opened.decode())
        self.heard.append(app_xml.heard_xml(opened))
        return self._answer(
            lambda text: app_xml.envelope_xml(self.app.seal(text, query["nonce"], self.clock()))
        )

    async def bot(self, request: web.Request) -> web.Response:
        """What an AI bot is told."""
        query = query_of(request.url.raw_query_string)
        sealed = aibot_json.encrypted_of_json(await request.read())
        opened = self.aibot.open(query, sealed, self.clock())
        self.plain.append(opened.decode())
        self.heard.append(aibot_json.heard_json(opened))
        return self._answer(
            lambda text: aibot_json.envelope_json(
                self.aibot.seal(text, query["nonce"], self.clock())
            )
        )

    def _answer(self, sealed: Callable[[str], str]) -> web.Response:
        answer = self.answers.pop(0) if self.answers else b""
        match answer:
            case int():
                return web.Response(status=answer)
            case bytes():
                return web.Response(body=answer)
        return web.Response(text=sealed(answer))


@asynccontextmanager
async def working(
    made: Company | None = None, *, hook: Hook | None = None, timing: Timing = QUICK
) -> AsyncIterator[tuple[CloudDesk, Product]]:
    """A cloud and a product that knows its callbacks."""
    keys = new_aes_key(), new_aes_key()
    async with running(made, hook=hook, timing=timing) as desk:
        product = Product(
            desk.time, Envelope("token-a", keys[0], CORP), Envelope("token-b", keys[1], "")
        )
        app = web.Application()
        app.router.add_get("/wecom/{door}", product.echo)
        app.router.add_post("/wecom/callback", product.callback)
        app.router.add_post("/wecom/aibot", product.bot)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site = "http://{}:{}".format(*runner.addresses[0][:2])
        desk.cloud.callback_to(
            app=CallbackUrl(f"{site}/wecom/callback", "token-a", keys[0]),
            aibot=CallbackUrl(f"{site}/wecom/aibot", "token-b", keys[1]),
        )
        try:
            yield desk, product
        finally:
            await runner.cleanup()


def reply_xml(**fields: str) -> str:
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<xml><ToUserName>lisi</ToUserName><CreateTime>1</CreateTime>{body}</xml>"


def stream(content: str, *, finish: bool = False) -> str:
    said = {"id": "S1", "finish": finish, "content": content}
    return json.dumps({"msgtype": "stream", "stream": said}, ensure_ascii=False)


async def test_saving_an_address_asks_for_the_echo_string() -> None:
    async with working() as (desk, _):
        assert await desk.cloud.verify() == {"app": "", "aibot": ""}
        made = desk.cloud.company
        callback = made.apps[AGENT].callback
        assert callback is not None
        desk.cloud.callback_to(app=replace(callback, url=callback.url + "/gone"))
        assert (await desk.cloud.verify())["app"] == "status 404"
        desk.cloud.callback_to(app=replace(callback, url="http://127.0.0.1:1/"))
        assert (await desk.cloud.verify())["app"] == "status 0"


async def test_a_line_reaches_the_product_and_its_passive_text_the_chat() -> None:
    async with working() as (desk, product):
        product.answers = [
            app_xml.text_reply_xml(to="lisi", corp_id=CORP, text="a]]>b", at=desk.time())
        ]
        said = "续约 ]]> <到期>"
        done = await desk.cloud.people.say("ZhangSan", "user:zhangsan", said)
        assert (done.told.status, done.told.attempts, done.told.fault) == (200, 1, "")
        (heard,) = product.heard
        assert isinstance(heard, Said)
        assert (heard.text, heard.chat.userid) == (said, "zhangsan")
        assert desk.cloud.words("user:zhangsan") == ["a]]>b"]
        assert done.shown is not None
        assert done.shown.text == said


async def test_only_200_is_success_and_three_attempts_are_made() -> None:
    async with working() as (desk, product):
        product.answers = [500, 302, 204, 404]
        done = await desk.cloud.people.say("lisi", "user:lisi", "到期")
        assert (done.told.delivered, done.told.attempts, done.told.status) == (False, 3, 204)
        again = await desk.cloud.people.say("lisi", "user:lisi", "到期")
        assert (again.told.delivered, again.told.attempts) == (True, 2)
        ids = [heard.id for heard in product.heard if isinstance(heard, Said)]
        assert len(ids) == 5
        assert len(set(ids)) == 2


async def test_an_answer_that_takes_too_long_is_none() -> None:
    async with working(timing=Timing(callback_s=0.01)) as (desk, _):
        hanging = asyncio.Event()

        async def hang(_request: web.Request) -> web.Response:
            await hanging.wait()
            return web.Response()

        app = web.Application()
        app.router.add_post("/", hang)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = "http://{}:{}/".format(*runner.addresses[0][:2])
        callback = desk.cloud.company.apps[AGENT].callback
        assert callback is not None
        desk.cloud.callback_to(app=replace(callback, url=address))
        done = await desk.cloud.people.say("lisi", "user:lisi", "到期")
        assert (done.told.status, done.told.attempts) == (0, 3)
        hanging.set()
        await runner.cleanup()


@pytest.mark.parametrize(
    "answer",
    [
        b"success",
        b"<xml><Encrypt>x</Encrypt></xml>",
        reply_xml(MsgType="sticker"),
        reply_xml(MsgType="text", Content=""),
        "no xml",
    ],
)
async def test_an_unreadable_passive_reply_shows_nothing(answer: str | bytes) -> None:
    async with working() as (desk, product):
        product.answers = [answer]
        done = await desk.cloud.people.say("lisi", "user:lisi", "到期")
        assert done.told.fault
        assert not desk.cloud.ledger.sent
        assert desk.cloud.ledger.codes("passive reply") == [40058]


async def test_a_tap_on_an_apps_card_brings_a_code_that_changes_it_for_all() -> None:
    async with working() as (desk, product):
        await desk.send(card(), "zhangsan|lisi")
        shown = desk.newest("user:lisi")
        done = await desk.cloud.people.tap("lisi", "user:lisi", shown.id, "claim 42")
        assert done.told.delivered
        (tapped,) = product.heard
        assert isinstance(tapped, Tapped)
        assert (tapped.key, tapped.task_id) == ("claim 42", "task-1")
        assert tapped.card_type == "button_interaction"
        body = {"agentid": AGENT, "response_code": tapped.response_code, "atall": 1}
        changed = await desk.ask("message/update_template_card", {**body, "template_card": CLAIMED})
        assert codes(changed) == [0]
        assert desk.cloud.words("user:zhangsan") == desk.cloud.words("user:lisi") == ["已认领"]


async def test_a_passive_update_changes_the_card_only_for_who_tapped() -> None:
    async with working() as (desk, product):
        await desk.send(card(), "zhangsan|lisi")
        shown = desk.newest("user:lisi")
        product.answers = [
            reply_xml(
                MsgType="update_template_card",
                TemplateCard="<CardType>text_notice</CardType><MainTitle><Title>已认领</Title>"
                "</MainTitle><HorizontalContentList><KeyName>负责人</KeyName><Value>李四</Value>"
                "</HorizontalContentList><JumpList><Title>一</Title></JumpList><JumpList>"
                "<Title>二</Title></JumpList><JumpList><Title>三</Title></JumpList><CardAction><Type>1</Type><Url>https://e.invalid</Url>"
                "</CardAction>",
            )
        ]
        await desk.cloud.people.tap("lisi", "user:lisi", shown.id, "claim 42")
        assert desk.cloud.words("user:lisi") == ["已认领"]
        assert desk.cloud.words("user:zhangsan") == ["华为 续约"]
        face = desk.newest("user:lisi").payload["template_card"]
        assert [jump["title"] for jump in face["jump_list"]] == ["一", "二", "三"]
        assert face["horizontal_content_list"] == [{"keyname": "负责人", "value": "李四"}]

        other = desk.newest("user:zhangsan")
        product.answers = [
            reply_xml(MsgType="update_button", Button="<ReplaceName>稍后</ReplaceName>")
        ]
        await desk.cloud.people.tap("zhangsan", "user:zhangsan", other.id, "snooze 42")
        face = desk.newest("user:zhangsan").payload["template_card"]
        assert face["replace_text"] == "稍后"


async def test_what_was_picked_in_the_app_travels_with_the_tap() -> None:
    options = [{"id": "a", "text": "甲", "is_checked": True}, {"id": "b", "text": "乙"}]
    vote = {
        "card_type": "vote_interaction",
        "main_title": {"title": "原因"},
        "checkbox": {"question_key": "q1", "mode": 1, "option_list": options},
        "submit_button": {"text": "提交", "key": "lost 42"},
        "task_id": "vote-5",
    }
    async with working() as (desk, product):
        await desk.send({"msgtype": "template_card", "template_card": vote})
        shown = desk.newest("user:zhangsan")
        tap = desk.cloud.people.tap
        await tap("zhangsan", "user:zhangsan", shown.id, "lost 42")
        await tap("zhangsan", "user:zhangsan", shown.id, "lost 42", {"q1": ["a", "b"]})
        picked = [dict(heard.selected) for heard in product.heard if isinstance(heard, Tapped)]
        assert picked == [{"q1": ("a",)}, {"q1": ("a", "b")}]


async def test_a_cards_menu_is_another_event() -> None:
    menu = {"desc": "更多", "action_list": [{"text": "稍后", "key": "snooze 42"}]}
    notice = {**CLAIMED, "task_id": "t2", "action_menu": menu}
    async with working() as (desk, product):
        await desk.send({"msgtype": "template_card", "template_card": notice})
        shown = desk.newest("user:zhangsan")
        await desk.cloud.people.tap("zhangsan", "user:zhangsan", shown.id, "snooze 42")
        assert "template_card_menu_event" in product.plain[0]
        assert isinstance(product.heard[0], Tapped)


async def test_opening_the_app_for_the_first_time_is_subscribing() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.enter("lisi", "user:lisi")
        await desk.cloud.people.enter("lisi", "user:lisi")
        entered = [heard for heard in product.heard if isinstance(heard, Entered)]
        assert [heard.first for heard in entered] == [True, False, False]
        await desk.cloud.people.pick("lisi", "MENU_DUE")
        assert "<EventKey><![CDATA[MENU_DUE]]></EventKey>" in product.plain[-1]


async def test_a_file_given_to_the_app_is_fetched_by_its_id() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.give_file("lisi", "user:lisi", "合同.csv", b"a,b,c,d")
        (heard,) = product.heard
        assert isinstance(heard, Said)
        assert heard.file is not None
        assert await desk.download(heard.file.media_id) == ("合同.csv", b"a,b,c,d")


async def test_who_leaves_the_company_is_reported_and_gone() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.change_userid("lisi", "lisi2")
        await desk.cloud.people.leave_company("ZhangSan")
        renamed, left = product.heard
        assert isinstance(renamed, ContactChanged)
        assert (renamed.userid, renamed.new_userid) == ("lisi", "lisi2")
        assert isinstance(left, ContactChanged)
        assert (left.change, left.userid) == ("delete_user", "zhangsan")
        assert codes(await desk.ask("user/get", userid="zhangsan")) == [60111]
        assert desk.cloud.company.groups["wrFakeChat0001"].members == {"lisi2"}


async def test_a_bots_stream_is_polled_until_it_is_finished() -> None:
    async with working() as (desk, product):
        product.answers = [stream("正在查询…"), stream("还在查"), 500, stream("**3**", finish=True)]
        await desk.cloud.people.say("lisi", GROUP, "@续约助手 到期")
        await desk.cloud.settled()
        said, *polls = product.heard
        assert isinstance(said, Said)
        assert said.response_url.startswith(desk.cloud.api_url)
        assert {poll.stream_id for poll in polls if isinstance(poll, Polled)} == {"S1"}
        assert len(polls) == 3
        assert desk.cloud.words(GROUP) == ["**3**"]


async def test_a_stream_that_never_ends_is_given_up() -> None:
    async with working(timing=Timing(poll_s=0.0, stream_s=0.05)) as (desk, product):
        product.answers = [stream("正在查询…")]
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        await desk.cloud.settled()
        assert desk.cloud.words("bot:lisi") == ["正在查询…"]


async def test_a_response_url_takes_one_late_answer() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        (said,) = product.heard
        assert isinstance(said, Said)

        async def late(body: Json) -> Json:
            async with desk.session.post(said.response_url, json=body) as response:
                answer: Json = await response.json()
            return answer

        wrong = await late({"response_type": "update_template_card", "template_card": CLAIMED})
        first, second = await late(markdown("**3**")), await late(markdown("again"))
        assert codes(wrong, first, second) == [40008, 0, 42022]
        assert desk.cloud.words("bot:lisi") == ["**3**"]


async def test_a_response_url_lives_for_an_hour() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        (said,) = product.heard
        assert isinstance(said, Said)
        desk.time.pass_by(hours=1)
        async with desk.session.post(said.response_url, json=markdown("late")) as response:
            assert codes(await response.json()) == [846605]


async def test_a_bots_card_is_changed_in_the_answer_to_the_tap() -> None:
    async with working() as (desk, product):
        product.answers = [json.dumps(card()), ""]
        await desk.cloud.people.say("lisi", GROUP, "@续约助手 到期")
        shown = desk.newest(GROUP)
        update = {"response_type": "update_template_card", "template_card": CLAIMED}
        product.answers = [json.dumps(update)]
        done = await desk.cloud.people.tap("zhangsan", GROUP, shown.id, "claim 42")
        assert done.told.fault == ""
        assert desk.cloud.words(GROUP) == ["已认领"]
        tapped = product.heard[-1]
        assert isinstance(tapped, Tapped)
        assert tapped.chat.group_id == "wrFakeChat0001"


async def test_a_bots_welcome_is_a_text() -> None:
    async with working() as (desk, product):
        product.answers = [json.dumps({"msgtype": "text", "text": {"content": "您好"}})]
        await desk.cloud.people.enter("lisi", "bot:lisi")
        assert desk.cloud.words("bot:lisi") == ["您好"]


async def test_a_callback_bots_files_are_locked_with_the_callbacks_key() -> None:
    async with working() as (desk, product):
        await desk.cloud.people.give_file("lisi", "bot:lisi", "合同.csv", b"a,b,c,d")
        (heard,) = product.heard
        assert isinstance(heard, Said)
        assert heard.file is not None
        assert heard.file.aes_key == ""
        callback = desk.cloud.company.aibot
        assert callback is not None
        assert callback.callback is not None
        async with desk.session.get(heard.file.url) as response:
            locked = await response.read()
        key = base64.b64encode(base64.b64decode(callback.callback.aes_key + "=")).decode()
        assert decrypted_file(locked, key) == b"a,b,c,d"


async def test_callbacks_can_come_twice_late_and_in_another_order() -> None:
    faults = Faults()
    async with working(hook=faults) as (desk, product):
        say = desk.cloud.people.say
        faults.script("callback", Fault.HELD, Fault.HELD, Fault.TWICE, Fault.TAKEN_LOST, Fault.LOST)
        for line in ("一", "二", "三"):
            await say("lisi", "user:lisi", line)
        await faults.release(backwards=True)
        done = await say("lisi", "user:lisi", "四")
        assert (done.told.attempts, done.told.delivered) == (3, True)
        texts = [heard.text for heard in product.heard if isinstance(heard, Said)]
        assert texts == ["三", "三", "二", "一", "四", "四"]

"""The product's own adapters against the loopback cloud: nothing between them is made up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.base import Receipt
from bot.adapters.wecom_aibot import WecomAibot
from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_robot import WecomRobots
from bot.loopback.wecom.company import CallbackUrl, Company
from bot.loopback.wecom.envelope import new_aes_key
from bot.loopback.wecom.hook import Hook
from bot.wecom.aibot_json import card_update, heard_json
from bot.wecom.api import WecomApi
from bot.wecom.connection import Login
from bot.wecom.heard import Said, Tapped
from bot.wecom.keeping import LongConnection
from messages.i18n import Phrasebook
from messages.model import Attachment, Button, Heading, Message
from scoring.errors import DeliveryError, OutcomeUnknown, RateLimited, RecipientGone
from scoring.model import Locale
from storage.posts import Post
from storage.store import Store
from tests.databases import SqliteFiles
from tests.fakes.wecom import Fault, Faults
from tests.wecom.clouds import AGENT, CLAIMED, CORP, CloudDesk, company, markdown, running, text

GROUP = "group:wrFakeChat0001"
CARD = Message("Claim it", (Heading("Claim it"),), (Button("Claim", "claim R-1"),))
BOOK = Phrasebook(Locale.EN)
TABLE = Attachment("到期 表.xlsx", "application/octet-stream", b"0123456789" * 100)
PICTURE = Attachment("图.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(100))


@pytest.fixture
async def book(sqlite_files: SqliteFiles) -> AsyncIterator[Store]:
    """A store; what is tried here is the same on each database."""
    with sqlite_files.fresh() as url:
        opened = Store.open(url)
        yield opened
        await opened.close()


@asynccontextmanager
async def app_at_work(
    book: Store, hook: Hook | None = None
) -> AsyncIterator[tuple[CloudDesk, WecomApp]]:
    async with running(with_callback(), hook=hook) as desk:
        api = WecomApi(
            book,
            api_url=desk.cloud.api_url,
            corp_id=CORP,
            secret=SecretStr("app-secret"),
            clock=desk.time,
        )
        try:
            yield desk, WecomApp(api, AGENT, clock=desk.time)
        finally:
            await api.close()


def with_callback() -> Company:
    made = company()
    app = made.apps[AGENT]
    nowhere = CallbackUrl("http://127.0.0.1:1/", "t", new_aes_key())
    made.set_up(replace(app, callback=nowhere))
    return made


def post_of(receipt: Receipt, place: str, desk: CloudDesk) -> Post:
    return Post(
        1,
        "wecom",
        place,
        receipt.message_id,
        "milestone",
        None,
        None,
        "k1",
        None,
        {},
        0,
        receipt.response_code,
        receipt.editable_until,
        desk.time(),
    )


async def test_a_card_of_the_app_is_sent_once_and_changed_once(book: Store) -> None:
    async with app_at_work(book) as (desk, app):
        place = "user:lisi"
        (payload,) = app.render(CARD, place, BOOK, "k1")
        receipt = await app.send(place, payload, "k1")
        assert receipt.response_code
        repeated = await app.send(place, payload, "k1")
        assert repeated.message_id == receipt.message_id
        assert desk.cloud.words(place) == ["Claim it"]

        changed = {"msgtype": "template_card", "template_card": CLAIMED}
        post = post_of(receipt, place, desk)
        await app.edit(post, changed)
        assert desk.cloud.words(place) == ["已认领"]
        with pytest.raises(RecipientGone):
            await app.edit(post, changed)


async def test_files_of_the_app_and_of_robots_keep_their_names(book: Store) -> None:
    async with app_at_work(book) as (desk, app):
        await app.give("user:lisi", TABLE)
        assert desk.cloud.file_of(desk.newest("user:lisi").id) == (TABLE.name, TABLE.content)
        robots = WecomRobots({"sales": SecretStr("robot-key")}, api_url=desk.cloud.api_url)
        try:
            await robots.give("robot:sales", TABLE)
            assert desk.newest("robot:sales").file == TABLE.name
            await robots.give("robot:sales", PICTURE)
            assert desk.newest("robot:sales").file == "picture.png"
        finally:
            await robots.close()


async def test_a_revoked_token_and_a_lost_answer_double_nothing(book: Store) -> None:
    faults = Faults()
    async with app_at_work(book, faults) as (desk, app):
        faults.revoke = desk.cloud.revoke_tokens
        faults.script("message/send", Fault.REVOKED, Fault.NONE, Fault.TAKEN_RESET)
        await app.send("user:lisi", text("一"), "k1")
        with pytest.raises(OutcomeUnknown):
            await app.send("user:lisi", text("二"), "k2")
        await app.send("user:lisi", text("二"), "k2")
        shown = desk.cloud.words("user:lisi")
        assert [words.partition("\n")[0] for words in shown] == ["一", "二"]


async def test_somebody_who_left_is_gone(book: Store) -> None:
    async with app_at_work(book) as (desk, app):
        # Nobody listens at the callback's address: three attempts, and the cloud goes on.
        await desk.cloud.people.leave_company("lisi")
        with pytest.raises(RecipientGone):
            await app.send("user:lisi", text("一"), "k1")


@dataclass
class Bot:
    """The product's long connection at work."""

    connection: LongConnection
    frames: asyncio.Queue[dict[str, Any]]
    adapter: WecomAibot


@asynccontextmanager
async def bot_at_work(
    book: Store, hook: Hook | None = None
) -> AsyncIterator[tuple[CloudDesk, Bot]]:
    async with running(hook=hook) as desk:
        frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        connection = LongConnection(
            book,
            Login("aibFakeBot0001", SecretStr("FAKESECRET")),
            clock=desk.time,
            on_frame=frames.put,
            url=desk.cloud.ws_url,
        )
        stop = asyncio.Event()
        running_on = asyncio.create_task(connection.run(stop))
        try:
            await in_touch(desk, frames)
            yield desk, Bot(connection, frames, WecomAibot(connection))
        finally:
            stop.set()
            await running_on


async def in_touch(desk: CloudDesk, frames: asyncio.Queue[dict[str, Any]]) -> None:
    """Until both ends know of each other: what was subscribed before is heard before."""
    async with asyncio.timeout(10):
        await desk.cloud.lines.until_connected()
        await desk.cloud.people.say("wangwu", "bot:wangwu", "在吗")
        await frames.get()


async def test_the_bot_hears_answers_pushes_and_repaints(book: Store) -> None:
    async with bot_at_work(book) as (desk, bot):
        with pytest.raises(DeliveryError) as unspoken:
            await bot.adapter.send(GROUP, markdown("x"), "k1")
        assert unspoken.value.code == "846607"
        await desk.cloud.people.say("lisi", GROUP, "@续约助手 到期")
        frame = await bot.frames.get()
        said = heard_json(frame["body"], reply_to=frame["headers"]["req_id"])
        assert isinstance(said, Said)
        body = markdown("**3** 份")
        await bot.connection.request("aibot_respond_msg", body, req_id=said.reply_to)
        (payload,) = bot.adapter.render(CARD, GROUP, BOOK, "k1")
        receipt = await bot.adapter.send(GROUP, payload, "k1")
        assert desk.cloud.words(GROUP) == ["**3** 份", "Claim it"]

        await desk.cloud.people.tap("lisi", GROUP, desk.newest(GROUP).id, "claim R-1")
        frame = await bot.frames.get()
        tapped = heard_json(frame["body"], reply_to=frame["headers"]["req_id"])
        assert isinstance(tapped, Tapped)
        assert tapped.task_id == receipt.message_id
        face = {**CLAIMED, "task_id": tapped.task_id}
        await bot.connection.request(
            "aibot_respond_update_msg", card_update(None, face), req_id=tapped.reply_to
        )
        assert desk.cloud.words(GROUP)[-1] == "已认领"
        await bot.adapter.give(GROUP, TABLE)
        assert desk.cloud.file_of(desk.newest(GROUP).id) == (TABLE.name, TABLE.content)


async def test_too_many_pushes_are_told_as_a_limit(book: Store) -> None:
    async with bot_at_work(book) as (desk, bot):
        desk.cloud.break_the_ice([GROUP])
        for number in range(30):
            await bot.adapter.send(GROUP, markdown(str(number)), f"k{number}")
        with pytest.raises(RateLimited):
            await bot.adapter.send(GROUP, markdown("more"), "k31")


@pytest.mark.parametrize("fault", [Fault.CLOSE_1000, Fault.CLOSE_1011, Fault.ABORT])
async def test_cut_off_the_bot_comes_back(book: Store, fault: Fault) -> None:
    faults = Faults()
    async with bot_at_work(book, faults) as (desk, bot):
        faults.script("aibot_msg_callback", fault)
        await desk.cloud.people.say("lisi", "bot:lisi", "一")
        await bot.frames.get()
        await in_touch(desk, bot.frames)
        await desk.cloud.people.say("lisi", "bot:lisi", "二")
        frame = await bot.frames.get()
        assert frame["body"]["text"]["content"] == "二"

"""Our client and adapters against the loopback WeCom, which checks what the real one checks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_robot import WecomRobots
from bot.loopback.wecom.company import CallbackUrl
from bot.loopback.wecom.ledger import Fate
from bot.wecom.api import WecomApi
from messages.i18n import Phrasebook
from messages.model import Attachment, Button, Heading, Message, Paragraph, plain
from messages.render.wecom_card import APP_CARD
from messages.render.wecom_notice import face_card
from scoring.errors import RecipientGone
from scoring.model import Locale
from storage.posts import Post
from storage.store import Store
from tests.sample_book import MONDAY
from tests.wecom.clouds import AGENT, CORP, CloudDesk, company, running

ZHANG = "user:zhangsan"
BOOK = Phrasebook(Locale.ZH)
HEADING = (Heading("华为：还有 30 天"), Paragraph(plain("尚未认领")))
ALERT = Message("华为：还有 30 天", HEADING, (Button("认领", "claim R-42"),))
XLSX = Attachment("续约 (1).xlsx", "application/vnd.ms-excel", b"PK\x03\x04..")


@dataclass
class Desk:
    """A cloud with our side of it."""

    cloud: CloudDesk
    api: WecomApi
    app: WecomApp
    robots: WecomRobots


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    """A running cloud, and our adapters for it."""
    made = company()
    callback = CallbackUrl("http://127.0.0.1:1/wecom/callback", "token", "A" * 43)
    made.apps[AGENT] = replace(made.apps[AGENT], callback=callback)
    async with running(made) as cloud:
        url = cloud.cloud.api_url
        api = WecomApi(
            store, api_url=url, corp_id=CORP, secret=SecretStr("app-secret"), clock=cloud.time
        )
        app = WecomApp(api, AGENT, clock=cloud.time, with_cards=True)
        robots = WecomRobots({"sales": SecretStr("robot-key")}, api_url=url)
        yield Desk(cloud, api, app, robots)
        await api.close()
        await robots.close()


def hanging(task_id: str, code: str | None) -> Post:
    return Post(1, "wecom", ZHANG, task_id, "", 1, 1, "", "", {}, 0, code, None, MONDAY)


async def test_a_repeated_alert_is_shown_once_and_another_with_equal_words_is_not_lost(
    desk: Desk,
) -> None:
    (words,) = desk.app.render(Message("s", (Paragraph(plain("请尽快跟进")),)), ZHANG, BOOK, "k")
    for key in ("k.0", "k.0", "l.0"):
        await desk.app.send(ZHANG, words, key)
    desk.cloud.time.pass_by(hours=3.5)
    await desk.app.send(ZHANG, words, "k.0")
    fates = [sent.fate for sent in desk.cloud.cloud.ledger.sent]
    assert fates == [Fate.SHOWN, Fate.REPEATED, Fate.SHOWN, Fate.REPEATED]


async def test_a_card_is_repeated_and_changed_once(desk: Desk) -> None:
    (card,) = desk.app.render(ALERT, ZHANG, BOOK, "task7")
    first = await desk.app.send(ZHANG, card, "task7.0")
    again = await desk.app.send(ZHANG, card, "task7.0")
    assert (first.message_id, again.message_id) == ("task7", "task7")
    assert again.response_code is None

    decided = Message("华为：已续约", (Heading("华为：已续约"),))
    face = face_card(decided, APP_CARD, "task7")
    await desk.app.edit(hanging("task7", first.response_code), face)
    shown = desk.cloud.newest(ZHANG).payload["template_card"]
    assert (shown["card_type"], shown["main_title"]["title"]) == ("text_notice", "华为：已续约")
    with pytest.raises(RecipientGone):
        await desk.app.edit(hanging("task7", first.response_code), face)


async def test_a_card_is_too_old_to_be_changed_after_72_hours(desk: Desk) -> None:
    (card,) = desk.app.render(ALERT, ZHANG, BOOK, "task7")
    receipt = await desk.app.send(ZHANG, card, "task7.0")
    assert receipt.editable_until is not None
    desk.cloud.time.now = receipt.editable_until
    with pytest.raises(RecipientGone):
        await desk.app.edit(hanging("task7", receipt.response_code), card)


async def test_nobody_is_reached_who_is_not_there(desk: Desk) -> None:
    with pytest.raises(RecipientGone):
        await desk.app.send("user:nobody", {"msgtype": "text", "text": {"content": "x"}}, "k.0")


async def test_files_arrive_under_their_names(desk: Desk) -> None:
    await desk.app.give(ZHANG, XLSX)
    hung = desk.cloud.newest(ZHANG)
    assert desk.cloud.cloud.file_of(hung.id) == (XLSX.name, XLSX.content)
    media_id = hung.payload["file"]["media_id"]
    assert await desk.api.download(media_id, most=1_000) == (XLSX.name, XLSX.content)
    await desk.robots.give("robot:sales", XLSX)
    assert desk.cloud.newest("robot:sales").file == XLSX.name


async def test_a_token_that_ran_out_is_replaced(desk: Desk) -> None:
    await desk.api.get("user/get", {"userid": "zhangsan"})
    desk.cloud.time.pass_by(hours=3)
    assert (await desk.api.get("user/get", {"userid": "zhangsan"}))["name"] == "张三"

"""The app's adapter: what goes out, what a receipt keeps, and how a card is changed once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_errors import CARD_SPENT
from bot.adapters.wecom_robot import WecomRobots
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.limits import WECOM_IMAGE_BYTES, octets
from messages.model import (
    Attachment,
    Button,
    Heading,
    Message,
    Paragraph,
    Span,
    plain,
)
from messages.render.wecom_check import check_wecom
from scoring.errors import DeliveryError, RecipientGone, Rejected
from scoring.model import Locale
from storage.posts import Post
from tests.fakes.wecom_api import FakeApi
from tests.wecom.api.conftest import START, Clock, OpenApi

AGENT = 1_000_002
LIN = "user:lin"
GROUP = "appchat:g1"
BOOK = Phrasebook(Locale.ZH)
TEXT = {"msgtype": "text", "text": {"content": "续约提醒"}}
ALERT = Message(
    "华为：还有 30 天",
    (Heading("华为：还有 30 天"), Paragraph(plain("尚未认领"))),
    (Button("认领", "claim R-42"), Button("查看", "show R-42")),
)


@pytest.fixture
def app(open_api: OpenApi, clock: Clock) -> WecomApp:
    """The adapter, on the fake's app."""
    return WecomApp(open_api(), AGENT, clock=clock.read)


def hanging(task_id: str, code: str | None) -> Post:
    return Post(1, "wecom", LIN, task_id, "milestone", 1, 1, "k.0", "k", {}, 0, code, None, START)


async def failing(call: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await call
    return caught.value


async def test_a_text_goes_to_one_member_with_the_check_for_repeats(
    wecom: FakeApi, app: WecomApp
) -> None:
    receipt = await app.send(LIN, TEXT, "k.0")
    (body,) = wecom.bodies("message/send")
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("lin", AGENT, "text")
    assert (body["enable_duplicate_check"], body["duplicate_check_interval"]) == (1, 14_400)
    assert body["text"]["content"].startswith("续约提醒\n")
    assert receipt.message_id.startswith("m")
    # It can never be changed.
    assert (receipt.response_code, receipt.editable_until) == (None, START)


@pytest.mark.parametrize(
    "payload",
    [TEXT, {"msgtype": "markdown", "markdown": {"content": "**续约**"}}],
    ids=["text", "markdown"],
)
async def test_a_repeat_is_the_same_bytes_and_another_alert_is_not(
    wecom: FakeApi, app: WecomApp, payload: dict[str, Any]
) -> None:
    # A database may give keys back in another order.
    turned = {name: payload[name] for name in reversed(payload)}
    for said, key in ((payload, "k.0"), (turned, "k.0"), (payload, "k.1"), (payload, "l.0")):
        await app.send(LIN, said, key)
    first, second, third, fourth = (a.raw for a in wecom.asked if a.path == "message/send")
    assert first == second
    assert len({first, third, fourth}) == 3


async def test_a_card_is_found_and_changed_by_its_task(
    wecom: FakeApi, app: WecomApp, clock: Clock
) -> None:
    (payload,) = app.render(ALERT, LIN, BOOK, "abc123")
    receipt = await app.send(LIN, payload, "abc123.0")
    (body,) = wecom.bodies("message/send")
    assert body["template_card"]["task_id"] == receipt.message_id == "abc123"
    assert set(body) == {
        "touser",
        "agentid",
        "msgtype",
        "template_card",
        "enable_duplicate_check",
        "duplicate_check_interval",
    }
    assert receipt.response_code
    assert receipt.editable_until == START + timedelta(hours=72)

    clock.move(hours=1)
    await app.edit(hanging("abc123", receipt.response_code), payload)
    (update,) = wecom.bodies("message/update_template_card")
    assert update == {
        "userids": ["lin"],
        "agentid": AGENT,
        "response_code": receipt.response_code,
        "template_card": body["template_card"],
    }


async def test_a_changed_card_cannot_be_changed_again(
    wecom: FakeApi, app: WecomApp, clock: Clock
) -> None:
    (payload,) = app.render(ALERT, LIN, BOOK, "post7")
    clock.move(hours=1)
    receipt = await app.edit(hanging("abc123", "code"), payload)
    assert (receipt.message_id, receipt.response_code) == ("abc123", None)
    assert receipt.editable_until == clock.now
    # It keeps its task, or nobody would find what is tapped on it.
    (update,) = wecom.bodies("message/update_template_card")
    assert update["template_card"]["task_id"] == "abc123"
    assert type(await failing(app.edit(hanging("abc123", None), payload))) is RecipientGone
    assert wecom.calls("message/update_template_card") == 1


async def test_a_spent_code_means_that_the_card_stays(wecom: FakeApi, app: WecomApp) -> None:
    (payload,) = app.render(ALERT, LIN, BOOK, "k")
    for code in sorted(CARD_SPENT):
        wecom.script("message/update_template_card", int(code))
        fault = await failing(app.edit(hanging("k", "used"), payload))
        assert (type(fault), fault.code) == (RecipientGone, code)
    wecom.script("message/update_template_card", 40058)
    assert type(await failing(app.edit(hanging("k", "code"), payload))) is Rejected
    wecom.script("message/update_template_card", {"errcode": 0, "invaliduser": ["lin"]})
    assert type(await failing(app.edit(hanging("k", "code"), payload))) is RecipientGone
    assert type(await failing(app.edit(hanging("k", "code"), TEXT))) is Rejected


@pytest.mark.parametrize("field", ["invaliduser", "unlicenseduser"])
async def test_a_member_who_was_left_out_was_not_reached(
    wecom: FakeApi, app: WecomApp, field: str
) -> None:
    wecom.script("message/send", {"errcode": 0, "msgid": "m", field: "lin"})
    fault = await failing(app.send(LIN, TEXT, "k.0"))
    assert (type(fault), fault.code) == (RecipientGone, field)


async def test_a_card_without_a_code_cannot_be_changed(wecom: FakeApi, app: WecomApp) -> None:
    # So WeCom answers a repeat that it dropped.
    (payload,) = app.render(ALERT, LIN, BOOK, "k")
    wecom.script("message/send", {"errcode": 0, "msgid": "m"})
    receipt = await app.send(LIN, payload, "k.0")
    assert (receipt.message_id, receipt.response_code) == ("k", None)
    assert receipt.editable_until == START


async def test_a_group_gets_words_and_no_check_for_repeats(wecom: FakeApi, app: WecomApp) -> None:
    payloads = app.render(ALERT, GROUP, BOOK, "k")
    for payload in payloads:
        assert (await app.send(GROUP, payload, "k.0")).message_id == "k.0"
    bodies = wecom.bodies("appchat/send")
    assert {body["chatid"] for body in bodies} == {"g1"}
    assert all(set(body) == {"chatid", "msgtype", body["msgtype"]} for body in bodies)
    assert {body["msgtype"] for body in bodies} <= {"text", "markdown"}


@pytest.mark.parametrize("styled", [False, True])
async def test_the_reference_fits_every_message(
    wecom: FakeApi, app: WecomApp, styled: bool
) -> None:
    for length in (1, 600, 670, 675, 683, 1_300, 5_000):
        message = Message("s", (Paragraph((Span("字" * length, bold=styled),)),))
        payloads = app.render(message, LIN, BOOK, "k")
        plain_texts = [text for payload in payloads for text in app.simplified(payload)]
        for number, payload in enumerate([*payloads, *plain_texts]):
            await app.send(LIN, payload, f"k.{number}")
    for body in wecom.bodies("message/send"):
        said = {"msgtype": body["msgtype"], body["msgtype"]: body[body["msgtype"]]}
        assert check_wecom(said, PlaceKind.WECOM_APP) == []


@pytest.mark.parametrize("length", [1, 650, 670])
def test_a_mark_fits_or_goes_before(app: WecomApp, length: int) -> None:
    (payload, *_) = app.render(Message("s", (Paragraph(plain("字" * length)),)), LIN, BOOK, "k")
    begun = app.marked(payload, "（可能重复）" * 3)
    for part in begun:
        assert octets(part[part["msgtype"]]["content"]) <= 2_048 - 9
    assert begun[0][begun[0]["msgtype"]]["content"].startswith("（可能重复）")
    (card,) = app.render(ALERT, LIN, BOOK, "k")
    assert app.marked(card, "（可能重复）")[1] == card


def test_a_refused_card_becomes_words_with_lines_to_type(app: WecomApp) -> None:
    (card,) = app.render(ALERT, LIN, BOOK, "k")
    (words,) = app.simplified(card)
    content = words["markdown"]["content"]
    for part in ("华为：还有 30 天", "尚未认领", "claim R-42", "show R-42"):
        assert part in content
    (text,) = app.simplified(words)
    assert text["msgtype"] == "text"
    assert "claim R-42" in text["text"]["content"]
    assert not set("*`<") & set(text["text"]["content"])
    assert app.simplified(text) == ()


def test_without_a_callback_nothing_is_drawn_that_could_be_tapped(
    open_api: OpenApi, clock: Clock
) -> None:
    app = WecomApp(open_api(), AGENT, clock=clock.read, with_cards=False)
    assert {payload["msgtype"] for payload in app.render(ALERT, LIN, BOOK, "k")} == {"markdown"}


def test_places_have_their_limits(app: WecomApp) -> None:
    assert app.serves(LIN)
    assert app.serves(GROUP)
    assert not app.serves("group:1")
    scopes = {pace.scope for pace in app.pace(LIN)}
    assert LIN in scopes
    assert scopes & {pace.scope for pace in app.pace(GROUP)}
    assert app.ability(LIN).dedupe
    assert not app.ability(GROUP).dedupe


XLSX = Attachment("续约.xlsx", "application/vnd.ms-excel", b"PK\x03\x04..")
PNG = Attachment("图.png", "image/png", b"\x89PNG....")
LARGE = Attachment("图.png", "image/png", b"x" * (WECOM_IMAGE_BYTES + 1))


@pytest.mark.parametrize(
    ("file", "kind"), [(XLSX, "file"), (PNG, "image"), (LARGE, "file")], ids=["x", "png", "large"]
)
@pytest.mark.parametrize(("place", "path"), [(LIN, "message/send"), (GROUP, "appchat/send")])
async def test_a_file_is_given(
    wecom: FakeApi, app: WecomApp, file: Attachment, kind: str, place: str, path: str
) -> None:
    for _ in range(2):
        await app.give(place, file)
    assert wecom.calls("media/upload") == 1
    bodies = wecom.bodies(path)
    assert [body["msgtype"] for body in bodies] == [kind, kind]
    assert bodies[0][kind]["media_id"].startswith("media")
    # Asked for twice it is sent twice.
    assert all("enable_duplicate_check" not in body for body in bodies)


async def test_a_file_that_wecom_forgot_is_uploaded_again(wecom: FakeApi, app: WecomApp) -> None:
    await app.give(LIN, XLSX)
    wecom.script("message/send", 40007)
    await app.give(LIN, XLSX)
    assert wecom.calls("media/upload") == 2
    wecom.script("message/send", 40007, 40007)
    assert (await failing(app.give(LIN, XLSX))).code == "40007"


@pytest.fixture
async def robots(wecom: FakeApi) -> AsyncIterator[WecomRobots]:
    """A group robot of the same WeCom."""
    made = WecomRobots({"east": SecretStr("key-canary")}, api_url=wecom.url)
    yield made
    await made.close()


async def test_a_robot_puts_files_into_its_group(wecom: FakeApi, robots: WecomRobots) -> None:
    await robots.give("robot:east", XLSX)
    upload, said = wecom.asked
    assert (upload.path, upload.query) == (
        "webhook/upload_media",
        {"key": "key-canary", "type": "file"},
    )
    assert XLSX.content in upload.raw
    assert "续约.xlsx".encode() in upload.raw
    assert said.body["msgtype"] == "file"
    await robots.give("robot:east", PNG)
    large = Attachment("b.png", "image/png", b"x" * WECOM_IMAGE_BYTES)
    await robots.give("robot:east", large)
    picture = wecom.asked[-2].body["image"]
    assert picture["base64"] == "iVBORy4uLi4="
    assert len(picture["md5"]) == 32
    tiny = Attachment("a", "text/plain", b"12345")
    assert (await failing(robots.give("robot:east", tiny))).code == "too_short"


@pytest.mark.parametrize("path", ["webhook/upload_media", "webhook/send"])
async def test_a_robots_key_is_not_shown_when_a_file_fails(
    wecom: FakeApi, robots: WecomRobots, path: str
) -> None:
    wecom.script(path, 93000)
    fault = await failing(robots.give("robot:east", XLSX))
    assert fault.code == "93000"
    assert "canary" not in repr(fault) + repr(vars(fault))

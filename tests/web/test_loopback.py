from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.config import Config, Slack, Wecom, WecomRobot
from bot.loopback.adapter import LoopbackAdapter
from bot.loopback.board import Board
from bot.loopback.standing import stands_in
from messages.i18n import Phrasebook
from messages.model import Button, Heading, Message
from scoring.errors import RecipientGone, Rejected
from scoring.model import Locale, Platform
from storage.posts import Post
from tests.sample_book import MONDAY

CARD = Message("Claim it", (Heading("Claim it"),), (Button("Claim", "claim R-1"),))
TEXT = {"msgtype": "text", "text": {"content": "hello"}}


class Desk:
    """A board, a clock to set, and an adapter for each platform."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.board = Board()
        self.slack = LoopbackAdapter(Platform.SLACK, self.board, lambda: self.now)
        self.wecom = LoopbackAdapter(Platform.WECOM, self.board, lambda: self.now)

    async def post(self, adapter: LoopbackAdapter, place: str, payload: object = None) -> Post:
        """Something sent, as the registry would have it."""
        given = payload or adapter.render(CARD, place, Phrasebook(Locale.EN), "k1")[0]
        assert isinstance(given, dict)
        receipt = await adapter.send(place, given, "k1")
        return Post(
            1,
            adapter.platform,
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
            self.now,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_slack_message_is_edited_as_often_as_one_likes(desk: Desk) -> None:
    post = await desk.post(desk.slack, "#east")
    for number in range(3):
        await desk.slack.edit(post, {"text": f"face {number}", "blocks": []})
    shown = desk.board.get(Platform.SLACK, "#east", post.message_id)
    assert shown is not None
    assert (shown.revision, shown.payload) == (3, {"text": "face 2", "blocks": []})


@pytest.mark.parametrize("place", ["robot:east", "group:east", "bot:ada"])
async def test_what_cannot_edit_does_not(desk: Desk, place: str) -> None:
    post = await desk.post(desk.wecom, place)
    with pytest.raises(Rejected, match="stay as they are"):
        await desk.wecom.edit(post, TEXT)


async def test_a_wecom_card_is_updated_once_by_its_code_and_within_72_hours(desk: Desk) -> None:
    post = await desk.post(desk.wecom, "user:ada")
    card = desk.wecom.render(CARD, "user:ada", Phrasebook(Locale.ZH), "k1")[0]
    assert post.editable_until == MONDAY + timedelta(hours=72)
    receipt = await desk.wecom.edit(post, card)
    assert (receipt.response_code, receipt.editable_until) == (None, MONDAY)
    with pytest.raises(Rejected, match="used before"):
        await desk.wecom.edit(post, card)

    late = await desk.post(desk.wecom, "user:ada")
    desk.now += timedelta(hours=72, seconds=1)
    with pytest.raises(Rejected, match="72 hours"):
        await desk.wecom.edit(late, card)


async def test_a_text_of_a_wecom_app_is_never_changed(desk: Desk) -> None:
    post = await desk.post(desk.wecom, "user:ada", TEXT)
    assert post.editable_until == MONDAY
    with pytest.raises(Rejected, match="only cards"):
        await desk.wecom.edit(post, TEXT)


async def test_what_hangs_no_more_is_gone_and_what_hangs_is_found_by_its_key(desk: Desk) -> None:
    post = await desk.post(desk.slack, "#east")
    found = await desk.slack.find("#east", "k1", MONDAY)
    assert found is not None
    assert found.message_id == post.message_id
    assert await desk.slack.find("#east", "k2", MONDAY) is None
    with pytest.raises(RecipientGone):
        await Desk().slack.edit(post, {"text": "x", "blocks": []})


def test_stand_ins_never_serve_what_is_configured() -> None:
    nothing = Config.model_construct()
    robots = Config.model_construct(wecom=Wecom(robots={"e": WecomRobot(key=SecretStr("key"))}))
    slack = Config.model_construct(slack=Slack(bot_token=SecretStr("xoxb-1")))
    places = [("slack", "#a"), ("wecom", "robot:e"), ("wecom", "robot:other"), ("wecom", "user:a")]
    assert [stands_in(nothing, *place) for place in places] == [True, True, True, True]
    assert [stands_in(robots, *place) for place in places] == [True, False, False, True]
    assert [stands_in(slack, *place) for place in places] == [False, True, True, True]

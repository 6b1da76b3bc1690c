from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.config import Config, Slack, Wecom, WecomAibot, WecomApp, WecomRobot
from bot.loopback.board import Board
from bot.loopback.slack_in_process import LoopbackSlack
from bot.loopback.standing import stands_in
from messages.i18n import Phrasebook
from messages.model import Button, Heading, Message
from scoring.errors import RecipientGone
from scoring.model import Locale, Platform
from storage.posts import Post
from tests.sample_book import MONDAY

CARD = Message("Claim it", (Heading("Claim it"),), (Button("Claim", "claim R-1"),))
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


class Desk:
    """A board with Slack on it."""

    def __init__(self) -> None:
        self.board = Board()
        self.slack = LoopbackSlack(self.board, lambda: MONDAY)

    async def post(self, place: str) -> Post:
        """Something sent, as the registry would have it."""
        (payload,) = self.slack.render(CARD, place, Phrasebook(Locale.EN), "k1")
        receipt = await self.slack.send(place, payload, "k1")
        return Post(
            1,
            "slack",
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
            MONDAY,
        )


async def test_a_slack_message_is_edited_as_often_as_one_likes() -> None:
    desk = Desk()
    post = await desk.post("#east")
    for number in range(3):
        await desk.slack.edit(post, {"text": f"face {number}", "blocks": []})
    shown = desk.board.get(Platform.SLACK, "#east", post.message_id)
    assert shown is not None
    assert (shown.revision, shown.payload) == (3, {"text": "face 2", "blocks": []})


async def test_what_hangs_no_more_is_gone_and_what_hangs_is_found_by_its_key() -> None:
    desk = Desk()
    post = await desk.post("#east")
    found = await desk.slack.find("#east", "k1", MONDAY)
    assert found is not None
    assert found.message_id == post.message_id
    assert await desk.slack.find("#east", "k2", MONDAY) is None
    with pytest.raises(RecipientGone):
        await Desk().slack.edit(post, {"text": "x", "blocks": []})


APP = WecomApp(agent_id=1, secret=SecretStr("secret"))
BOT = WecomAibot(bot_id="aib1", secret=SecretStr("secret"))
ANSWERS = WecomAibot(token=SecretStr("token"), encoding_aes_key=SecretStr(KEY))
ROBOT = {"e": WecomRobot(key=SecretStr("key"))}
PLACES = ("robot:e", "robot:other", "user:a", "appchat:c", "group:g", "bot:a")


@pytest.mark.parametrize(
    ("wecom", "standing"),
    [
        (Wecom(), PLACES),
        (Wecom(robots=ROBOT), ("user:a", "appchat:c", "group:g", "bot:a")),
        (Wecom(corp_id="ww1", app=APP), ("robot:e", "robot:other", "group:g", "bot:a")),
        # The AI bot reaches people as well while there is no app.
        (Wecom(aibot=BOT), ("robot:e", "robot:other")),
        (Wecom(aibot=ANSWERS), ("robot:e", "robot:other", "user:a", "appchat:c")),
        (Wecom(corp_id="ww1", app=APP, aibot=BOT, robots=ROBOT), ()),
    ],
    ids=["nothing", "robots", "app", "aibot", "aibot-callback", "all"],
)
def test_only_what_is_not_configured_is_stood_in_for(
    wecom: Wecom, standing: tuple[str, ...]
) -> None:
    config = Config.model_construct(wecom=wecom)
    assert tuple(place for place in PLACES if stands_in(config, "wecom", place)) == standing
    assert stands_in(config, "slack", "#a")


def test_real_slack_is_not_stood_in_for() -> None:
    config = Config.model_construct(slack=Slack(bot_token=SecretStr("xoxb-1")))
    assert not stands_in(config, "slack", "#a")
    assert stands_in(config, "wecom", "user:a")

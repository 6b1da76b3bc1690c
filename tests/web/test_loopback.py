from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.config import Config, Slack, Wecom, WecomAibot, WecomApp, WecomRobot
from bot.loopback.standing import stands_in

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
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

"""WeCom's part of the configuration: faults all at once, what follows from it for the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, load_config, unknown_robots
from bot.first_config import ask, written
from bot.rules import rules_of
from bot.ways import serves
from messages.i18n import Phrasebook
from scoring.errors import ConfigError
from scoring.model import Locale
from tests.sample_book import MONDAY

KEY = "k" * 43
LONG = {"bot_id": "b", "secret": "s"}
CALLED = {"token": "t", "encoding_aes_key": KEY}
APP = {"agent_id": 7, "secret": "s"}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[wecom]\ncorp_id="c"\n[wecom.app]\nsecret="s"\n', ["wecom.app.agent_id"]),
        ('[wecom.app]\nagent_id=1\nsecret="s"\n', ["wecom.corp_id"]),
        ('[wecom.aibot]\nbot_id="b"\n', ["wecom.aibot.secret"]),
        ('[wecom.aibot]\nsecret="s"\n', ["wecom.aibot.bot_id"]),
        ('[wecom.aibot]\ntoken="t"\n', ["wecom.aibot.encoding_aes_key"]),
        (f'[wecom.aibot]\nencoding_aes_key="{KEY}"\n', ["wecom.aibot.token"]),
        (f'[wecom.aibot]\ntoken="t"\nencoding_aes_key="{KEY}="\n', ["encoding_aes_key: has ex"]),
        (
            f'[wecom.aibot]\nbot_id="b"\nsecret="s"\ntoken="t"\nencoding_aes_key="{KEY}"\n',
            ["exclude each other"],
        ),
        ('[wecom]\napi_url="qyapi.weixin.qq.com"\n', ["wecom.api_url"]),
        ('[wecom]\napi_url="http://127.0.0.1:x"\n', ["wecom.api_url"]),
        (
            '[wecom.aibot]\nbot_id="b"\nsecret="s"\nws_url="ws://elsewhere.example"\n',
            ["wecom.aibot.ws_url"],
        ),
        ('[wecom.robots]\nx="1"\n', ["wecom.robots.x: write { key"]),
        ('[wecom.robots]\nx={key="https://x/send?key=1"}\n', ["wecom.robots.x.key"]),
        (
            'locale="xx"\n[wecom.app]\nsecret="s"\ntoken="t"\nencoding_aes_key="short"\n',
            ["locale", "agent_id", "corp_id", "wecom.app.encoding_aes_key"],
        ),
    ],
)
def test_every_fault_is_told_at_once(tmp_path: Path, text: str, faults: list[str]) -> None:
    file = tmp_path / "renewals.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load_config(file)
    assert len(told.value.faults) == len(faults)
    for sentence, fault in zip(told.value.faults, faults, strict=True):
        assert fault in sentence


def test_sections_that_name_every_key_and_fill_none_are_no_fault(tmp_path: Path) -> None:
    """As the documented example does: such a file is what people begin with."""
    blank = 'token = ""\nencoding_aes_key = ""\n'
    file = tmp_path / "renewals.toml"
    file.write_text(
        f'[wecom]\ncorp_id = ""\n[wecom.app]\nagent_id = 1000002\nsecret = ""\n{blank}'
        f'[wecom.robots]\neast = {{ key = "" }}\n'
        f'[wecom.aibot]\nbot_id = ""\nsecret = ""\n{blank}',
        encoding="utf-8",
    )
    wecom = load_config(file).wecom
    app, bot = wecom.app, wecom.aibot
    assert not any((app.set_up, app.hears, bot.by_connection, bot.by_callback))


@pytest.mark.parametrize(
    ("wecom", "direct", "pushes", "first"),
    [
        ({}, "user", True, "wecom"),
        ({"robots": {"x": {"key": "k"}}}, "user", True, "wecom"),
        ({"aibot": LONG}, "bot", True, "wecom"),
        ({"aibot": CALLED}, "user", False, "wecom"),
        ({"corp_id": "c", "app": APP}, "user", True, "wecom"),
        ({"corp_id": "c", "app": APP, "aibot": LONG}, "user", True, "wecom"),
    ],
)
def test_people_are_reached_by_what_is_set_up(
    wecom: dict[str, Any], direct: str, pushes: bool, first: str
) -> None:
    rules = rules_of(Config.model_validate({"wecom": wecom}), MONDAY)
    assert (rules.wecom_direct, rules.wecom_bot_pushes) == (direct, pushes)
    assert rules.platform_order[0] == first


def test_who_has_both_is_told_where_people_can_be_written_to() -> None:
    slack = {"bot_token": "xoxb-1"}
    only_robots = {"robots": {"x": {"key": "k"}}}
    chosen = Config.model_validate({"slack": slack, "wecom": only_robots})
    assert rules_of(chosen, MONDAY).platform_order == ("slack", "wecom")
    both = Config.model_validate({"slack": slack, "wecom": {"aibot": LONG}})
    assert rules_of(both, MONDAY).platform_order == ("wecom", "slack")


@pytest.mark.parametrize(
    ("wecom", "served"),
    [
        ({}, set()),
        ({"robots": {"x": {"key": "k"}}}, {"robot:x"}),
        ({"corp_id": "c", "app": APP}, {"user:u", "appchat:a"}),
        ({"aibot": LONG}, {"user:u", "bot:u", "group:g"}),
        ({"aibot": CALLED}, set()),
    ],
)
def test_which_places_each_way_writes_to(wecom: dict[str, Any], served: set[str]) -> None:
    chosen = Config.model_validate({"wecom": wecom})
    places = ("robot:x", "robot:y", "user:u", "appchat:a", "group:g", "bot:u")
    assert {place for place in places if serves(chosen, "wecom", place)} == served
    assert not serves(chosen, "slack", "#east")


ANSWERS = {
    "init.team": "华东",
    "init.robot_key": "k",
    "init.bot_id": "aib",
    "init.bot_secret": "s1",
    "init.corp_id": "ww1",
    "init.agent_id": "1000002",
    "init.app_secret": "s2",
}


def test_the_first_configuration_with_all_three_ways_is_a_good_one(tmp_path: Path) -> None:
    book = Phrasebook(Locale.ZH)
    texts = {book.t(key): answer for key, answer in ANSWERS.items()}
    made = written(ask(book, lambda question, default: texts.get(question, default)))
    file = tmp_path / "renewals.toml"
    file.write_text(made, encoding="utf-8")
    wecom = load_config(file).wecom
    assert (wecom.corp_id, wecom.app.agent_id, wecom.aibot.bot_id) == ("ww1", 1000002, "aib")
    assert list(wecom.robots) == ["main"]


@pytest.mark.parametrize("robot", ["east", "华东群", "华东 1", 'say "hi"', "a.b"])
@pytest.mark.parametrize("key", ["693a-1", " https://host.example/webhook/send?key=693a-1 "])
def test_a_robot_may_be_called_anything_and_given_by_its_address(
    tmp_path: Path, robot: str, key: str
) -> None:
    book = Phrasebook(Locale.ZH)
    answers = {"init.team": "华东", "init.robot_key": key, "init.robot": robot}
    texts = {book.t(name): answer for name, answer in answers.items()}
    made = written(ask(book, lambda question, default: texts.get(question, default)))
    file = tmp_path / "renewals.toml"
    file.write_text(made, encoding="utf-8")
    config = load_config(file)
    assert config.wecom.robots[robot].key.get_secret_value() == "693a-1"
    assert config.teams["华东"].places == [f"wecom:robot:{robot}"]
    assert not unknown_robots(config)


def test_ways_left_out_leave_no_trace() -> None:
    made = written(ask(Phrasebook(Locale.EN), lambda _question, default: default))
    assert "wecom" not in made


def test_an_organisation_without_an_app_makes_a_good_configuration_too(tmp_path: Path) -> None:
    book = Phrasebook(Locale.ZH)
    texts = {book.t("init.corp_id"): "ww1"}
    made = written(ask(book, lambda question, default: texts.get(question, default)))
    file = tmp_path / "renewals.toml"
    file.write_text(made, encoding="utf-8")
    assert not load_config(file).wecom.app.set_up

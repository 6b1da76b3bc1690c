"""Slack's part of the configuration: faults all at once with the fix, and what `init` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, load_config
from bot.first_config import ask, written
from messages.i18n import Phrasebook
from scoring.errors import ConfigError
from scoring.model import Locale

URL = "https://renewals.example.com"
CLIENT = {"client_id": "1.2", "client_secret": "c"}


def loaded(folder: Path, slack: dict[str, Any], url: str = "") -> Config:
    file = folder / "renewals.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in slack.items()]
    file.write_text("\n".join([f'[http]\npublic_url = "{url}"', "[slack]", *lines]), "utf-8")
    return load_config(file)


@pytest.mark.parametrize(
    ("slack", "url", "faults"),
    [
        ({"bot_token": "xapp-1", "app_token": "xoxb-1"}, "", ["belongs in slack.app_", "xapp-"]),
        ({"bot_token": "xoxp-1"}, "", ["not a bot's token"]),
        ({"bot_token": "notatoken"}, "", ["slack.bot_token: that is not a bot's token"]),
        ({"bot_token": "xoxb-"}, "", ["slack.bot_token: that is not a bot's token"]),
        ({"bot_token": "xoxb-…"}, "", ["slack.bot_token: that is not a bot's token"]),
        ({"bot_token": "xoxb-1", "app_token": "notatoken"}, "", ["slack.app_token: that is no"]),
        ({"bot_token": "xoxb-1", "signing_secret": "xapp-1"}, "", ["Signing Secret"]),
        ({"bot_token": " xoxb-1 "}, "", ["slack.bot_token: there is white space"]),
        ({"app_token": "xapp-1"}, "", ["slack.bot_token: app_token needs"]),
        ({"signing_secret": "s"}, "", ["slack.bot_token: signing_secret needs"]),
        ({"client_id": "1.2", "signing_secret": "s"}, URL, ["slack.client_secret"]),
        ({"client_secret": "c"}, URL, ["slack.client_id"]),
        ({"client_id": "a" * 32, "client_secret": "c", "app_token": "xapp-1"}, URL, ["digits"]),
        ({**CLIENT}, URL, ["slack.signing_secret"]),
        ({**CLIENT, "signing_secret": "s"}, "", ["http.public_url"]),
        ({**CLIENT, "signing_secret": "s"}, "http://renewals.example.com", ["https:// alone"]),
        ({**CLIENT, "bot_token": "xoxb-1"}, URL, ["keep one of both"]),
        ({"bot_token": "xoxb-1", "workspaces": ["T1"]}, "", ["slack.workspaces"]),
        ({**CLIENT, "signing_secret": "s", "workspaces": ["acme"]}, URL, ["slack.workspaces"]),
        ({"api_url": "slack.com/api"}, "", ["slack.api_url"]),
        ({"bot_token": "xoxb-1", "reaction": "two pins"}, "", ["slack.reaction"]),
        (
            {"app_token": "xoxb-1", "client_secret": "xapp-1"},
            "",
            ["slack.app_token", "slack.client_secret", "slack.bot_token", "slack.client_id"],
        ),
    ],
)
def test_every_fault_is_told_at_once_with_what_to_do(
    tmp_path: Path, slack: dict[str, Any], url: str, faults: list[str]
) -> None:
    with pytest.raises(ConfigError) as told:
        loaded(tmp_path, slack, url)
    assert len(told.value.faults) == len(faults)
    for sentence, fault in zip(told.value.faults, faults, strict=True):
        assert fault in sentence
    # Nothing of a secret is told.
    assert "xoxb-1" not in str(told.value.faults)


@pytest.mark.parametrize(
    ("slack", "url"),
    [
        ({}, ""),
        ({"bot_token": "xoxb-1"}, ""),
        ({"bot_token": "xoxb-1", "app_token": "xapp-1"}, ""),
        ({"bot_token": "xoxb-1", "app_token": "xapp-1", "signing_secret": "s"}, URL),
        ({"bot_token": "xoxb-1", "signing_secret": "s"}, ""),
        ({"bot_token": "xoxe.xoxb-1-a", "app_token": "xapp-1-A0_b"}, ""),
        # A server that stands in for Slack gives out what it likes.
        ({"bot_token": "any", "app_token": "all", "api_url": "http://127.0.0.1:9/api/"}, ""),
        ({**CLIENT, "signing_secret": "s"}, URL),
        ({**CLIENT, "signing_secret": "s", "workspaces": ["T0123ABCD", "E1"]}, URL),
        ({**CLIENT, "app_token": "xapp-1"}, "http://127.0.0.1:8080"),
    ],
)
def test_what_goes_together_is_taken(tmp_path: Path, slack: dict[str, Any], url: str) -> None:
    assert loaded(tmp_path, slack, url).slack.set_up == bool(slack)


def test_who_may_install_and_who_is_believed() -> None:
    anybody = Config.model_validate({"slack": CLIENT}).slack
    assert anybody.admits("T9")
    assert not anybody.trusts("T9")
    named = Config.model_validate({"slack": {**CLIENT, "workspaces": ["T1", "E1"]}}).slack
    assert named.admits("T1")
    assert named.admits("T9", "E1")
    assert not named.admits("T9", "E9")
    assert named.trusts("T1")
    assert not named.trusts("T9")
    assert Config.model_validate({"slack": {"bot_token": "xoxb-1"}}).slack.trusts("T9")


@pytest.mark.parametrize(
    ("answers", "wanted", "place"),
    [
        (
            {"init.slack_bot_token": "xoxb-1", "init.slack_app_token": " xapp-1 "},
            {"bot_token": "xoxb-1", "app_token": "xapp-1"},
            None,
        ),
        (
            {
                "init.team": "华东",
                "init.slack_bot_token": "xoxb-1",
                "init.slack_signing_secret": "s",
                "init.public_url": URL,
                "init.slack_channel": "renewals-east",
            },
            {"bot_token": "xoxb-1", "signing_secret": "s"},
            "slack:#renewals-east",
        ),
        ({"init.slack_app_token": "xapp-1"}, {}, None),
    ],
)
def test_init_asks_for_slack_and_writes_what_can_be_read(
    tmp_path: Path, answers: dict[str, str], wanted: dict[str, str], place: str | None
) -> None:
    phrases = Phrasebook(Locale.EN)
    texts = {phrases.t(key, team="华东"): answer for key, answer in answers.items()}
    given = ask(phrases, lambda question, default: texts.get(question, default))
    file = tmp_path / "renewals.toml"
    file.write_text(written(given), encoding="utf-8")
    config = load_config(file)
    for key in ("bot_token", "app_token", "signing_secret"):
        assert getattr(config.slack, key).get_secret_value() == wanted.get(key, "")
    assert config.http.public_url == answers.get("init.public_url", "")
    if place:
        assert config.teams["华东"].places == [place]


def test_the_reaction_that_files_is_named_as_slack_does(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"bot_token": "xoxb-1"}).slack.reaction == "pushpin"
    named = {"bot_token": "xoxb-1", "reaction": ":Round_Pushpin:"}
    assert loaded(tmp_path, named).slack.reaction == "round_pushpin"

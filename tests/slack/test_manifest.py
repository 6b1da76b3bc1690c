"""The manifest: what Slack's own schema says of it, and that it asks for what is used alone."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from bot.config import Config
from bot.loopback.slack.methods import methods
from bot.slack.manifest import HINT_MOST, manifest_of, needed_scopes, usage_hint
from bot.slack.parsing_events import _READ as HEEDED
from bot.slack.scopes import FEATURES, LINK_METHODS, METHODS, reason_key, scopes_for
from bot.slack.surface import EVENTS, LINK_EVENTS
from handlers.commands import COMMANDS
from messages.i18n import Phrasebook, catalogue
from scoring.errors import ConfigError
from scoring.model import Locale
from tests import commands
from tests.processes import ROOT
from tests.slack.schemas import manifest_faults

SOCKET = {"bot_token": "xoxb-1", "app_token": "xapp-1"}
HTTP = {"bot_token": "xoxb-1", "signing_secret": "s"}
SEVERAL = {"client_id": "1.2", "client_secret": "c", "signing_secret": "s"}
URL = "https://renewals.example.com"

_METHOD = re.compile(
    r"(apps|auth|chat|conversations|files|oauth|pins|reactions|team|usergroups|users|views)"
    r"(\.[a-z][A-Za-z0-9]+)+"
)


def made(slack: dict[str, str], url: str = "", locale: Locale = Locale.EN) -> dict[str, Any]:
    config = Config.model_validate({"slack": slack, "http": {"public_url": url}})
    return manifest_of(COMMANDS, config, Phrasebook(locale))


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize(
    ("slack", "url"),
    [({}, ""), ({}, URL), (SOCKET, ""), (SOCKET, URL), (HTTP, URL), (SEVERAL, URL)],
)
def test_it_is_what_slacks_schema_takes(slack: dict[str, str], url: str, locale: Locale) -> None:
    manifest = made(slack, url, locale)
    assert manifest_faults(manifest) == []
    # What the schema does not say: of the bot's name only these characters are taken.
    assert re.fullmatch(r"[a-z0-9_.-]+", manifest["features"]["bot_user"]["display_name"])


def test_the_schema_is_really_looked_at() -> None:
    manifest = made(SOCKET)
    manifest["display_information"]["name"] = "x" * 36
    manifest["features"]["shortcuts"][0]["type"] = "any"
    manifest["settings"]["unheard_of"] = 1
    assert len(manifest_faults(manifest)) == 3


def test_without_an_address_it_is_for_socket_mode() -> None:
    manifest = made({})
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(manifest)
    assert "unfurl_domains" not in manifest["features"]


def test_with_an_address_everything_comes_to_one_door() -> None:
    manifest = made(HTTP, URL)
    settings, door = manifest["settings"], f"{URL}/slack/events"
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == door
    assert settings["interactivity"]["request_url"] == door
    assert settings["interactivity"]["message_menu_options_url"] == door
    assert manifest["features"]["slash_commands"][0]["url"] == door
    assert "redirect_urls" not in manifest["oauth_config"]


def test_links_are_asked_for_only_where_there_is_something_to_link_to() -> None:
    with_links, without = made(SOCKET, URL), made(SOCKET)
    assert with_links["settings"]["socket_mode_enabled"] is True
    assert with_links["features"]["unfurl_domains"] == ["renewals.example.com"]
    for wanted in ("links:read", "links:write"):
        assert wanted in with_links["oauth_config"]["scopes"]["bot"]
        assert wanted not in without["oauth_config"]["scopes"]["bot"]
    assert "link_shared" in with_links["settings"]["event_subscriptions"]["bot_events"]
    assert "link_shared" not in without["settings"]["event_subscriptions"]["bot_events"]


def test_several_workspaces_are_sent_back_to_us() -> None:
    manifest = made(SEVERAL, URL)
    assert manifest["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert manifest["settings"]["org_deploy_enabled"] is True


@pytest.mark.parametrize("slack", [HTTP, SEVERAL])
def test_an_address_that_is_missing_is_asked_for(slack: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="public_url"):
        made(slack)


@pytest.mark.parametrize("locale", list(Locale))
def test_the_hint_names_commands_there_are(locale: Locale) -> None:
    hint = usage_hint(COMMANDS, Phrasebook(locale))
    assert len(hint) <= HINT_MOST
    verbs = [verb.strip() for verb in re.split(r"[|,，]", hint)[:4]]
    assert set(verbs) <= {command.name for command in COMMANDS}


def test_every_scope_has_a_use_and_says_it_in_both_languages() -> None:
    config = Config.model_validate({"slack": HTTP, "http": {"public_url": URL}})
    for scope in needed_scopes(config):
        for locale in Locale:
            assert reason_key(scope) in catalogue(locale), scope
    assert scopes_for(links=True) == needed_scopes(config)


def test_what_is_listened_to_is_what_is_heeded() -> None:
    subscribed = {event.partition(".")[0] for event in (*EVENTS, *LINK_EVENTS)}
    # Of leaving, the bot's own events tell; everybody's would come for each channel.
    assert subscribed == set(HEEDED) - {"member_left_channel"}


def test_every_method_that_is_called_is_granted_and_no_other() -> None:
    called = set(_called())
    assert called == set(METHODS) | set(LINK_METHODS)
    assert not set(FEATURES) & set(METHODS)


def test_every_scope_is_that_of_something_that_is_used() -> None:
    uses = (*EVENTS.values(), *LINK_EVENTS.values(), *METHODS.values(), *LINK_METHODS.values())
    used = {scope for use in (*uses, *FEATURES.values()) for scope in use}
    assert set(scopes_for(links=True)) == used
    assert set(scopes_for(links=True)) - set(scopes_for(links=False)) == {
        "links:read",
        "links:write",
    }


def test_what_a_call_takes_is_what_slacks_reference_says() -> None:
    for name, scopes in {**METHODS, **LINK_METHODS}.items():
        told = set(methods()[name].scopes)
        # Without this one users.info answers, but keeps the addresses to itself.
        ours = set(scopes) - {"users:read.email"}
        assert ours <= told, name
        assert bool(ours) == bool(told), name


def _called() -> Iterator[str]:
    """Every text of the code that is the name of a method of Slack's."""
    for folder in ("bot/slack", "bot/adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            if file.name in ("scopes.py", "surface.py"):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    whole = _METHOD.fullmatch(node.value)
                    if whole is not None and not node.value.endswith(".com"):
                        yield node.value


def renewals(*line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"RENEWALS_LOCALE": "en", **environment}
    return commands.renewals(ROOT, *line, environment=given)


def test_the_command_prints_it_and_why() -> None:
    shown = renewals("manifest", "slack", "--json")
    assert json.loads(shown.stdout) == made({})
    why = json.loads(renewals("manifest", "slack", "--reasons", "--json").stdout)
    assert list(why) == scopes_for(links=False)
    assert all(why.values())
    refused = renewals(
        "manifest", "slack", RENEWALS_SLACK__SIGNING_SECRET="s", RENEWALS_SLACK__BOT_TOKEN="xoxb-1"
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "public_url" in refused.stderr

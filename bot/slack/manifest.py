"""The app's manifest, made of the commands and the configuration: what is pasted into Slack once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.config import Config
from bot.slack.scopes import scopes_for
from bot.slack.surface import (
    COMMAND,
    EVENTS,
    EVENTS_PATH,
    LINK_EVENTS,
    LOG_AS_TOUCH,
    LOOK_UP,
    REDIRECT_PATH,
)
from handlers.registry import Command, Group
from messages.i18n import Phrasebook
from scoring.errors import ConfigError
from scoring.permissions import Right

BOT_NAME = "renewals"
"""What people type after the @: small letters, digits, `-`, `_` and `.` alone."""

COLOUR = "#1f4e5f"

HINT_MOST = 80
"""Characters beside the command that people see while they type; Slack would take 1,000."""

_DOMAIN = re.compile(r"(?![.-])[-a-z0-9.]+[a-z0-9]")
_WORK = (Group.WORK, Group.CUSTOMER)


def manifest_of(commands: Sequence[Command], config: Config, phrases: Phrasebook) -> dict[str, Any]:
    """The manifest for the transport that is configured: Socket Mode where there is no address.

    ConfigError when it takes an address that is not configured.
    """
    return {
        "display_information": {
            "name": phrases.t("manifest.name"),
            "description": phrases.t("manifest.about"),
            "background_color": COLOUR,
        },
        "features": _features(commands, config, phrases),
        "oauth_config": _permissions(config),
        "settings": _settings(config),
    }


def by_socket(config: Config) -> bool:
    """Whether the app is to be told over a connection that we open."""
    slack = config.slack
    if slack.by_socket:
        return True
    return not (config.http.public_url or slack.by_http or slack.several)


def linked_domains(config: Config) -> list[str]:
    """The hosts whose links are ours; none without an address."""
    host = urlsplit(config.http.public_url).hostname or ""
    return [host] if _DOMAIN.fullmatch(host) else []


def needed_scopes(config: Config) -> list[str]:
    """What the app has to be granted."""
    return scopes_for(links=bool(linked_domains(config)))


def _features(commands: Sequence[Command], config: Config, phrases: Phrasebook) -> dict[str, Any]:
    command = {
        "command": COMMAND,
        "description": phrases.t("manifest.command"),
        "usage_hint": usage_hint(commands, phrases),
        # Else a mentioned colleague would come as a name that may be anybody's.
        "should_escape": True,
    }
    if not by_socket(config):
        command["url"] = _events_url(config)
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": BOT_NAME, "always_online": True},
        "shortcuts": [
            _shortcut(LOG_AS_TOUCH, "message", phrases),
            _shortcut(LOOK_UP, "global", phrases),
        ],
        "slash_commands": [command],
    }
    if domains := linked_domains(config):
        features["unfurl_domains"] = domains
    return features


def usage_hint(commands: Sequence[Command], phrases: Phrasebook) -> str:
    """The verbs of everyday work, as many as fit, then where the others are told."""
    names = [
        command.name
        for command in commands
        if command.group in _WORK and command.right is not Right.OWN_SETTINGS
    ]
    while len(hint := phrases.t("manifest.hint", verbs=" | ".join(names))) > HINT_MOST:
        names.pop()
    return hint


def _shortcut(name: str, kind: str, phrases: Phrasebook) -> dict[str, str]:
    return {
        "name": phrases.t(f"manifest.{name}"),
        "type": kind,
        "callback_id": name,
        "description": phrases.t(f"manifest.{name}.about"),
    }


def _permissions(config: Config) -> dict[str, Any]:
    permissions: dict[str, Any] = {"scopes": {"bot": needed_scopes(config)}}
    if config.slack.several:
        permissions["redirect_urls"] = [f"{_address(config)}{REDIRECT_PATH}"]
    return permissions


def _settings(config: Config) -> dict[str, Any]:
    links = LINK_EVENTS if linked_domains(config) else {}
    events: dict[str, Any] = {"bot_events": sorted([*EVENTS, *links])}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if not by_socket(config):
        url = _events_url(config)
        events["request_url"] = url
        interactivity |= {"request_url": url, "message_menu_options_url": url}
    return {
        "event_subscriptions": events,
        "interactivity": interactivity,
        "org_deploy_enabled": config.slack.several,
        "socket_mode_enabled": by_socket(config),
        # Once on it cannot be turned off again, and a token that is sealed gains little by it.
        "token_rotation_enabled": False,
    }


def _events_url(config: Config) -> str:
    return f"{_address(config)}{EVENTS_PATH}"


def _address(config: Config) -> str:
    if not config.http.public_url:
        raise ConfigError(
            [
                "http.public_url: Slack has to reach the bot; write its address, such as"
                " https://renewals.example.com, or use Socket Mode (slack.app_token)"
            ]
        )
    return config.http.public_url

"""Slack's requests as bolt-python keeps them (MIT), and as they come over the wire."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.slack.heard import (
    Commanded,
    HomeOpened,
    Reacted,
    Removed,
    Said,
    Shortcut,
    Sought,
    Submitted,
    Tapped,
    Unheeded,
)

Json = dict[str, Any]

SECRET = "8f742231b10e-canary"
NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)

_FOLDER = Path(__file__).parent.parent / "golden" / "slack"
NAMES = sorted(
    each["file"].removesuffix(".json")
    for each in json.loads((_FOLDER / "INDEX.json").read_text(encoding="utf-8"))
)

HEARD: dict[str, type] = {
    "slash_command": Commanded,
    "socket_envelope_slash_commands": Commanded,
    "block_actions_message_button": Tapped,
    "view_submission": Submitted,
    "view_submission_response_urls": Submitted,
    "view_submission_slack_connect": Submitted,
    "shortcut_global": Shortcut,
    "shortcut_message": Shortcut,
    "socket_envelope_interactive": Shortcut,
    "block_suggestion": Sought,
    "event_app_mention": Said,
    "event_message_im_in_assistant_thread": Said,
    "derived_event_message_im": Said,
    "event_reaction_added": Reacted,
    "event_app_home_opened": HomeOpened,
    "event_tokens_revoked": Removed,
    "event_app_uninstalled": Removed,
}
"""What each is; all others are nothing to us."""


def raw(name: str) -> Json:
    """A fixture as it is in its file."""
    read: Json = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


def payload(name: str) -> Json:
    """What Slack tells, without the envelope of Socket Mode."""
    told = raw(name)
    inner: Json = told["payload"] if "envelope_id" in told else told
    return inner


def kind_of(name: str) -> type:
    """What it is heard as."""
    return HEARD.get(name, Unheeded)


def body_of(told: Json) -> bytes:
    """A payload as it comes over HTTP: events are JSON, the rest forms."""
    if "command" in told and "type" not in told:
        return urlencode(told).encode()
    if told.get("type") in ("event_callback", "url_verification"):
        return json.dumps(told).encode()
    return urlencode({"payload": json.dumps(told)}).encode()


def envelope_of(told: Json, envelope_id: str = "E-1") -> Json:
    """A payload as it comes over Socket Mode."""
    kind = "interactive"
    if told.get("type") == "event_callback":
        kind = "events_api"
    elif "command" in told and "type" not in told:
        kind = "slash_commands"
    takes = kind == "slash_commands" or told.get("type") in ("view_submission", "block_suggestion")
    return {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": told,
        "accepts_response_payload": takes,
    }


def signed(body: bytes, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """The headers that Slack sends with a body."""
    timestamp = str(int(at.timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    content = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": content,
    }

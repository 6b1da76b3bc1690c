"""What people type on Slack, as Slack hands it over: signed, by command or as a direct message."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tests.faults.book import SIGNING_SECRET
from tests.faults.slack_peer import BOT_USER, TEAM

PATH = "/slack/events"


def command(user: str, line: str, number: int, *, origin: str) -> bytes:
    """The line behind `/renewals`; its answer may also come to an address of the platform's."""
    return urlencode(
        {
            "team_id": TEAM,
            "channel_id": f"D{user[1:]}",
            "channel_name": "directmessage",
            "user_id": user,
            "user_name": user.lower(),
            "command": "/renewals",
            "text": line,
            "response_url": f"{origin}/reply/{user}/{number}",
            "trigger_id": f"{number}.{number}.storm",
        }
    ).encode()


def message(user: str, line: str, number: int, *, at: datetime) -> bytes:
    """The line in the conversation with the bot."""
    ts = f"{at.timestamp():.6f}"
    event: dict[str, Any] = {
        "type": "message",
        "channel_type": "im",
        "channel": f"D{user[1:]}",
        "user": user,
        "text": line,
        "ts": ts,
        "event_ts": ts,
        "team": TEAM,
    }
    told = {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0STORM",
        "event": event,
        "event_id": f"Ev{number:08}",
        "event_time": int(at.timestamp()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
    }
    return json.dumps(told).encode()


def signed(body: bytes, at: datetime) -> dict[str, str]:
    """The headers that go with a body at an instant."""
    timestamp = str(int(at.timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    kind = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }

"""From Slack's payloads to what was heard; nothing here speaks to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.heard import Heard, Unheeded


def heard_of(payload: Mapping[str, Any]) -> Heard:
    """What a payload says: of the events API, an interaction or a slash command.

    Unheeded for what is well-formed and nothing to us, Refused for what is not Slack's.
    """
    return Unheeded("", str(payload.get("type", "")))

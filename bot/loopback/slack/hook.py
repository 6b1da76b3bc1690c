"""What stands between Slack and the product: see bot/loopback/hook.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.loopback.hook import Between

if TYPE_CHECKING:
    from bot.loopback.slack.lines import Line


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to tell the product something over HTTP. `kind`: event, command, interaction."""

    url: str
    kind: str
    body: bytes
    attempt: int


Hook: TypeAlias = "Between[Line, Call]"
"""Lines are those of Socket Mode; requests are methods, response_urls and files."""

"""bolt between the ways in and whoever hears: one listener a surface, nothing decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.slack.heard import Heard

Hear = Callable[[Heard], Awaitable[dict[str, Any] | None]]
"""Answers what was heard with the body of its acknowledgement, within 2.5 s; None: empty.

StoreUnavailable asks to be told again.
"""


class SlackApp:
    """What both ways in hand their payloads to. Making it imports bolt: some 0.3 s."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    async def answer(self, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body of the acknowledgement; Refused for what is not Slack's."""
        raise NotImplementedError

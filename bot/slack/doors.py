"""The one address Slack calls in HTTP mode: events, commands, interactivity and options."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp

PATH = "/slack/events"

READ_S = 2.0
"""Seconds a body may take to arrive; Slack itself waits for three altogether."""


class SlackDoor:
    """Hears only what is signed with `secret`; everything else is refused with a 4xx."""

    def __init__(
        self,
        app: SlackApp,
        secret: SecretStr,
        clock: Callable[[], datetime],
        *,
        read_s: float = READ_S,
    ) -> None:
        self._app = app
        self._secret = secret
        self._clock = clock
        self._read_s = read_s

    def add_to(self, app: web.Application) -> None:
        """Register it."""

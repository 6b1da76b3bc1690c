"""The one address Slack calls in HTTP mode: events, commands, interactivity and options.

Only what is signed with our secret is acted on. Whatever else comes is refused with a 4xx, and
nothing of it reaches the log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from pydantic import SecretStr

from bot.refused import TOO_LARGE, UNAUTHORIZED, Refused
from bot.slack.bolt_app import SlackApp
from bot.slack.guard import MOST_BYTES, SSL_CHECK_MOST, Guard, is_ssl_check, payload_of
from bot.web.bodies import body_of, strict

PATH = "/slack/events"

READ_S = 2.0
"""Seconds a body may take to arrive; Slack itself waits for three altogether."""


class SlackDoor:
    """Hears only what is signed with `secret`. `read_s` is how long a body may take.

    `forged` is told of each request whose signature is another's: the secret may be wrong.
    """

    def __init__(
        self,
        app: SlackApp,
        secret: SecretStr,
        clock: Callable[[], datetime],
        *,
        read_s: float = READ_S,
        forged: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._guard = Guard(secret, clock)
        self._read_s = read_s
        self._forged = forged

    def add_to(self, app: web.Application) -> None:
        """Register it."""
        app.router.add_post(PATH, strict(self._called, "request"))

    async def _called(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > MOST_BYTES:
            raise Refused(TOO_LARGE, "too large")
        if "X-Slack-Signature" not in request.headers:
            return await self._unsigned(request)
        timestamp, signature = self._guard.admit(request.headers)
        body = await self._body(request)
        try:
            self._guard.check(body, timestamp, signature)
        except Refused as fault:
            if fault.reason == "signature":
                self._forged()
            raise
        if is_ssl_check(body):
            return web.Response()
        answer = await self._app.answer(payload_of(body))
        return web.Response() if answer is None else web.json_response(answer)

    async def _unsigned(self, request: web.Request) -> web.Response:
        """Slack's look at the certificate is answered, as it has always been; all else refused."""
        short = 0 < (request.content_length or 0) <= SSL_CHECK_MOST
        if short and is_ssl_check(await self._body(request)):
            return web.Response()
        raise Refused(UNAUTHORIZED, "header")

    async def _body(self, request: web.Request) -> bytes:
        return await body_of(request, most=MOST_BYTES, within_s=self._read_s)

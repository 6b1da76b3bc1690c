"""bolt between the ways in and whoever hears: one listener a surface, nothing decided here.

Requests come here checked and parsed, so bolt sees no bytes: its own check logs whole bodies and
makes server errors of malformed headers, and its reading loses a command in whose text the word
"payload" stands. Its loggers are silent, what goes wrong is raised to the caller. Listeners run
before the response; that is also what makes bolt's loss of acknowledgements impossible.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.json_tree import Object
from bot.refused import BAD_REQUEST, Refused
from bot.slack.fields import text_of
from bot.slack.heard import Heard, Unheeded
from bot.slack.parsing import heard_of

if TYPE_CHECKING:
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_bolt.response import BoltResponse

log = structlog.get_logger()

Hear = Callable[[Heard], Awaitable[dict[str, Any] | None]]
"""Answers what was heard with the body of its acknowledgement, within 2.5 s; None: empty.

StoreUnavailable asks to be told again.
"""

BotUser = Callable[[str], str]
"""The bot's user id in a workspace, as far as it is known without asking; empty: not known."""

_ANY = re.compile(r"[\s\S]*")
_LOUD = {"app_rate_limited": logging.WARNING}
"""What an operator should know of all the same: more happens than Slack tells in an hour."""

_CHALLENGE_MOST = 1_000
_ODD = (TypeError, AttributeError, KeyError, IndexError, ValueError)
"""What bolt raises for a payload whose parts are not of the kind it takes for granted."""


@dataclass(slots=True)
class _Turn:
    """One thing heard, on its way through bolt."""

    heard: Heard
    begun: bool = False
    answer: dict[str, Any] | None = None
    fault: Exception | None = None


class SlackApp:
    """What both ways in hand their payloads to. Making it imports bolt: some 0.3 s."""

    def __init__(self, hear: Hear, *, bot_user: BotUser = lambda team: "") -> None:
        self._hear = hear
        self._bot_user = bot_user
        self._bolt = _bolt(self._listen)

    async def answer(self, payload: Object) -> dict[str, Any] | None:
        """The body of the acknowledgement, None for an empty one.

        Refused for what cannot be Slack's; raises what `hear` raises.
        """
        if text_of(payload, "type") == "url_verification":
            return await self._verified(payload)
        heard = heard_of(payload, self._bot_user(text_of(payload, "team_id")))
        if isinstance(heard, Unheeded):
            log.log(_LOUD.get(heard.what, logging.DEBUG), "nothing to us", what=heard.what)
            return None
        turn = _Turn(heard)
        response = await self._dispatched(payload, {"turn": turn})
        if turn.fault is not None:
            raise turn.fault
        if response.status != 200 or not turn.begun:
            raise Refused(BAD_REQUEST, "shape")
        return turn.answer

    async def _verified(self, payload: Object) -> dict[str, Any]:
        """Slack's check of the address gets its challenge back."""
        if not 0 < len(text_of(payload, "challenge")) <= _CHALLENGE_MOST:
            raise Refused(BAD_REQUEST, "challenge")
        response = await self._dispatched(payload, {})
        return dict(json.loads(response.body))

    async def _dispatched(self, payload: Object, context: dict[str, Any]) -> BoltResponse:
        from slack_bolt.request.async_request import AsyncBoltRequest

        try:
            # Both ways in are the same to bolt: a body that was read already.
            request = AsyncBoltRequest(body=dict(payload), mode="socket_mode", context=context)
        except _ODD:
            raise Refused(BAD_REQUEST, "shape") from None
        try:
            return await self._bolt.async_dispatch(request)
        except _ODD:
            # bolt stumbles over what it reads for its own arguments: a view without a type.
            turn = context.get("turn")
            if isinstance(turn, _Turn) and turn.begun:
                raise
            raise Refused(BAD_REQUEST, "shape") from None

    async def _listen(self, context: AsyncBoltContext) -> BoltResponse:
        from slack_bolt.response import BoltResponse

        turn: _Turn = context["turn"]
        turn.begun = True
        turn.answer = await self._hear(turn.heard)
        return BoltResponse(status=200)


def _bolt(listen: Callable[[AsyncBoltContext], Awaitable[BoltResponse]]) -> AsyncApp:
    """bolt with `listen` behind every surface.

    `authorize` is given, so that no token, client id or secret in the environment changes
    anything: bolt would take them for its own.
    """
    from slack_bolt.app.async_app import AsyncApp

    app = AsyncApp(
        name="renewals",
        logger=_silent(),
        process_before_response=True,
        signing_secret="",
        authorize=_authorize,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ignoring_self_assistant_message_events_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.command(_ANY)(listen)
    app.action(_ANY)(listen)
    app.view(_ANY)(listen)
    app.options(_ANY)(listen)
    app.shortcut(_ANY)(listen)
    app.event(_ANY)(listen)
    app.error(_failed)
    return app


async def _authorize(
    enterprise_id: str | None, team_id: str | None, user_id: str | None
) -> AuthorizeResult:
    """Nobody's token: who may be heard, and by which workspace, is decided behind the listeners."""
    from slack_bolt.authorization import AuthorizeResult

    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)


async def _failed(error: Exception, context: AsyncBoltContext) -> None:
    """Keep what was raised for whoever waits, instead of a log line and a bare 500."""
    turn = context.get("turn")
    if isinstance(turn, _Turn) and turn.begun:
        turn.fault = error


def _silent() -> logging.Logger:
    """A logger for bolt that says nothing: it quotes bodies and tokens."""
    logger = logging.getLogger("bot.slack.bolt")
    logger.disabled = True
    return logger

"""The addresses WeCom calls: an app's callback and an AI bot's.

Only what was sealed with our keys is acted on. Whatever else comes is refused with a 4xx and never
read further, and nothing of it reaches the log. Where nothing is to be said the answer is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.web.bodies import Handler, body_of, strict
from bot.wecom.aibot_json import compact, encrypted_of_json, envelope_json, heard_json
from bot.wecom.answering import Reception
from bot.wecom.app_xml import encrypted_of, envelope_xml, heard_xml, text_reply_xml
from bot.wecom.envelope import MOST_BYTES, Envelope, query_of
from bot.wecom.heard import ContactChanged, Entered, Polled, Said, Tapped
from bot.wecom.open_streams import OpenStreams
from bot.wecom.replies_app import AppReply
from bot.wecom.replies_callback import CallbackReply
from bot.wecom.small_talk import Addressed

APP_PATH = "/wecom/callback"
AIBOT_PATH = "/wecom/aibot"

READ_S = 4.0
"""Seconds a body may take to arrive; WeCom itself waits for five altogether."""


@dataclass(frozen=True, slots=True)
class AppDoor:
    """The callback of the app of a corp."""

    envelope: Envelope
    corp_id: str
    reply: Callable[[Addressed], AppReply]


@dataclass(frozen=True, slots=True)
class AibotDoor:
    """The callback of an AI bot; `name` is what people type after the @."""

    envelope: Envelope
    reply: Callable[[Addressed], CallbackReply]
    streams: OpenStreams
    name: str = ""


class WecomDoors:
    """Those of the two that are set up; the address of another is not there."""

    def __init__(
        self,
        reception: Reception,
        clock: Callable[[], datetime],
        *,
        app: AppDoor | None = None,
        aibot: AibotDoor | None = None,
        read_s: float = READ_S,
    ) -> None:
        self._reception = reception
        self._clock = clock
        self._app = app
        self._aibot = aibot
        self._read_s = read_s

    def add_to(self, app: web.Application) -> None:
        """Register them."""
        if self._app is not None:
            app.router.add_get(APP_PATH, _strict(self._app_checked(self._app)), allow_head=False)
            app.router.add_post(APP_PATH, _strict(self._app_called(self._app)))
        if self._aibot is not None:
            checked = _strict(self._aibot_checked(self._aibot))
            app.router.add_get(AIBOT_PATH, checked, allow_head=False)
            app.router.add_post(AIBOT_PATH, _strict(self._aibot_called(self._aibot)))

    def _app_checked(self, door: AppDoor) -> Handler:
        return self._checked(door.envelope)

    def _aibot_checked(self, door: AibotDoor) -> Handler:
        return self._checked(door.envelope)

    def _checked(self, envelope: Envelope) -> Handler:
        async def check(request: web.Request) -> web.Response:
            """The check WeCom makes when the address is entered: the text inside, bare."""
            query = query_of(request.rel_url.raw_query_string)
            return web.Response(text=envelope.echo(query, self._clock()))

        return check

    def _app_called(self, door: AppDoor) -> Handler:
        async def call(request: web.Request) -> web.Response:
            now = self._clock()
            query = query_of(request.rel_url.raw_query_string)
            body = await body_of(request, most=MOST_BYTES, within_s=self._read_s)
            opened = door.envelope.open(query, encrypted_of(body), now)
            heard = heard_xml(opened, corp_id=door.corp_id)
            if isinstance(heard, ContactChanged):
                await self._reception.hear_of_contact(heard)
            if not isinstance(heard, Said | Tapped | Entered) or _passes_by(heard):
                return web.Response()
            reply = await self._reception.hear(heard, door.reply(heard))
            if not isinstance(reply, AppReply) or not reply.text:
                return web.Response()
            to = heard.chat.as_given or heard.chat.userid
            now = self._clock()
            text = text_reply_xml(to=to, corp_id=door.corp_id, text=reply.text, at=now)
            sealed = door.envelope.seal(text, query["nonce"], now)
            return web.Response(text=envelope_xml(sealed), content_type="text/xml")

        return call

    def _aibot_called(self, door: AibotDoor) -> Handler:
        async def call(request: web.Request) -> web.Response:
            now = self._clock()
            query = query_of(request.rel_url.raw_query_string)
            body = await body_of(request, most=MOST_BYTES, within_s=self._read_s)
            opened = door.envelope.open(query, encrypted_of_json(body), now)
            heard = heard_json(opened, name=door.name)
            answer = None
            if isinstance(heard, Polled):
                answer = await door.streams.poll(heard)
            elif isinstance(heard, Said | Tapped | Entered):
                reply = await self._reception.hear(heard, door.reply(heard))
                answer = reply.body if isinstance(reply, CallbackReply) else None
            if answer is None:
                return web.Response()
            sealed = door.envelope.seal(compact(answer), query["nonce"], self._clock())
            return web.Response(text=envelope_json(sealed))

        return call


def _passes_by(heard: Addressed) -> bool:
    """Whether somebody only opened the app's conversation, as they do many times a day."""
    return isinstance(heard, Entered) and not heard.first


def _strict(handler: Handler) -> Handler:
    return strict(handler, "callback")

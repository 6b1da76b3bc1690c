"""Telling the product what people did, over whichever way is set up, and applying its answer."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.loopback.bounded import trim
from bot.loopback.errands import Errands
from bot.loopback.wecom import xml
from bot.loopback.wecom.aibot import STREAMS, AiBotDesk, Asks, Question, Stream
from bot.loopback.wecom.api import Answer, Handler, door, json_of
from bot.loopback.wecom.api_messages import repaint
from bot.loopback.wecom.chats import Post
from bot.loopback.wecom.checks import check
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import AiBot, SelfBuiltApp
from bot.loopback.wecom.lines import Lines
from bot.loopback.wecom.reporting import Reporting, Told
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind

Json = dict[str, Any]

UNHEARD = Told()
PASSIVE = "passive reply"


@dataclass(slots=True)
class _LateAnswer:
    question: Question
    until: datetime
    used: bool = False


class Telling:
    """Apps are told in XML, the AI bot in JSON: over its line, or as a callback."""

    def __init__(
        self, world: World, desk: AiBotDesk, lines: Lines, reporting: Reporting, errands: Errands
    ) -> None:
        self._world = world
        self._desk = desk
        self._lines = lines
        self._reporting = reporting
        self._errands = errands
        self._late: dict[str, _LateAnswer] = {}

    # --- apps ----------------------------------------------------------------------------------

    async def app(self, app: SelfBuiltApp, fields: Json, place: str, shown_id: str = "") -> Told:
        """One of an app's callbacks; `shown_id` is the card that was tapped."""
        if app.callback is None:
            return UNHEARD
        told = await self._reporting.tell_xml(app.callback, app.agent_id, fields)
        return self._applied(told, lambda: self._apply_xml(told.reply, place, shown_id))

    def _apply_xml(self, reply: str, place: str, shown_id: str) -> None:
        said = xml.read(reply)
        match said.get("MsgType"):
            case "text":
                payload = {"msgtype": "text", "text": {"content": said.get("Content", "")}}
                check(payload, PlaceKind.WECOM_APP)
                self._world.chats.hang(Post("passive", place, payload))
            case "update_button":
                name = said.get("Button", {}).get("ReplaceName", "")
                self._repaint(place, shown_id, {"button": {"replace_name": name}})
            case "update_template_card":
                face = xml.as_card(said.get("TemplateCard", {}))
                self._repaint(place, shown_id, {"template_card": face})
            case _:
                raise Refusal(Code.BAD_MESSAGE_TYPE)

    def _repaint(self, place: str, shown_id: str, change: Json) -> None:
        """Only for the person who tapped: every person has a place of their own (90241)."""
        card = self._world.cards.of(shown_id)
        if card is None or not repaint(self._world, card, place, change):
            raise Refusal(Code.NO_SUCH_CARD)

    # --- the AI bot ----------------------------------------------------------------------------

    async def aibot(self, question: Question, body: Json) -> Told:
        """One of the bot's frames or callbacks."""
        bot = self._desk.bot
        whole = self._signed(bot, question, body)
        if bot.callback is None:
            sent = await self._lines.tell(question, whole)
            return Told(200, 1) if sent else UNHEARD
        if question.asks in (Asks.MESSAGE, Asks.TAP):
            whole["response_url"] = self._late_answer(question)
        told = await self._reporting.tell_json(bot.callback, whole)
        return self._applied(told, lambda: self._apply_json(told.reply, question))

    def late_door(self) -> Handler:
        """`aibot/response?response_code=…`: one more answer, once, in plain JSON."""

        async def answer(request: web.Request) -> Answer:
            late = self._late.get(request.query.get("response_code", ""))
            if late is None or self._world.clock() >= late.until:
                raise Refusal(Code.BAD_REQUEST_ID, "invalid response_code")
            if late.used:
                raise Refusal(Code.CODE_USED)
            body = await json_of(request)
            if body.get("msgtype") not in ("markdown", "template_card"):
                raise Refusal(Code.BAD_MESSAGE_TYPE)
            self._desk.hang(late.question.place, body, "response_url")
            late.used = True
            return {}

        return door(self._world, "aibot/response", answer)

    def _signed(self, bot: AiBot, question: Question, body: Json) -> Json:
        """What every report of the bot begins with."""
        member = self._world.company.member(question.userid)
        userid = question.userid if member is None else member.userid
        if member is not None and not bot.super_admin:
            userid = member.open_userid
        chat: Json = {"chattype": "single"}
        if question.place.startswith("group:"):
            chat = {"chatid": question.place.removeprefix("group:"), "chattype": "group"}
        head: Json = {
            "msgid": self._world.name("m"),
            "aibotid": bot.bot_id,
            "from": {"userid": userid},
        }
        if question.asks is not Asks.MESSAGE:
            head["create_time"] = self._world.stamp()
        return {**head, **chat, **body}

    def _late_answer(self, question: Question) -> str:
        code = secrets.token_urlsafe(24)
        until = self._world.clock() + timedelta(seconds=self._world.timing.response_url_s)
        self._late[code] = _LateAnswer(question, until)
        trim(self._late)
        return f"{self._world.api_url}/cgi-bin/aibot/response?response_code={code}"

    def _apply_json(self, reply: str, question: Question) -> None:
        body = json.loads(reply)
        if not isinstance(body, dict):
            raise ValueError("not an object")
        if not body:
            return
        match question.asks:
            case Asks.ENTRY:
                self._desk.welcome(question, body, "passive")
            case Asks.TAP:
                self._desk.update(question, body, "passive")
            case _:
                stream = self._desk.answer(question, body, "passive")
                if stream is not None and not stream.finished:
                    self._errands.run(self._poll(stream))

    async def _poll(self, stream: Stream) -> None:
        """Ask for more of a stream about every second, until it is finished or six minutes old."""
        timing = self._world.timing
        loop = asyncio.get_running_loop()
        until = loop.time() + timing.stream_s
        while not stream.finished and loop.time() < until:
            await asyncio.sleep(timing.poll_s)
            callback = self._desk.bot.callback
            if callback is None:
                return
            body = {"msgtype": "stream", "stream": {"id": stream.id}}
            whole = self._signed(self._desk.bot, stream.question, body)
            told = await self._reporting.tell_json(callback, whole)
            self._applied(told, lambda reply=told.reply: self._apply_more(reply, stream))

    def _apply_more(self, reply: str, stream: Stream) -> None:
        body = json.loads(reply)
        if not isinstance(body, dict) or body.get("msgtype") not in STREAMS:
            raise Refusal(Code.BAD_MESSAGE_TYPE)
        self._desk.answer(stream.question, body, "passive")

    def _applied(self, told: Told, apply: Any) -> Told:
        """Apply a passive reply; what is wrong with it is noted, people see nothing of it."""
        fault = told.fault
        if told.reply:
            try:
                apply()
            except (Refusal, ValueError, KeyError, AttributeError, TypeError) as wrong:
                fault = f"{type(wrong).__name__}: {wrong}"
        if fault:
            self._world.note(PASSIVE, Refusal(Code.BAD_PARAMETER, fault))
        elif told.reply:
            self._world.note(PASSIVE)
        return replace(told, fault=fault)

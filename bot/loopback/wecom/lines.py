"""The long connection: frames in and out, one live line per bot (101463)."""

from __future__ import annotations

import asyncio
import json

from aiohttp import WSMsgType, web

from bot.loopback.errands import Errands
from bot.loopback.hook import Frame
from bot.loopback.wecom.aibot import AiBotDesk, Asks, Question
from bot.loopback.wecom.codes import Code, Refusal, refused, told
from bot.loopback.wecom.commands import Commands
from bot.loopback.wecom.hook import Hook
from bot.loopback.wecom.world import World

CLOSING_S = 0.2
"""How long a line that is closed may take to say so too; many are half-open."""

KICKED, LEAVING = 1000, 1001

MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"


class Line:
    """One connection. `subscribed` once it has said whose it is."""

    def __init__(self, request: web.Request, hook: Hook) -> None:
        self.request = request
        self.socket = web.WebSocketResponse(timeout=CLOSING_S)
        self.subscribed = False
        self._hook = hook

    async def send(self, frame: Frame) -> None:
        """Send a frame; one that is closed loses it."""

        async def send() -> None:
            if not self.socket.closed:
                await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

        try:
            await self._hook.sends(self, frame, send)
        except ConnectionError:
            self.subscribed = False

    async def close(self, code: int) -> None:
        """Say goodbye."""
        self.subscribed = False
        await self.socket.close(code=code)


class Lines:
    """All connections; the one that subscribed last is the live one."""

    def __init__(self, world: World, desk: AiBotDesk, hook: Hook, errands: Errands) -> None:
        self._world = world
        self._desk = desk
        self._hook = hook
        self._errands = errands
        self._commands = Commands(world, desk)
        self._open: set[Line] = set()
        self._subscribed = asyncio.Event()
        self.live: Line | None = None

    @property
    def connected(self) -> bool:
        """Whether the bot is reachable."""
        return self.live is not None and self.live.subscribed

    async def until_connected(self) -> None:
        """Wait for the bot's next subscription, unless it is there."""
        while not self.connected:
            self._subscribed.clear()
            await self._subscribed.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection from its beginning to its end."""
        line = Line(request, self._hook)
        await line.socket.prepare(request)
        self._open.add(line)
        try:
            async for message in line.socket:
                if message.type is WSMsgType.TEXT:
                    await self._heard(line, message.data)
        finally:
            self._open.discard(line)
            line.subscribed = False
            if self.live is line:
                self.live = None
        return line.socket

    async def tell(self, question: Question, body: Frame) -> bool:
        """Report something to the bot; False when it has no line, and then it never hears of it."""
        line = self.live
        if line is None or not line.subscribed:
            return False
        cmd = MESSAGE if question.asks is Asks.MESSAGE else EVENT
        await line.send({"cmd": cmd, "headers": {"req_id": question.id}, "body": body})
        return True

    async def kick(self, line: Line | None = None) -> None:
        """Tell a line (the live one) that another has taken over, and close it."""
        old = line or self.live
        if old is None:
            return
        if self.live is old:
            self.live = None
        question = self._desk.ask(Asks.NOTHING, "", "")
        body = {
            "msgid": self._world.name("msg"),
            "create_time": self._world.stamp(),
            "aibotid": self._desk.bot.bot_id,
            "msgtype": "event",
            "event": {"eventtype": "disconnected_event"},
        }
        await old.send({"cmd": EVENT, "headers": {"req_id": question.id}, "body": body})
        await old.close(KICKED)

    async def stop(self) -> None:
        """Close all of them."""
        await asyncio.gather(*(line.close(LEAVING) for line in list(self._open)))

    async def _heard(self, line: Line, text: str) -> None:
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            self._world.note("frame", Refusal(Code.NOT_JSON))
            return
        heard: Frame = frame
        await self._hook.heard(line, heard, lambda: self._take(line, heard))

    async def _take(self, line: Line, frame: Frame) -> None:
        cmd = str(frame.get("cmd", ""))
        headers = frame.get("headers")
        req_id = headers.get("req_id", "") if isinstance(headers, dict) else ""
        acknowledged: Frame = {"headers": {"req_id": req_id}}
        try:
            body = self._act(line, cmd, str(req_id), frame.get("body"))
        except Refusal as refusal:
            self._world.note(cmd, refusal)
            acknowledged |= refused(refusal)
        else:
            self._world.note(cmd)
            acknowledged |= told(0)
            if body:
                acknowledged["body"] = body
        await line.send(acknowledged)

    def _act(self, line: Line, cmd: str, req_id: str, body: object) -> Frame:
        if cmd == "ping":
            return {}
        if not isinstance(body, dict):
            raise Refusal(Code.BAD_PARAMETER, "body is missing")
        if cmd == "aibot_subscribe":
            self._subscribe(line, body)
            return {}
        if not line.subscribed:
            raise Refusal(Code.NOT_SUBSCRIBED)
        return self._commands.act(cmd, req_id, body)

    def _subscribe(self, line: Line, body: Frame) -> None:
        bot = self._world.company.aibot
        # A bot that is set to callbacks has no long connection: the modes exclude each other.
        if bot is None or bot.callback is not None or body.get("bot_id") != bot.bot_id:
            raise Refusal(Code.BAD_BOT)
        if not bot.secret or body.get("secret") != bot.secret:
            raise Refusal(Code.BAD_BOT_SECRET)
        old, self.live = self.live, line
        line.subscribed = True
        self._subscribed.set()
        if old is not None and old is not line:
            old.subscribed = False
            self._errands.run(self.kick(old))

"""WeCom's end of the long connection on loopback, under a script."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

Json = dict[str, Any]
SECRET = "secret-0f3c-canary"
BOT = "aibFakeBot0001"


@dataclass
class Session:
    """One connection. `deaf`: from now on nothing is answered and nothing is closed.

    `over`: the other side has left.
    """

    websocket: web.WebSocketResponse
    request: web.Request
    number: int
    subscribed: bool = False
    deaf: bool = False
    over: bool = False

    async def say(self, frame: Json) -> None:
        """Send a frame."""
        await self.raw(json.dumps(frame, ensure_ascii=False))

    async def raw(self, text: str) -> None:
        """Send a text."""
        await self.websocket.send_str(text)

    async def acknowledge(self, frame: Json, code: int = 0, **more: Any) -> None:
        """Answer a request."""
        said = "ok" if code == 0 else f"refused, hint: {json.dumps(frame, ensure_ascii=False)}"
        await self.say({"headers": frame["headers"], "errcode": code, "errmsg": said, **more})

    async def message(self, words: str, *, chat: str = "", user: str = "zhangsan") -> None:
        """Somebody says something, in a group when `chat` is given."""
        body: Json = {
            "msgid": f"M-{words}",
            "aibotid": BOT,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "msgtype": "text",
            "text": {"content": words},
        }
        if chat:
            body["chatid"] = chat
        await self.callback("aibot_msg_callback", f"R-{words}", body)

    async def callback(self, cmd: str, req_id: str, body: Json) -> None:
        """Tell the bot something."""
        await self.say({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})

    async def kick(self, *, close: bool = True) -> None:
        """Another connection of the bot has taken over."""
        event = {"eventtype": "disconnected_event"}
        body = {"aibotid": BOT, "msgtype": "event", "event": event}
        await self.callback("aibot_event_callback", "kick", body)
        if close:
            await self.websocket.close()

    def reset(self) -> None:
        """TCP RST: no close frame and no farewell."""
        transport = self.request.transport
        assert transport is not None
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def cut(self) -> None:
        """TCP FIN without a close frame, which clients call 1006."""
        assert self.request.transport is not None
        self.request.transport.close()


Answer = Callable[[Session, Json], Awaitable[None]]
"""What the peer does about one frame."""


async def ok(session: Session, frame: Json) -> None:
    """Acknowledge."""
    await session.acknowledge(frame)


async def lost(_session: Session, _frame: Json) -> None:
    """Take it and say nothing."""


async def twice(session: Session, frame: Json) -> None:
    """Acknowledge it twice."""
    await session.acknowledge(frame)
    await session.acknowledge(frame)


async def reset(session: Session, _frame: Json) -> None:
    """Take it and break the connection."""
    session.reset()


async def without_code(session: Session, frame: Json) -> None:
    """Acknowledge without saying whether it was taken."""
    await session.say({"headers": frame["headers"], "errmsg": "ok"})


def code(number: int) -> Answer:
    """Refuse."""

    async def refuse(session: Session, frame: Json) -> None:
        await session.acknowledge(frame, number)

    return refuse


def told(**body: Any) -> Answer:
    """Acknowledge with a body."""

    async def tell(session: Session, frame: Json) -> None:
        await session.acknowledge(frame, body=body)

    return tell


def closed(number: int) -> Answer:
    """Close the connection instead of answering."""

    async def close(session: Session, _frame: Json) -> None:
        await session.websocket.close(code=number)

    return close


@dataclass
class AibotPeer:
    """Any number of connections of one bot, the newest of which is live.

    `script(cmd, …)` says what is done about the next frames of a kind; all others are acknowledged.
    """

    sessions: list[Session] = field(default_factory=list)
    frames: list[Json] = field(default_factory=list)
    handshakes: int = 0
    url: str = ""
    kicks: bool = True
    secret: str = SECRET
    handshake: Callable[[web.Request], web.StreamResponse | None] = lambda _request: None

    def __post_init__(self) -> None:
        self._scripts: dict[str, deque[Answer]] = defaultdict(deque)
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    def script(self, cmd: str, *answers: Answer) -> None:
        """What is done about the next frames with this cmd."""
        self._scripts[cmd].extend(answers)

    def bodies(self, cmd: str) -> list[Any]:
        """What came in with this cmd."""
        return [frame.get("body") for frame in self.frames if frame["cmd"] == cmd]

    def ids(self, cmd: str) -> list[str]:
        """The request ids of what came in with this cmd."""
        return [frame["headers"]["req_id"] for frame in self.frames if frame["cmd"] == cmd]

    async def until(self, condition: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait for something to have come in."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(condition)

    async def received(self, cmd: str, count: int = 1) -> Json:
        """Wait for so many frames of a kind; the last of them."""
        await self.until(lambda: len(self.ids(cmd)) >= count)
        found: Json = [frame for frame in self.frames if frame["cmd"] == cmd][count - 1]
        return found

    async def subscribed(self, count: int = 1) -> Session:
        """Wait for so many subscriptions to have been accepted; the connection of the last."""
        await self.until(lambda: sum(each.subscribed for each in self.sessions) >= count)
        return [each for each in self.sessions if each.subscribed][count - 1]

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"ws://{host}:{port}/"

    async def stop(self) -> None:
        """Close the port and every connection."""
        for session in self.sessions:
            if session.request.transport is not None:
                session.request.transport.abort()
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.handshakes += 1
        await self._tell()
        answered = self.handshake(request)
        if answered is not None:
            return answered
        websocket = web.WebSocketResponse(max_msg_size=2**24, timeout=0.2)
        await websocket.prepare(request)
        session = Session(websocket, request, len(self.sessions))
        self.sessions.append(session)
        try:
            async for message in websocket:
                if message.type is aiohttp.WSMsgType.TEXT and not session.deaf:
                    await self._take(session, json.loads(message.data))
        finally:
            session.over = True
            await self._tell()
        return websocket

    async def _take(self, session: Session, frame: Json) -> None:
        self.frames.append(frame)
        script = self._scripts[frame["cmd"]]
        try:
            if script:
                await script.popleft()(session, frame)
            elif frame["cmd"] == "aibot_subscribe":
                await self._subscribe(session, frame)
            else:
                await ok(session, frame)
        except ConnectionError:
            pass  # the client was faster in leaving
        await self._tell()

    async def _subscribe(self, session: Session, frame: Json) -> None:
        if frame["body"] != {"bot_id": BOT, "secret": self.secret}:
            await session.acknowledge(frame, 853000)
            return
        earlier = [each for each in self.sessions if each.subscribed and not each.websocket.closed]
        session.subscribed = True
        await session.acknowledge(frame)
        for other in earlier if self.kicks else ():
            if not other.deaf and other.request.transport is not None:
                await other.kick()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

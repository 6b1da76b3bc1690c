"""Slack's end of Socket Mode on loopback, under a script."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

Json = dict[str, Any]

TOKEN = "xapp-1-A1-2-canary0f3c"


@dataclass
class Session:
    """One connection. `deaf`: nothing of it is read any more, so pings go unanswered."""

    websocket: web.WebSocketResponse
    request: web.Request
    acknowledged: list[Json] = field(default_factory=list)
    over: bool = False

    @property
    def acks(self) -> list[str]:
        """Which envelopes were acknowledged here."""
        return [each["envelope_id"] for each in self.acknowledged]

    async def say(self, frame: Json) -> None:
        """Send a frame."""
        await self.websocket.send_str(json.dumps(frame))

    async def greet(self) -> None:
        """Say hello, as Slack does at once."""
        await self.say({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})

    async def disconnect(self, reason: object) -> None:
        """Tell that this connection is to be left."""
        await self.say({"type": "disconnect", "reason": reason, "debug_info": {}})

    def reset(self) -> None:
        """TCP RST: no close frame and no farewell."""
        transport = self.request.transport
        assert transport is not None
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


@dataclass
class SlackPeer:
    """`apps.connections.open` and the connections it leads to.

    `answers` are given to the next calls instead of an address; `greets` says whether a connection
    is greeted, `deaf` whether it is never read.
    """

    sessions: list[Session] = field(default_factory=list)
    answers: deque[web.Response | Json] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    greets: bool = True
    deaf: bool = False
    api_url: str = ""
    refused_handshakes: int = 0

    def __post_init__(self) -> None:
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._leave = asyncio.Event()

    async def until(self, condition: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait for something to have come in."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(condition)

    async def session(self, number: int = 1) -> Session:
        """Wait for so many connections; the last of them."""
        await self.until(lambda: len(self.sessions) >= number)
        return self.sessions[number - 1]

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_get("/link", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_url = f"http://{host}:{port}/api/"

    async def stop(self) -> None:
        """Close the port and every connection."""
        self._leave.set()
        for session in self.sessions:
            if session.request.transport is not None:
                session.request.transport.abort()
        if self._runner:
            await self._runner.cleanup()

    async def _open(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("Authorization", ""))
        answer = self.answers.popleft() if self.answers else None
        await self._tell()
        if isinstance(answer, web.Response):
            return answer
        address = self.api_url.replace("http", "ws", 1).replace("/api/", "/link?ticket=canary-1")
        return web.json_response(answer or {"ok": True, "url": address})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self.refused_handshakes:
            self.refused_handshakes -= 1
            return web.Response(status=503)
        websocket = web.WebSocketResponse(timeout=0.2, autoping=not self.deaf)
        await websocket.prepare(request)
        session = Session(websocket, request)
        self.sessions.append(session)
        try:
            if self.greets:
                await session.greet()
            await self._tell()
            if self.deaf:
                await self._leave.wait()
            async for message in websocket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    session.acknowledged.append(json.loads(message.data))
                    await self._tell()
        except ConnectionError:
            pass  # the client was faster in leaving
        finally:
            session.over = True
            await self._tell()
        return websocket

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

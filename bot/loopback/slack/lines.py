"""Socket Mode: the product's connections, what goes over them, and how they end."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMsgType, web

from bot.loopback.errands import Errands
from bot.loopback.hook import Frame
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.hook import Hook
from bot.loopback.slack.world import World

LINK = "/link/"


class Line:
    """One connection. `deaf` true: it stands, and does not even answer pings."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.deaf = False

    @property
    def open(self) -> bool:
        """Whether anything can be sent."""
        return not self.socket.closed

    async def send(self, frame: Frame) -> None:
        """A frame, unless the other side has gone."""
        if self.open and not self.deaf:
            try:
                await self.socket.send_str(json.dumps(frame))
            except ConnectionError:
                return

    def abort(self) -> None:
        """Cut it without a goodbye."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Lines:
    """All connections; each envelope goes to one of them."""

    def __init__(self, world: World, hook: Hook, errands: Errands) -> None:
        self._world = world
        self._hook = hook
        self._errands = errands
        self._lines: list[Line] = []
        self._turn: Iterator[int] = itertools.count()
        self._tickets: dict[str, datetime] = {}
        self._acks: dict[str, asyncio.Future[Frame]] = {}
        self._arrived = asyncio.Event()

    @property
    def open(self) -> list[Line]:
        """The connections that stand."""
        return [line for line in self._lines if line.open]

    async def until_connected(self, besides: Collection[Line] = ()) -> None:
        """Wait until the product has a connection, or one that is none of these."""
        while not any(line not in besides for line in self.open):
            self._arrived.clear()
            await self._arrived.wait()

    def ticket(self) -> str:
        """A WebSocket address for one connection, for half a minute."""
        name = secrets.token_urlsafe(24)
        until = self._world.clock() + timedelta(seconds=self._world.timing.ticket_s)
        self._tickets[name] = until
        origin = self._world.origin.replace("http://", "ws://", 1)
        return f"{origin}{LINK}?ticket={name}&app_id={self._world.app.id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A connection, until it ends."""
        until = self._tickets.pop(request.query.get("ticket", ""), None)
        if until is None or self._world.clock() > until:
            return web.Response(status=401)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        line = Line(socket, request)
        if len(self.open) >= self._world.limits.connections:
            await line.send(_goodbye("too_many_websockets"))
            await socket.close()
            return socket
        self._lines.append(line)
        self._arrived.set()
        pings = asyncio.create_task(self._ping(line))
        try:
            await self._send(line, self._hello())
            await self._listen(line)
        finally:
            pings.cancel()
            self._lines.remove(line)
        return socket

    async def tell(self, kind: str, payload: Frame, attempt: int, *, answers: bool) -> Frame | None:
        """An envelope to one connection; the payload of its acknowledgement, None without one."""
        lines = [line for line in self.open if not line.deaf]
        if not lines:
            return None
        line = lines[next(self._turn) % len(lines)]
        name = f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-{secrets.token_hex(8)}"
        envelope: Frame = {
            "envelope_id": name,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            envelope["retry_attempt"] = attempt
            envelope["retry_reason"] = "timeout" if attempt else ""
        acked: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._acks[name] = acked
        try:
            await self._send(line, envelope)
            async with asyncio.timeout(self._world.timing.ack_s):
                return await acked
        except TimeoutError:
            return None
        finally:
            del self._acks[name]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go: warning, refresh_requested or link_disabled."""
        for line in self.open:
            await self._send(line, _goodbye(reason))
            if reason != "warning":
                await line.socket.close()

    async def stop(self) -> None:
        """End all of them."""
        for line in list(self._lines):
            line.abort()

    # --- frames --------------------------------------------------------------------------------

    async def _listen(self, line: Line) -> None:
        async for message in line.socket:
            if line.deaf:
                continue
            match message.type:
                case WSMsgType.PING:
                    await line.socket.pong(message.data)
                case WSMsgType.TEXT:
                    await self._hear(line, message.data)

    async def _hear(self, line: Line, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if isinstance(frame, dict) and "envelope_id" in frame:
            await self._hook.heard(line, frame, lambda: self._take(frame))

    async def _take(self, frame: Frame) -> None:
        waiting = self._acks.get(str(frame["envelope_id"]))
        if waiting is not None and not waiting.done():
            payload = frame.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def _send(self, line: Line, frame: Frame) -> None:
        await self._hook.sends(line, frame, lambda: line.send(frame))

    async def _ping(self, line: Line) -> None:
        while line.open:
            await asyncio.sleep(self._world.timing.ping_s)
            if not line.deaf:
                try:
                    await line.socket.ping(b"Ping from applink")
                except ConnectionError:
                    return

    def _hello(self) -> Frame:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": _debug(),
            "connection_info": {"app_id": self._world.app.id},
        }


def app_token_door(world: World, token: str) -> None:
    """Refusal unless it is the app-level token, which opens connections and nothing else."""
    if token.startswith("xoxb-"):
        raise Refusal("not_allowed_token_type")
    if token != world.app.app_token:
        raise Refusal("invalid_auth")


def _goodbye(reason: str) -> Frame:
    return {"type": "disconnect", "reason": reason, "debug_info": _debug()}


def _debug() -> dict[str, Any]:
    return {"host": "applink-loopback", "build_number": 1, "approximate_connection_time": 18060}

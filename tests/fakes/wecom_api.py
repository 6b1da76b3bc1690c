"""WeCom's HTTP API on loopback, small enough to go wrong in any way at any call.

What the whole platform does is `bot.loopback.wecom`; this one knows tokens, answers by script and
keeps what it was asked.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import web

CORP = "ww-corp"
SECRET = "s3cret-canary/with?odd&characters"


class Trouble(Enum):
    """Ways in which a call goes wrong without an error code."""

    HANG = "hang"
    RESET = "reset"
    ERROR_500 = "error_500"
    HTML = "html"
    HALF_JSON = "half_json"
    LIST = "list"
    NO_CODE = "no_code"
    HUGE = "huge"
    LIMIT_429 = "limit_429"
    REDIRECT = "redirect"
    NOT_FOUND = "not_found"


UNKNOWN = (
    Trouble.HANG,
    Trouble.RESET,
    Trouble.ERROR_500,
    Trouble.HTML,
    Trouble.HALF_JSON,
    Trouble.LIST,
    Trouble.NO_CODE,
    Trouble.HUGE,
)
"""Those that tell the caller nothing."""

Answer = int | Trouble | dict[str, Any]
"""An error code, a trouble, or the whole answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it came in."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]
    raw: bytes = b""


@dataclass
class FakeApi:
    """A server for one app. `revoke` makes every token there is worthless."""

    life_s: int = 7_200
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    always_refused: bool = False
    slow: asyncio.Event | None = None
    """While set to an event that is not, gettoken waits for it."""

    def __post_init__(self) -> None:
        self._scripts: dict[str, deque[Answer]] = defaultdict(deque)
        self._numbers = itertools.count(1)
        self._token = ""
        self._runner: web.AppRunner | None = None
        self.asking = asyncio.Event()

    def script(self, path: str, *answers: Answer) -> None:
        """The next calls of a path are answered like this; those after them are fine."""
        self._scripts[path].extend(answers)

    def calm(self) -> None:
        """From now on everything works."""
        self._scripts.clear()

    def revoke(self) -> None:
        """No token is good any more until a new one was asked for."""
        self._token = ""

    def calls(self, path: str) -> int:
        """How often a path was called."""
        return sum(asked.path == path for asked in self.asked)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was posted to a path."""
        return [asked.body for asked in self.asked if asked.path == path]

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application(client_max_size=64 * 1_048_576)
        app.router.add_route("*", "/cgi-bin/{path:.+}", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path, query = request.match_info["path"], dict(request.query)
        raw = await request.read()
        is_json = request.content_type == "application/json"
        self.asked.append(Asked(path, query, json.loads(raw) if is_json else {}, raw))
        if path == "gettoken" and self.slow is not None:
            self.asking.set()
            await self.slow.wait()
        script = self._scripts[path]
        answer = script.popleft() if script else None
        if isinstance(answer, Trouble):
            return await _trouble(answer, request)
        if isinstance(answer, dict):
            return web.json_response(answer)
        if answer is None:
            answer = self._refusal(path, query)
        if answer:
            # As the real one may, quote what was called.
            words = f"no, hint: [17], {request.path_qs}, token {query.get('access_token', '')}"
            return web.json_response({"errcode": answer, "errmsg": words})
        if path == "media/get":
            name, content = self.files[query["media_id"]]
            disposition = f'attachment; filename="{name}"'
            return web.Response(body=content, headers={"Content-Disposition": disposition})
        return web.json_response({"errcode": 0, "errmsg": "ok", **self._fine(path)})

    def _refusal(self, path: str, query: dict[str, str]) -> int:
        if path == "gettoken":
            return 0 if (query["corpid"], query["corpsecret"]) == (CORP, SECRET) else 40001
        if path.startswith("webhook/"):
            return 0
        if self.always_refused or query.get("access_token") != self._token or not self._token:
            return 40014
        return 40007 if path == "media/get" and query["media_id"] not in self.files else 0

    def _fine(self, path: str) -> dict[str, Any]:
        number = next(self._numbers)
        match path:
            case "gettoken":
                if not self._token:
                    self._token = f"token-canary-{number}"
                return {"access_token": self._token, "expires_in": self.life_s}
            case "message/send":
                return {"msgid": f"m{number}", "response_code": f"rc{number}"}
            case "media/upload" | "webhook/upload_media":
                return {"media_id": f"media{number}", "type": "file", "created_at": "1"}
        return {}


async def _trouble(trouble: Trouble, request: web.Request) -> web.StreamResponse:
    match trouble:
        case Trouble.HANG:
            # Cancelled when the client has gone.
            await asyncio.Event().wait()
        case Trouble.RESET:
            transport = request.transport
            assert transport is not None
            connection: socket.socket = transport.get_extra_info("socket")
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        case Trouble.HTML:
            return web.Response(text="<html>200, not really</html>", content_type="text/html")
        case Trouble.HALF_JSON:
            return web.Response(text='{"errcode": 0, "err', content_type="application/json")
        case Trouble.LIST:
            return web.json_response([{"errcode": 0}])
        case Trouble.NO_CODE:
            return web.json_response({"errmsg": "ok"})
        case Trouble.HUGE:
            return web.json_response({"errcode": 0, "filling": "x" * 2_000_000})
        case Trouble.LIMIT_429:
            return web.Response(status=429, headers={"Retry-After": "7"})
        case Trouble.REDIRECT:
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})
        case Trouble.NOT_FOUND:
            return web.Response(status=404)
    return web.Response(status=500, text="internal error")

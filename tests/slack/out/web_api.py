"""A small Slack Web API on loopback that does what it is told to, for the way out."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
TOKEN = "xoxb-token-of-the-bot"
TEAM, BOT_USER, BOT = "T1", "U0BOT", "B0BOT"


@dataclass(frozen=True)
class Answer:
    """What a call is answered instead of what it asks for. `done`: after doing it all the same.

    `drop`: the connection ends without an answer; `hang`: nothing comes for a long time.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "text/html"
    done: bool = False
    drop: bool = False
    hang: bool = False


def refused(error: str, **more: Any) -> Answer:
    """`ok` false."""
    return Answer({"ok": False, "error": error, **more})


@dataclass
class Upload:
    """A file on its way."""

    name: str
    length: int
    content: bytes = b""
    shared: Json | None = None
    asked: int = 0


@dataclass
class WebApi:
    """Channels by id with their messages, oldest first; `calls` as they came in."""

    channels: dict[str, str] = field(default_factory=lambda: {"C0EAST": "east", "C0WEST": "west"})
    hung: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[str, Json]] = field(default_factory=list)
    scripts: dict[str, deque[Answer | None]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Answer] = field(default_factory=dict)
    token: str = TOKEN
    uploads: dict[str, Upload] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    bearers: list[str] = field(default_factory=list)
    page: int = 200
    refuses_tables: bool = False
    refuses_blocks: bool = False
    processed_after: int = 1
    connections: set[Any] = field(default_factory=set)
    url: str = ""
    _runner: web.AppRunner | None = None
    _said: int = 0
    _hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/upload/{id}", self._taken)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._hanging.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def script(self, method: str, *answers: Answer | None) -> None:
        """The next answers of a method; None: what it asks for."""
        self.scripts[method].extend(answers)

    def methods(self) -> list[str]:
        """What was called, in order."""
        return [method for method, _ in self.calls]

    def asked(self, method: str) -> list[Json]:
        """The arguments of the calls of one method."""
        return [arguments for called, arguments in self.calls if called == method]

    def keys(self, channel: str) -> list[str]:
        """The keys of what hangs in a channel."""
        return [
            message["metadata"]["event_payload"]["key"]
            for message in self.hung[channel]
            if "metadata" in message
        ]

    def chat(self, channel: str, text: str) -> Json:
        """Somebody else says something."""
        return self._hang(channel, {"text": text, "user": "U0LIN"})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.connections.add(request.transport)
        self.calls.append((method, arguments))
        scripted = self.scripts[method]
        told = scripted.popleft() if scripted else self.always.get(method)
        if told is None or told.done:
            answer = self._answer(request, method, arguments)
        if told is None:
            return web.json_response(answer, headers={"X-OAuth-Scopes": "chat:write,im:write"})
        if told.hang:
            await self._hanging.wait()
        if told.drop or told.hang:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(told.body, str):
            return web.Response(
                text=told.body,
                status=told.status,
                content_type=told.media_type,
                headers=told.headers,
            )
        return web.json_response(told.body, status=told.status, headers=told.headers)

    def _answer(self, request: web.Request, method: str, given: Json) -> Json:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return {"ok": False, "error": "invalid_auth"}
        doing: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._who,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.open": self._open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._list,
            "files.getUploadURLExternal": self._upload,
            "files.completeUploadExternal": self._complete,
            "files.info": self._info,
        }
        act = doing.get(method)
        return act(given) if act else {"ok": False, "error": "unknown_method"}

    def _who(self, _given: Json) -> Json:
        who = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "team": "House"}
        return {"ok": True, **who, "enterprise_id": "E1"}

    def _post(self, given: Json) -> Json:
        channel = self._channel(given["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if fault := self._blocks_fault(given):
            return fault
        kept = {name: value for name, value in given.items() if name != "channel"}
        message = self._hang(channel, {**kept, "bot_id": BOT})
        return {"ok": True, "channel": channel, "ts": message["ts"], "message": message}

    def _update(self, given: Json) -> Json:
        if fault := self._blocks_fault(given):
            return fault
        for message in self.hung.get(given["channel"], ()):
            if message["ts"] == given["ts"]:
                message.pop("metadata", None)
                message.update({k: v for k, v in given.items() if k != "channel"})
                return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _open(self, given: Json) -> Json:
        return {"ok": True, "channel": {"id": f"D{given['users'][1:]}"}}

    def _history(self, given: Json) -> Json:
        shown = [m for m in self.hung[given["channel"]] if "thread_ts" not in m]
        return self._paged([*reversed(shown)], given)

    def _replies(self, given: Json) -> Json:
        below = [m for m in self.hung[given["channel"]] if m.get("thread_ts") == given["ts"]]
        root = [m for m in self.hung[given["channel"]] if m["ts"] == given["ts"]]
        return self._paged([*root, *below], given)

    def _list(self, given: Json) -> Json:
        shown = [{"id": found, "name": name} for found, name in self.channels.items()]
        return self._paged(shown, given, "channels")

    def _paged(self, items: list[Json], given: Json, name: str = "messages") -> Json:
        start = int(given.get("cursor") or 0)
        end = start + min(self.page, int(given.get("limit", 100)))
        page = [
            {k: v for k, v in item.items() if k != "metadata" or given.get("include_all_metadata")}
            for item in items[start:end]
        ]
        more = str(end) if end < len(items) else ""
        return {"ok": True, name: page, "response_metadata": {"next_cursor": more}}

    def _upload(self, given: Json) -> Json:
        file_id = f"F{len(self.uploads)}"
        self.uploads[file_id] = Upload(given["filename"], int(given["length"]))
        return {"ok": True, "upload_url": f"{self.url}/upload/{file_id}", "file_id": file_id}

    def _complete(self, given: Json) -> Json:
        (one,) = given["files"]
        self.uploads[one["id"]].shared = given
        return {"ok": True, "files": [{"id": one["id"]}]}

    def _info(self, given: Json) -> Json:
        upload = self.uploads[given["file"]]
        upload.asked += 1
        ready = upload.asked >= self.processed_after
        return {"ok": True, "file": {"id": given["file"], "mimetype": "image/png" if ready else ""}}

    async def _taken(self, request: web.Request) -> web.Response:
        self.uploads[request.match_info["id"]].content = await request.read()
        return web.Response(text=f"OK - {self.uploads[request.match_info['id']].length}")

    async def _file(self, request: web.Request) -> web.Response:
        self.bearers.append(request.headers.get("Authorization", ""))
        name = request.match_info["name"]
        if name in self.redirects:
            raise web.HTTPFound(self.redirects[name])
        if name not in self.files:
            raise web.HTTPNotFound
        media_type, content = self.files[name]
        return web.Response(body=content, content_type=media_type)

    def _channel(self, name: str) -> str | None:
        if name.startswith("#"):
            return next(
                (one for one, called in self.channels.items() if f"#{called}" == name), None
            )
        if name[0] in "UW":
            return f"D{name[1:]}"
        return name if name in self.channels or name.startswith("D") else None

    def _blocks_fault(self, given: Json) -> Json | None:
        blocks = given.get("blocks") or ()
        tables = any(block["type"] == "table" for block in blocks)
        if (tables and self.refuses_tables) or (blocks and self.refuses_blocks):
            told = ["[ERROR] unsupported type: table [json-pointer:/blocks/0/type]"]
            return {
                "ok": False,
                "error": "invalid_blocks",
                "response_metadata": {"messages": told},
            }
        return None

    def _hang(self, channel: str, message: Json) -> Json:
        self._said += 1
        hung = {**message, "ts": f"{1_795_400_000 + self._said}.{self._said:06}"}
        self.hung[channel].append(hung)
        return hung


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = await request.post()
    return {name: _read(str(value)) for name, value in form.items()}


def _read(value: str) -> Any:
    return json.loads(value) if value[:1] in "[{" or value in ("true", "false") else value

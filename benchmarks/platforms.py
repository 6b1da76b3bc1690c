"""Slack and WeCom as far as a service needs them to send: one HTTP server that takes everything.

It is light, so that what is measured is the service; what was posted is kept by the names found in it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from benchmarks.mailbox import Mailbox, arguments_of

TEAM, BOT = "T1", "UBOT"
REPEATED = ("可能重复", json.dumps("可能重复")[1:-1], "possibly repeated")
"""What begins a message that may have been told before, in JSON as well."""

_CHANNEL = re.compile(r"C\d{5}")
_USER = re.compile(r"\bU[A-Z0-9]+")
_READS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": TEAM, "team": "acme", "user_id": BOT, "bot_id": "BBOT", "url": "https://acme.slack.com/"},
    "team.info": {"team": {"id": TEAM, "name": "acme", "domain": "acme"}},
    "users.list": {"members": [], "response_metadata": {"next_cursor": ""}},
    "conversations.history": {"messages": [], "has_more": False},
}  # fmt: skip


@dataclass(slots=True)
class Platforms:
    """What was posted to channels and by robots; what the app tells a person is only counted as a call.

    `answer_s` is how long a post takes; `name` is looked for in what is posted.
    """

    answer_s: float = 0.0
    name: re.Pattern[str] | None = None
    address: str = ""
    posts: int = 0
    repeated: int = 0
    told: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    closed: bool = False
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    mail: Mailbox = field(default_factory=Mailbox)

    async def slack(self, request: web.Request) -> web.Response:
        """A method of the Web API."""
        method = request.match_info["method"]
        self.calls[method] += 1
        number = next(self.numbers)
        if method in ("views.open", "views.update"):
            return web.json_response({"ok": True, "view": self._viewed(await request.text())})
        if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            text = await request.text()
            self.mail.put(text, "channel")
            said = await self._taken(text)
            channel = _CHANNEL.search(text)
            return web.json_response(
                {
                    "ok": True,
                    "ts": f"1764000000.{number:06}",
                    "message_ts": f"1764000000.{number:06}",
                    "channel": channel[0] if channel else f"D{number:05}",
                    "message": {"text": said},
                }
            )
        if method == "users.info":
            found = _USER.search(request.query_string or await request.text())
            return web.json_response({"ok": True, "user": _user(found[0] if found else "")})
        return web.json_response({"ok": True, **_slack_read(method, number)})

    def _viewed(self, body: str) -> dict[str, Any]:
        """A modal that opens or changes; it is named by its trigger."""
        told = arguments_of(body)
        view = told.get("view_id") or f"V{told['trigger_id']}"
        self.mail.put(body, name=view)
        return {"id": view, "hash": "h1"}

    async def wecom(self, request: web.Request) -> web.Response:
        """A call of WeCom's API, or a post of a group robot."""
        path = request.match_info["path"]
        self.calls[path] += 1
        answer: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
        if path == "gettoken":
            return web.json_response({**answer, "access_token": "t" * 40, "expires_in": 7200})
        if path == "webhook/send":
            await self._taken(await request.text())
        elif path.endswith("send"):
            self.mail.put(await request.text(), "touser")
            number = next(self.numbers)
            answer |= {"msgid": f"m{number}", "response_code": f"r{number}"}
        return web.json_response(answer)

    async def hook(self, request: web.Request) -> web.Response:
        """A webhook of somebody else: taken alike."""
        await self._taken(await request.text())
        return web.json_response({})

    async def late(self, request: web.Request) -> web.Response:
        """What follows the first answer: both platforms give an address for it."""
        self.mail.put(await request.text(), name=request.path)
        return web.json_response({"ok": True, "errcode": 0, "errmsg": "ok"})

    async def until(self, posts: int, within_s: float) -> None:
        """Wait for so many posts altogether; TimeoutError."""
        async with asyncio.timeout(within_s):
            while self.posts < posts:
                self.changed.clear()
                await self.changed.wait()

    def open(self) -> None:
        """Answer posts from now on, after a time in which none was (`closed`)."""
        self.closed = False
        self.opened.set()

    async def _taken(self, text: str) -> str:
        if self.closed:
            await self.opened.wait()
        if self.answer_s:
            await asyncio.sleep(self.answer_s)
        self.posts += 1
        self.changed.set()
        if self.name is not None:
            # Each alert is named several times in its card.
            names = set(self.name.findall(text))
            marked = any(words in text for words in REPEATED)
            (self.marked if marked else self.told).update(names)
        return text[:20]


def _user(name: str) -> dict[str, Any]:
    return {
        "id": name, "team_id": TEAM, "name": name.lower(), "real_name": name, "locale": "zh-CN",
        "profile": {"real_name": name}, "deleted": False, "is_bot": False,
    }  # fmt: skip


def _slack_read(method: str, number: int) -> dict[str, Any]:
    if method == "conversations.open":
        return {"channel": {"id": f"D{number:05}"}}
    if method in ("conversations.list", "users.conversations"):
        channels = [
            {"id": f"C{n:05}", "name": f"renewals-{n}", "is_member": True, "is_channel": True}
            for n in range(1, 13)
        ]
        return {"channels": channels, "response_metadata": {"next_cursor": ""}}
    return _READS.get(method, {})


@asynccontextmanager
async def platforms(
    *, answer_s: float = 0.0, name: re.Pattern[str] | None = None
) -> AsyncIterator[Platforms]:
    """Both platforms on one port of this machine, until left."""
    found = Platforms(answer_s, name)
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", found.slack)
    app.router.add_route("*", "/cgi-bin/{path:.*}", found.wecom)
    app.router.add_post("/hook", found.hook)
    app.router.add_post("/late/{number}", found.late)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield found
    finally:
        await runner.cleanup()

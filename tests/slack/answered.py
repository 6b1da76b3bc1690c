"""Slack as far as answers reach it, on loopback: what it was told, and what it refuses on demand."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from messages.render.slack_check import check_slack
from tests.slack.directory import account

Json = dict[str, Any]
TEAM, BOT_USER = "T1", "U0BOT"
OK: Json = {"ok": True}


@dataclass
class SlackHeard:
    """Calls by method and answers by `response_url`, all checked as Slack would."""

    calls: list[tuple[str, Json]] = field(default_factory=list)
    responses: list[tuple[str, Json]] = field(default_factory=list)
    scripts: dict[str, deque[Json | int]] = field(default_factory=lambda: defaultdict(deque))
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    refuses_tables: bool = False
    url: str = ""
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def refuse(self, method: str, *errors: str) -> None:
        """The next calls of a method end so; `response` stands for posts to a `response_url`."""
        self.scripts[method].extend({"ok": False, "error": error} for error in errors)

    def asked(self, method: str) -> list[Json]:
        """The arguments of the calls of one method."""
        return [arguments for called, arguments in self.calls if called == method]

    def methods(self) -> list[str]:
        """What was called, in order, without the looking up of who somebody is."""
        return [method for method, _ in self.calls if method not in ("auth.test", "users.info")]

    async def until(self, method: str, times: int = 1) -> None:
        """Wait for calls of a method; `response` stands for posts to a `response_url`."""
        while len(self.responses if method == "response" else self.asked(method)) < times:
            self._arrived.clear()
            await self._arrived.wait()

    async def called(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = await _arguments(request)
        if gate := self.gates.get(method):
            await gate.wait()
        self.calls.append((method, given))
        self._arrived.set()
        if self.scripts[method]:
            told = self.scripts[method].popleft()
            return web.Response(status=told) if isinstance(told, int) else web.json_response(told)
        return web.json_response(self._answer(method, given))

    async def responded(self, request: web.Request) -> web.Response:
        body = await request.json()
        if gate := self.gates.get("response"):
            await gate.wait()
        if self.scripts["response"]:
            told = self.scripts["response"].popleft()
            if isinstance(told, int):
                return web.Response(status=told, text="expired_url" if told == 404 else "")
            return web.json_response(told)
        if fault := self._refused(body):
            return web.json_response(fault)
        self.responses.append((request.match_info["name"], body))
        self._arrived.set()
        return web.Response(text="ok")

    async def file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.fetched.append(name)
        return web.Response(body=self.files[name])

    def _answer(self, method: str, given: Json) -> Json:
        match method:
            case "auth.test":
                who = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": "B0BOT", "team": "House"}
                return {**OK, **who}
            case "users.info":
                return {**OK, "user": self.users.get(given["user"]) or account(given["user"])}
            case "views.open" | "views.push" | "views.update" | "views.publish":
                return self._shown(given)
            case "chat.unfurl":
                for preview in given["unfurls"].values():
                    assert not check_slack({"text": "preview", **preview})
                return OK
            case "conversations.history" | "conversations.replies":
                text = self.messages.get(given["latest"])
                found = [] if text is None else [{"ts": given["latest"], "text": text}]
                return {**OK, "messages": found}
        if fault := self._refused(given):
            return fault
        channel = str(given.get("channel", ""))
        direct = f"D{channel[1:]}" if channel[:1] == "U" else channel
        ts = given.get("ts") or f"1795400000.{next(self._numbers):06}"
        return {**OK, "channel": direct, "ts": ts}

    def _shown(self, given: Json) -> Json:
        view = given["view"]
        assert not check_slack(view), check_slack(view)
        number = given.get("view_id") or f"V{next(self._numbers)}"
        return {**OK, "view": {**view, "id": number, "hash": f"h{next(self._numbers)}"}}

    def _refused(self, body: Json) -> Json | None:
        blocks = body.get("blocks") or []
        said = {"text": body.get("text"), "blocks": blocks}
        assert "blocks" not in body or not check_slack(said), check_slack(said)
        if self.refuses_tables and any(block["type"] == "table" for block in blocks):
            return {"ok": False, "error": "invalid_blocks"}
        return None


@asynccontextmanager
async def slack_on_loopback() -> AsyncIterator[SlackHeard]:
    """It listens for as long as the block runs."""
    heard = SlackHeard()
    app = web.Application()
    app.router.add_post("/api/{method}", heard.called)
    app.router.add_post("/respond/{name}", heard.responded)
    app.router.add_get("/files/{name}", heard.file)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    heard.url = f"http://{host}:{port}"
    try:
        yield heard
    finally:
        for gate in heard.gates.values():
            gate.set()
        await runner.cleanup()


def words_in(thing: Any) -> str:
    """All text that a post or view shows, in order."""
    if isinstance(thing, list):
        return " ".join(filter(None, map(words_in, thing)))
    if not isinstance(thing, dict):
        return ""
    if isinstance(thing.get("text"), str) and not thing.get("blocks"):
        return str(thing["text"])
    return " ".join(filter(None, (words_in(v) for k, v in thing.items() if k != "text" or v)))


def taps_of(thing: Json) -> dict[str, Json]:
    """What can be tapped, by its label; of a list each option."""
    found: dict[str, Json] = {}
    for block in thing.get("blocks", ()):
        elements = [*block.get("elements", ()), block.get("accessory") or {}]
        for element in elements:
            if element.get("type") == "button":
                found[element["text"]["text"]] = element
            for option in element.get("options", ()):
                one = {"action_id": element["action_id"], "value": option["value"]}
                found[option["text"]["text"]] = one
    return found


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = await request.post()
    return {name: _read(str(value)) for name, value in form.items()}


def _read(value: str) -> Any:
    return json.loads(value) if value[:1] in "[{" or value in ("true", "false") else value

"""WeCom as far as alerts go: the app's messages with their check for repeats, and robots."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field

from aiohttp import web

from tests.faults.ledger import Ledger, spoken
from tests.faults.misbehaving import Json, answered
from tests.faults.weather import Weather

CORP, AGENT, APP_SECRET = "wwstorm0", 1000002, "storm-app-secret"
APP, ROBOT = "wecom app", "wecom robot"
_BUSY: Json = {"errcode": -1, "errmsg": "system busy"}
_OK: Json = {"errcode": 0, "errmsg": "ok"}


@dataclass
class WecomPeer:
    """One organisation with an app and any number of robots, told apart by their keys."""

    ledger: Ledger
    weather: Weather
    repeats_dropped: int = 0
    unknown: set[str] = field(default_factory=set)
    _seen: dict[str, float] = field(default_factory=dict)

    def add_to(self, app: web.Application) -> None:
        """Serve `/cgi-bin/…`."""
        app.router.add_get("/cgi-bin/{path:.*}", self._asked)
        app.router.add_post("/cgi-bin/{path:.*}", self._posted)

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        self.ledger.requests += 1
        path = request.match_info["path"]
        fault = self.weather.asking(APP)
        return await answered(request, fault, lambda: self._tell(path), _BUSY, self.weather.dice)

    def _tell(self, path: str) -> Json:
        if path == "gettoken":
            return {**_OK, "access_token": "storm-token", "expires_in": 7200}
        self.unknown.add(path)
        return {"errcode": 60011, "errmsg": "no privilege"}

    async def _posted(self, request: web.Request) -> web.StreamResponse:
        self.ledger.requests += 1
        path, raw = request.match_info["path"], await request.read()
        body: Json = json.loads(raw)
        robot = request.query.get("key", "")
        fault = self.weather.posting(ROBOT if path == "webhook/send" else APP)
        return await answered(
            request, fault, lambda: self._act(path, robot, body, raw), _BUSY, self.weather.dice
        )

    def _act(self, path: str, robot: str, body: Json, raw: bytes) -> Json:
        if path == "webhook/send":
            self.ledger.add(ROBOT, f"robot:{robot}", _words(body))
            return _OK
        if path == "message/send":
            return self._send(body, raw)
        self.unknown.add(path)
        return {"errcode": 40066, "errmsg": "invalid url"}

    def _send(self, body: Json, raw: bytes) -> Json:
        """The same bytes again within the interval are answered, and shown to nobody."""
        told = {**_OK, "msgid": f"m{len(self.ledger.shown)}"}
        if body.get("enable_duplicate_check"):
            digest = hashlib.sha256(raw).hexdigest()
            before = self._seen.get(digest)
            self._seen[digest] = now = time.monotonic()
            if before is not None and now - before < body["duplicate_check_interval"]:
                self.repeats_dropped += 1
                return told
        self.ledger.add(APP, f"user:{body['touser']}", _words(body))
        return told


def _words(body: Json) -> str:
    return spoken(body[body["msgtype"]])

"""Slack as far as alerts go: posting, reading back, who is who. Nothing of the product is in it."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

from aiohttp import web

from tests.faults.ledger import Ledger, spoken
from tests.faults.misbehaving import Json, answered
from tests.faults.weather import Weather

TEAM, BOT_USER, BOT = "T0STORM", "U0BOT", "B0BOT"
TOKEN = "xoxb-storm-0"
WAY = "slack"
_BUSY: Json = {"ok": False, "error": "service_unavailable"}
_PAGE_MOST = 200


@dataclass
class SlackPeer:
    """One workspace in which the bot is everywhere and may everything."""

    ledger: Ledger
    weather: Weather
    channels: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    replies: list[tuple[str, str]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    _last_ts: float = 0.0

    def add_to(self, app: web.Application) -> None:
        """Serve `/api/METHOD`."""
        app.router.add_post("/api/{method}", self._called)
        app.router.add_post("/reply/{user}/{number}", self._replied)

    async def _called(self, request: web.Request) -> web.StreamResponse:
        self.ledger.requests += 1
        method = request.match_info["method"]
        given = await _arguments(request)
        posts = method in ("chat.postMessage", "chat.update", "chat.postEphemeral")
        fault = None
        if method != "users.info":  # who cannot be asked about is refused, and nothing counts
            fault = self.weather.posting(WAY) if posts else self.weather.asking(WAY)
        return await answered(
            request, fault, lambda: self._act(method, given), _BUSY, self.weather.dice
        )

    async def _replied(self, request: web.Request) -> web.StreamResponse:
        """An answer to a command: only the person who asked sees it."""
        self.replies.append((direct(request.match_info["user"]), await request.text()))
        return web.Response(text="ok")

    def _act(self, method: str, given: Json) -> Json:
        match method:
            case "auth.test":
                who = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "team": "Storm"}
                return {"ok": True, "url": "https://storm.slack.com/", "user": "bot", **who}
            case "chat.postMessage":
                return self._post(given)
            case "conversations.open":
                return {"ok": True, "channel": {"id": direct(str(given["users"]))}}
            case "conversations.history" | "conversations.replies":
                return self._history(given)
            case "conversations.info":
                return {"ok": True, "channel": {"id": given["channel"], "is_member": True}}
            case "users.conversations" | "conversations.list":
                return {"ok": True, "channels": [], "response_metadata": {"next_cursor": ""}}
            case "users.info":
                return {"ok": True, "user": _user(str(given["user"]))}
            case "chat.update":
                return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
            case "chat.postEphemeral":
                return {"ok": True, "message_ts": self._new_ts()}
        self.unknown.add(method)
        return {"ok": False, "error": "unknown_method"}

    def _post(self, given: Json) -> Json:
        place = str(given["channel"])
        channel = direct(place) if place.startswith("U") else place
        ts = self._new_ts()
        words = spoken([given.get("text"), given.get("blocks")])
        self.ledger.add(WAY, channel, words, below=bool(given.get("thread_ts")))
        message = {
            "type": "message",
            "ts": ts,
            "bot_id": BOT,
            "text": given.get("text"),
            "metadata": given.get("metadata"),
        }
        self.channels[channel].append(message)
        return {"ok": True, "channel": channel, "ts": ts, "message": message}

    def _history(self, given: Json) -> Json:
        newest_first = self.channels[str(given["channel"])][::-1]
        start = int(given.get("cursor") or 0)
        limit = min(int(given.get("limit", 100)), _PAGE_MOST)
        more = start + limit < len(newest_first)
        cursor = str(start + limit) if more else ""
        page = newest_first[start : start + limit]
        metadata = {"next_cursor": cursor}
        return {"ok": True, "messages": page, "has_more": more, "response_metadata": metadata}

    def _new_ts(self) -> str:
        self._last_ts = max(time.time(), self._last_ts + 0.000_1)
        return f"{self._last_ts:.6f}"


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(await request.post())


def direct(user: str) -> str:
    """The conversation with a person."""
    return f"D{user[1:]}"


def _user(user: str) -> Json:
    profile = {"real_name": user, "email": f"{user.lower()}@storm.example"}
    return {"id": user, "team_id": TEAM, "name": user, "deleted": False, "profile": profile}

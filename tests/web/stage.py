"""A playground with nothing behind it: what the page is told is written here, what it asks is kept.

For drawing what the product itself seldom shows: every input of Block Kit, a view that loads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.loopback.board import Shown
from bot.loopback.windows import Window
from bot.web.playground.asking import answered, refused
from bot.web.playground.drawing import Drawing, instant
from bot.web.playground.events import Event, Events
from bot.web.playground.pages import page_in, shipped_file
from messages.abilities import PlaceKind
from scoring.model import Locale, Person, Platform, Role

Json = dict[str, Any]

NOW = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)
ADA = Person(1, "Ada Park", Role.LEAD, slack_id="U0ADA")
LI = Person(2, "李雷", Role.REP, slack_id="U0LI")
CHANNEL, HOME = "#renewals-east", "U0ADA"
ABILITY = {"edit": True, "buttons": True, "hears": True, "file": True, "forms": True, "note": ""}


@dataclass(slots=True)
class Stage:
    """`answers` are what a door says, by its name: JSON, a sentence that refuses, or how to make it."""

    address: str = ""
    asked: list[tuple[str, Json]] = field(default_factory=list)
    answers: dict[str, Json | str | Callable[[Json], Json]] = field(default_factory=dict)
    posts: list[Shown] = field(default_factory=list)
    window: Window = field(default_factory=lambda: Window(ADA.id))
    _events: Events = field(default_factory=Events)
    _loop: asyncio.AbstractEventLoop | None = None

    def hang(self, **fields: Any) -> Shown:
        """A message of the bot, or of `person_id`; known ids are changed."""
        blank = Shown("", Platform.SLACK, CHANNEL, PlaceKind.SLACK_CHANNEL, NOW)
        number = len(self.posts) + 1
        stamped = {"id": f"p{number}", "ts": f"1700000000.{number:06d}", **fields}
        shown = replace(blank, **stamped)
        self.posts = [post for post in self.posts if post.id != shown.id] + [shown]
        self._tell("post", shown)
        return shown

    def show(self, *modals: Json, home: Json | None = None) -> None:
        """What the person has before them now."""
        self.window = replace(self.window, modals=modals, home=home or self.window.home)
        self._tell("window", self.window)

    def last(self, door: str) -> Json:
        """What was last asked at a door."""
        return next(body for name, body in reversed(self.asked) if name == door)

    def _tell(self, name: str, value: object) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._events.tell, name, value)

    async def start(self) -> web.AppRunner:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/playground/static/{name}", shipped_file)
        app.router.add_get("/playground/state", self._state)
        app.router.add_get("/playground/events", self._listen)
        app.router.add_post("/playground/{door:.+}", self._door)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return runner

    async def _page(self, request: web.Request) -> web.Response:
        asked = request.query.get("locale") or request.headers.get("Accept-Language", "en")[:2]
        return page_in(Locale.of(asked), csrf="token")

    async def _state(self, request: web.Request) -> web.Response:
        drawing = _drawing()
        return answered(
            {
                "now": instant(NOW),
                "zone": "Asia/Shanghai",
                "persons": [
                    {"id": str(one.id), "name": one.name, "role": one.role.value, "team": "East"}
                    for one in (ADA, LI)
                ],
                "person": str(ADA.id),
                "locale": Locale.of(request.headers.get("Accept-Language", "en")[:2]).value,
                "movable_clock": False,
                "places": [_place(CHANNEL, "channel"), _place(HOME, "dm")],
                "posts": [drawing.post(shown) for shown in self.posts],
                "tries": [],
                "slack": {
                    "app": "Renewals",
                    "command": "/renewals",
                    "shortcuts": {
                        "message": [{"id": "log_as_touch", "name": "Log as touch"}],
                        "global": [{"id": "look_up", "name": "Look up customer"}],
                    },
                },
                "window": drawing.window(self.window),
            }
        )

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        drawing = _drawing()

        def draw(event: Event) -> Json | None:
            if isinstance(event.value, Window):
                return drawing.window(event.value)
            return drawing.post(event.value) if isinstance(event.value, Shown) else None

        return await self._events.stream(request, draw)

    async def _door(self, request: web.Request) -> web.Response:
        door, body = request.match_info["door"], await request.json()
        self.asked.append((door, body))
        answer = self.answers.get(door, {"posts": []})
        if isinstance(answer, str):
            return refused(answer)
        return answered(answer(body) if callable(answer) else answer)

    async def end(self, runner: web.AppRunner) -> None:
        """Be gone."""
        self._events.close()
        await runner.cleanup()


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage in a thread of its own, for a browser that waits."""
    set_up, ready, over = Stage(), threading.Event(), threading.Event()

    async def play() -> None:
        runner = await set_up.start()
        ready.set()
        await asyncio.to_thread(over.wait)
        await set_up.end(runner)

    thread = threading.Thread(target=lambda: asyncio.run(play()))
    thread.start()
    ready.wait(10)
    try:
        yield set_up
    finally:
        over.set()
        thread.join(10)


def _drawing() -> Drawing:
    return Drawing(ADA, (ADA, LI), lambda _: "Renewals", {"U0BOT": "Renewals", "C1": CHANNEL})


def _place(name: str, kind: str) -> Mapping[str, Any]:
    shown = name if kind == "channel" else "Renewals"
    place = f"slack:{name}"
    head = {"id": place, "platform": "slack", "kind": kind, "name": shown}
    return {**head, "ability": ABILITY, "hint": "", "mention": ""}

"""The playground's doors: the page, its files, the picture, the line of events, and what people do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.clock import Clock
from bot.loopback.board import Board, Shown
from bot.loopback.conversation import Conversation, Speaker
from bot.loopback.room import Room
from bot.loopback.slack_client import SlackClient
from bot.loopback.spoken import Spoken
from bot.loopback.windows import Window
from bot.web.playground.asking import Asking, answered, parts, reader, refused, text
from bot.web.playground.drawing import instant
from bot.web.playground.events import Event, Events
from bot.web.playground.moving import ClockMover, Step
from bot.web.playground.pages import page_in, shipped_file
from bot.web.playground.reach import Reach
from bot.web.playground.slack_doors import SlackDoors
from bot.web.playground.state import Onlooker, Try, View, state_of
from messages.limits import CHAT_LINE
from scoring.model import Locale

LINE_MOST = 120_000
"""Characters of a typed line that are taken in; the commands read far fewer and say so."""

PNG = b"\x89PNG\r\n\x1a\n"
"""How every PNG begins; a browser draws nothing that is not called what it is."""

Suggest = Callable[[View], Awaitable[list[Try]]]


@dataclass(frozen=True, slots=True)
class Toast:
    """A short notice for one person."""

    person_id: int
    text: str


@dataclass(slots=True)
class Playground:
    """What the doors need. `suggest` makes the three things to try."""

    board: Board
    conversation: Conversation
    onlooker: Onlooker
    mover: ClockMover
    clock: Clock
    suggest: Suggest
    slack: SlackClient | None = None
    reach: Reach = field(default_factory=Reach)
    events: Events = field(default_factory=Events)
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.onlooker, reach=self.reach)
        self.board.listen(lambda shown: self.events.tell("post", shown))
        if self.slack is not None:
            self.slack.windows.listen(lambda window: self.events.tell("window", window))

    def add_to(self, app: web.Application) -> None:
        """Open the doors; lines of events end when the server is told to stop."""
        app.router.add_get("/", self.page)
        app.router.add_get("/playground/static/{name}", shipped_file)
        app.router.add_get("/playground/state", self.state)
        app.router.add_get("/playground/events", self.listen)
        app.router.add_get("/playground/files/{id}/{name}", self.download)
        app.router.add_post("/playground/say", self.say)
        app.router.add_post("/playground/click", self.click)
        app.router.add_post("/playground/submit", self.submit)
        app.router.add_post("/playground/file", self.file)
        app.router.add_post("/playground/clock", self.move)
        app.router.add_post("/playground/locale", self.locale)
        if self.slack is not None:
            SlackDoors(self.asking, self.slack, self.toast).add_to(app)
        app.on_shutdown.append(self._end)

    async def _end(self, _app: web.Application) -> None:
        self.events.close()

    # --- looking -------------------------------------------------------------------------------

    async def page(self, request: web.Request) -> web.Response:
        """The page, in the language of the person or the one asked for."""
        self.asking.check_host(request)
        browser = reader(request)
        view = await self.onlooker.view(request.query.get("person"), reader=browser)
        asked = request.query.get("locale")
        locale = Locale.of(asked) if asked else view.phrases.locale if view else browser
        return page_in(locale, csrf=self.asking.csrf)

    async def state(self, request: web.Request) -> web.Response:
        """Everything one person sees."""
        self.asking.check_host(request)
        view = await self.asking.view(request, request.query.get("person"))
        picture = state_of(
            view,
            self.board,
            self.clock.now(),
            movable=self.clock.movable,
            zone=str(self.onlooker.rules.zone),
            tries=await self.suggest(view),
            slack=self.slack,
        )
        return answered(picture)

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """The line of events to one person's page."""
        self.asking.check_host(request)
        view = await self.asking.view(request, request.query.get("person"))
        rooms = {room.id for room in view.rooms}
        drawing = view.drawing

        def draw(event: Event) -> dict[str, Any] | None:
            if isinstance(event.value, Toast):
                mine = event.value.person_id == view.person.id
                return {"text": event.value.text} if mine else None
            if isinstance(event.value, Window):
                mine = event.value.person_id == view.person.id
                return drawing.window(event.value) if mine else None
            if not isinstance(event.value, Shown):
                return event.value if isinstance(event.value, dict) else {}
            shown = event.value
            theirs = shown.room in rooms and shown.only_for in (None, view.person.id)
            return drawing.post(shown) if theirs else None

        return await self.events.stream(request, draw)

    async def download(self, request: web.Request) -> web.Response:
        """A file that the bot put somewhere."""
        self.asking.check_host(request)
        content = self.conversation.file(request.match_info["id"])
        if content is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        kind = "image/png" if content.startswith(PNG) else "application/octet-stream"
        return web.Response(body=content, content_type=kind, headers=headers)

    # --- doing ---------------------------------------------------------------------------------

    async def say(self, request: web.Request) -> web.Response:
        """A typed line."""
        asked = await self.asking.body(request)
        view, room = await self.asking.where(request, asked)
        line, thread = text(asked, "line")[:LINE_MOST], text(asked, "thread")
        spoken = await self.conversation.say(_speaker(view), room, line, thread)
        return self._spoken(view, room, spoken)

    async def click(self, request: web.Request) -> web.Response:
        """A pressed button."""
        asked = await self.asking.body(request)
        view, room = await self.asking.where(request, asked)
        message, line = text(asked, "post"), text(asked, "line")[:CHAT_LINE]
        spoken = await self.conversation.click(_speaker(view), room, message, line)
        return self._spoken(view, room, spoken)

    async def submit(self, request: web.Request) -> web.Response:
        """A form that was filled in."""
        asked = await self.asking.body(request)
        view, room = await self.asking.where(request, asked)
        given = asked.get("values")
        values = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
        message, line = text(asked, "post"), text(asked, "line")[:CHAT_LINE]
        spoken = await self.conversation.submit(_speaker(view), room, message, line, values)
        return self._spoken(view, room, spoken)

    async def file(self, request: web.Request) -> web.Response:
        """A dropped file: `person`, `place` and `file` as multipart fields."""
        self.asking.check_token(request)
        asked, name, content = await parts(request)
        view, room = await self.asking.where(request, asked)
        if not room.direct or not room.ability.file:
            return refused(view.phrases.t("playground.file.refused", place=room.name))
        spoken = await self.conversation.give(_speaker(view), room, name, content)
        return self._spoken(view, room, spoken)

    async def move(self, request: web.Request) -> web.Response:
        """The clock, a step forward."""
        asked = await self.asking.body(request)
        view = await self.asking.view(request, text(asked, "person") or None)
        try:
            step = Step(text(asked, "step"))
        except ValueError:
            raise web.HTTPBadRequest from None
        if not self.clock.movable:
            return refused(view.phrases.t("loopback.clock_fixed"))
        moved = await self.mover.move(step)
        now = {"now": instant(moved.now)}
        self.events.tell("clock", now)
        if step is Step.MILESTONE and not moved.fired:
            self.toast(view, view.phrases.t("loopback.quiet_year"))
        return answered(now)

    async def locale(self, request: web.Request) -> web.Response:
        """The language a person reads from now on."""
        asked = await self.asking.body(request)
        view = await self.asking.view(request, text(asked, "person"))
        locale = Locale.of(text(asked, "locale"))
        if view.person.id:
            async with self.conversation.store.begin() as tx:
                await tx.people.change(view.person.id, {"locale": locale.value})
        return answered({"locale": locale.value})

    # --- what all of them do -------------------------------------------------------------------

    def toast(self, view: View, sentence: str) -> None:
        """Tell one person something."""
        self.events.tell("toast", Toast(view.person.id, sentence))

    def _spoken(self, view: View, room: Room, spoken: Spoken) -> web.Response:
        if spoken.refusal:
            return refused(spoken.refusal)
        if spoken.notice:
            self.toast(view, view.phrases.t(spoken.notice, bot=view.bot_name(room.platform)))
        posts = [view.drawing.post(shown) for shown in spoken.posts]
        form = None if spoken.form is None else view.drawing.form(spoken.form)
        return answered({"posts": posts, "form": form})


def _speaker(view: View) -> Speaker:
    return Speaker(view.person, view.phrases.locale)

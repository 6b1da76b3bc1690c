"""The playground's doors: the page, its files, the picture, the line of events, and what people do."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from bot.clock import Clock
from bot.loopback.board import Board, Shown
from bot.loopback.conversation import Conversation, Speaker
from bot.loopback.room import Room
from bot.loopback.spoken import Spoken
from bot.web.playground.drawing import instant
from bot.web.playground.events import Event, Events, json_bytes
from bot.web.playground.moving import ClockMover, Step
from bot.web.playground.pages import page_in, shipped_file
from bot.web.playground.reach import Reach
from bot.web.playground.state import Onlooker, Try, View, state_of
from handlers.importing.limits import DEFAULT_LIMITS
from messages.incoming import writable
from messages.limits import CHAT_LINE
from scoring.model import Locale

LINE_MOST = 120_000
"""Characters of a typed line that are taken in; the commands read far fewer and say so."""

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
    events: Events = field(default_factory=Events)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    reach: Reach = field(default_factory=Reach)

    def __post_init__(self) -> None:
        self.board.listen(lambda shown: self.events.tell("post", shown))

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
        app.on_shutdown.append(self._end)

    async def _end(self, _app: web.Application) -> None:
        self.events.close()

    # --- looking -------------------------------------------------------------------------------

    async def page(self, request: web.Request) -> web.Response:
        """The page, in the language of the person or the one asked for."""
        self._check_host(request)
        reader = _reader(request)
        view = await self.onlooker.view(request.query.get("person"), reader=reader)
        asked = request.query.get("locale")
        locale = Locale.of(asked) if asked else view.phrases.locale if view else reader
        return page_in(locale, csrf=self.csrf)

    async def state(self, request: web.Request) -> web.Response:
        """Everything one person sees."""
        self._check_host(request)
        view = await self._view(request, request.query.get("person"))
        picture = state_of(
            view,
            self.board,
            self.clock.now(),
            movable=self.clock.movable,
            zone=str(self.onlooker.rules.zone),
            tries=await self.suggest(view),
        )
        return _json(picture)

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """The line of events to one person's page."""
        self._check_host(request)
        view = await self._view(request, request.query.get("person"))
        rooms = {room.id for room in view.rooms}
        drawing = view.drawing

        def draw(event: Event) -> dict[str, Any] | None:
            if isinstance(event.value, Toast):
                mine = event.value.person_id == view.person.id
                return {"text": event.value.text} if mine else None
            if not isinstance(event.value, Shown):
                return event.value if isinstance(event.value, dict) else {}
            shown = event.value
            theirs = shown.room in rooms and shown.only_for in (None, view.person.id)
            return drawing.post(shown) if theirs else None

        return await self.events.stream(request, draw)

    async def download(self, request: web.Request) -> web.Response:
        """A file that the bot put somewhere."""
        self._check_host(request)
        content = self.conversation.file(request.match_info["id"])
        if content is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        kind = "application/octet-stream"
        return web.Response(body=content, content_type=kind, headers=headers)

    # --- doing ---------------------------------------------------------------------------------

    async def say(self, request: web.Request) -> web.Response:
        """A typed line."""
        asked = await self._body(request)
        view, room = await self._where(request, asked)
        line = _text(asked, "line")[:LINE_MOST]
        return self._spoken(view, room, await self.conversation.say(_speaker(view), room, line))

    async def click(self, request: web.Request) -> web.Response:
        """A pressed button."""
        asked = await self._body(request)
        view, room = await self._where(request, asked)
        message, line = _text(asked, "post"), _text(asked, "line")[:CHAT_LINE]
        spoken = await self.conversation.click(_speaker(view), room, message, line)
        return self._spoken(view, room, spoken)

    async def submit(self, request: web.Request) -> web.Response:
        """A form that was filled in."""
        asked = await self._body(request)
        view, room = await self._where(request, asked)
        given = asked.get("values")
        values = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
        message, line = _text(asked, "post"), _text(asked, "line")[:CHAT_LINE]
        spoken = await self.conversation.submit(_speaker(view), room, message, line, values)
        return self._spoken(view, room, spoken)

    async def file(self, request: web.Request) -> web.Response:
        """A dropped file: `person`, `place` and `file` as multipart fields."""
        self._check_token(request)
        asked, name, content = await _parts(request)
        view, room = await self._where(request, asked)
        if not room.direct or not room.ability.file:
            return _refused(view.phrases.t("playground.file.refused", place=room.name))
        spoken = await self.conversation.give(_speaker(view), room, name, content)
        return self._spoken(view, room, spoken)

    async def move(self, request: web.Request) -> web.Response:
        """The clock, a step forward."""
        asked = await self._body(request)
        view = await self._view(request, _text(asked, "person") or None)
        try:
            step = Step(_text(asked, "step"))
        except ValueError:
            raise web.HTTPBadRequest from None
        if not self.clock.movable:
            return _refused(view.phrases.t("loopback.clock_fixed"))
        moved = await self.mover.move(step)
        now = {"now": instant(moved.now)}
        self.events.tell("clock", now)
        if step is Step.MILESTONE and not moved.fired:
            self._toast(view, view.phrases.t("loopback.quiet_year"))
        return _json(now)

    async def locale(self, request: web.Request) -> web.Response:
        """The language a person reads from now on."""
        asked = await self._body(request)
        view = await self._view(request, _text(asked, "person"))
        locale = Locale.of(_text(asked, "locale"))
        if view.person.id:
            async with self.conversation.store.begin() as tx:
                await tx.people.change(view.person.id, {"locale": locale.value})
        return _json({"locale": locale.value})

    # --- what all of them do -------------------------------------------------------------------

    async def _where(self, request: web.Request, asked: Mapping[str, Any]) -> tuple[View, Room]:
        view = await self._view(request, _text(asked, "person"))
        room = view.room(_text(asked, "place"))
        if room is None:
            raise web.HTTPNotFound
        return view, room

    async def _view(self, request: web.Request, person: str | None) -> View:
        view = await self.onlooker.view(person, reader=_reader(request))
        if view is None:
            raise web.HTTPNotFound
        return view

    async def _body(self, request: web.Request) -> dict[str, Any]:
        self._check_token(request)
        try:
            # Past the charset of the header, which may name anything: JSON is UTF-8.
            asked = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        if not isinstance(asked, dict):
            raise web.HTTPBadRequest
        return asked

    def _check_token(self, request: web.Request) -> None:
        self._check_host(request)
        given = request.headers.get("X-CSRF-Token", "").encode(errors="replace")
        if not hmac.compare_digest(given, self.csrf.encode()):
            raise web.HTTPForbidden

    def _check_host(self, request: web.Request) -> None:
        """A page elsewhere must not reach us by a name that it lets point to this machine."""
        if not self.reach.allows(request.host):
            raise web.HTTPForbidden

    def _toast(self, view: View, text: str) -> None:
        self.events.tell("toast", Toast(view.person.id, text))

    def _spoken(self, view: View, room: Room, spoken: Spoken) -> web.Response:
        if spoken.refusal:
            return _refused(spoken.refusal)
        if spoken.notice:
            self._toast(view, view.phrases.t(spoken.notice, bot=view.bot_name(room.platform)))
        posts = [view.drawing.post(shown) for shown in spoken.posts]
        form = None if spoken.form is None else view.drawing.form(spoken.form)
        return _json({"posts": posts, "form": form})


def _speaker(view: View) -> Speaker:
    return Speaker(view.person, view.phrases.locale)


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise web.HTTPBadRequest
    return writable(value)


async def _parts(request: web.Request) -> tuple[dict[str, str], str, bytes]:
    """The fields of a form with a file, the file's name and its content."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    asked: dict[str, str] = {}
    name, content = "", b""
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise web.HTTPBadRequest
            if part.name == "file":
                name, content = part.filename or "file", await _read(part)
            else:
                asked[part.name or ""] = (await part.read_chunk(1_000)).decode()
    except (ValueError, AssertionError, LookupError):  # how the reader says that it is no form
        raise web.HTTPBadRequest from None
    return asked, writable(Path(name).name)[:200], content


async def _read(part: Any) -> bytes:
    """A file as far as the import would take it; one byte more says that it is too large."""
    content = bytearray()
    while chunk := await part.read_chunk(1 << 18):
        content += chunk
        if len(content) > DEFAULT_LIMITS.file_bytes:
            break
    return bytes(content)


def _reader(request: web.Request) -> Locale:
    """The language of the browser."""
    for tag in request.headers.get("Accept-Language", "").split(","):
        head = tag.strip()[:2].lower()
        if head in ("zh", "en"):
            return Locale.of(head)
    return Locale.EN


def _json(value: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=json_bytes(value), content_type="application/json", headers=headers)


def _refused(sentence: str) -> web.Response:
    body = json_bytes({"error": sentence})
    return web.Response(body=body, content_type="application/json", status=409)

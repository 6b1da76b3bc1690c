"""What the page asks, taken in: who asks, from where, with which token, and in which place."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from bot.loopback.room import Room
from bot.web.playground.events import json_bytes
from bot.web.playground.reach import Reach
from bot.web.playground.state import Onlooker, View
from handlers.importing.limits import DEFAULT_LIMITS
from messages.incoming import writable
from scoring.model import Locale


@dataclass(slots=True)
class Asking:
    """Reads requests. What cannot be meant by our page is refused: 400, 403, 404, 415."""

    onlooker: Onlooker
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    reach: Reach = field(default_factory=Reach)

    async def where(self, request: web.Request, asked: Mapping[str, Any]) -> tuple[View, Room]:
        """The person and one of their places."""
        view = await self.view(request, text(asked, "person"))
        room = view.room(text(asked, "place"))
        if room is None:
            raise web.HTTPNotFound
        return view, room

    async def view(self, request: web.Request, person: str | None) -> View:
        """What that person sees; of the best one for this browser where none is named."""
        view = await self.onlooker.view(person, reader=reader(request))
        if view is None:
            raise web.HTTPNotFound
        return view

    async def body(self, request: web.Request) -> dict[str, Any]:
        """A JSON object that came with the page's token."""
        self.check_token(request)
        try:
            # Past the charset of the header, which may name anything: JSON is UTF-8.
            asked = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        if not isinstance(asked, dict):
            raise web.HTTPBadRequest
        return asked

    def check_token(self, request: web.Request) -> None:
        """Only our own page knows the token."""
        self.check_host(request)
        given = request.headers.get("X-CSRF-Token", "").encode(errors="replace")
        if not hmac.compare_digest(given, self.csrf.encode()):
            raise web.HTTPForbidden

    def check_host(self, request: web.Request) -> None:
        """A page elsewhere must not reach us by a name that it lets point to this machine."""
        if not self.reach.allows(request.host):
            raise web.HTTPForbidden


def text(asked: Mapping[str, Any], name: str) -> str:
    """A string of what was asked, "" where there is none."""
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise web.HTTPBadRequest
    return writable(value)


async def parts(request: web.Request) -> tuple[dict[str, str], str, bytes]:
    """The fields of a form with a file, the file's name and its content."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    asked: dict[str, str] = {}
    name, content = "", b""
    try:
        reading = await request.multipart()
        while (part := await reading.next()) is not None:
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


def reader(request: web.Request) -> Locale:
    """The language of the browser."""
    for tag in request.headers.get("Accept-Language", "").split(","):
        head = tag.strip()[:2].lower()
        if head in ("zh", "en"):
            return Locale.of(head)
    return Locale.EN


def answered(value: object) -> web.Response:
    """JSON for the page."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=json_bytes(value), content_type="application/json", headers=headers)


def refused(sentence: str) -> web.Response:
    """A sentence to show."""
    body = json_bytes({"error": sentence})
    return web.Response(body=body, content_type="application/json", status=409)

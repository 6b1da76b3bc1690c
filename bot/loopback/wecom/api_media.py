"""Files over HTTP: uploads of apps and robots, and what people gave to the bot."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.loopback.wecom.api import Answer, Handler, admitted, door
from bot.loopback.wecom.codes import Code, Refusal, refused
from bot.loopback.wecom.media import KINDS, MOST, StoredFile
from bot.loopback.wecom.world import World

ROBOTS_KINDS = ("file", "voice")
FILES = "/files/"

_NAME = re.compile(r"[\x00-\x1f]")


def upload_door(world: World) -> Handler:
    """`media/upload?type=…`: a file of the corporation, for three days."""
    path = "media/upload"

    async def upload(request: web.Request) -> Answer:
        admitted(world, request, path)
        return _taken(world.media.keep(*await _file(request, KINDS)))

    return door(world, path, upload)


def robot_upload_door(world: World) -> Handler:
    """`webhook/upload_media?key=…&type=…`: a file of one robot, for three days."""

    async def upload(request: web.Request) -> Answer:
        key = request.query.get("key", "")
        if key not in world.company.robots:
            raise Refusal(Code.BAD_KEY)
        return _taken(world.media.keep(*await _file(request, ROBOTS_KINDS), owner=key))

    return door(world, "webhook/upload_media", upload)


def get_door(world: World) -> Handler:
    """`media/get?media_id=…`: the file itself, or an answer that says why not."""
    path = "media/get"

    async def get(request: web.Request) -> web.StreamResponse:
        try:
            admitted(world, request, path)
            stored = world.media.get(request.query.get("media_id", ""))
        except Refusal as refusal:
            world.note(path, refusal)
            return web.json_response(refused(refusal))
        world.note(path)
        return _sent(stored)

    return get


def given_file_door(world: World) -> Handler:
    """The address an AI bot is told for a file: encrypted content, for five minutes."""

    async def get(request: web.Request) -> web.StreamResponse:
        try:
            stored = world.media.get(request.match_info["file"], owner=FILES)
        except Refusal:
            return web.Response(status=404)
        return _sent(stored)

    return get


def _sent(stored: StoredFile) -> web.Response:
    disposition = f"attachment; filename*=UTF-8''{quote(_NAME.sub('', stored.name), safe='')}"
    return web.Response(
        body=stored.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


def _taken(stored: StoredFile) -> Answer:
    created = str(int(stored.until.timestamp()))
    return {"type": stored.kind, "media_id": stored.media_id, "created_at": created}


async def _file(request: web.Request, kinds: tuple[str, ...]) -> tuple[str, str, bytes]:
    """Kind, name and content of the part that is called `media`."""
    kind = request.query.get("type", "")
    if kind not in kinds:
        raise Refusal(Code.BAD_MEDIA_TYPE)
    if request.content_type != "multipart/form-data":
        raise Refusal(Code.NO_MEDIA)
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
                return kind, part.filename, await _read(part, MOST[kind])
    except (ValueError, AssertionError):  # how the reader says that it is no form
        raise Refusal(Code.NO_MEDIA) from None
    raise Refusal(Code.NO_MEDIA)


async def _read(part: BodyPartReader, most: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        content += chunk
        if len(content) > most:
            break
    return bytes(content)

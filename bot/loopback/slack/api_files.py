"""files.*: an upload in three steps, and fetching what people gave."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.loopback.slack.api import Asking, Handler
from bot.loopback.slack.api_chat import said, writable
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.files import File
from bot.loopback.slack.world import World

UPLOAD = "/upload/v1/"
Json = dict[str, Any]


def upload_url(asking: Asking) -> Json:
    """files.getUploadURLExternal."""
    arguments = asking.arguments
    file, ticket = asking.world.files.announce(
        asking.installed.team or asking.workspace.id,
        asking.installed.bot_user,
        asking.text("filename"),
        int(arguments["length"]),
        asking.text("alt_txt"),
    )
    return {"upload_url": f"{asking.world.origin}{UPLOAD}{ticket}", "file_id": file.id}


def complete(asking: Asking) -> Json:
    """files.completeUploadExternal; with a channel's id the bot says them there."""
    wanted = asking.arguments["files"]
    if not wanted or not all(isinstance(one, dict) and "id" in one for one in wanted):
        raise Refusal("invalid_arguments", "[ERROR] must be files [json-pointer:/files]")
    places = _places(asking)
    files = [
        asking.world.files.complete(str(one["id"]), str(one.get("title") or "")) for one in wanted
    ]
    for workspace, channel in places:
        posted = said(asking.world, workspace, channel, asking.text("initial_comment"), [])
        thread = asking.text("thread_ts")
        root = asking.world.chats.get(channel.id, thread) if thread else None
        if thread and root is None:
            raise Refusal("invalid_channel")
        posted.thread = "" if root is None else root.thread or root.ts
        for file in files:
            file.shares.setdefault(channel.id, []).append(posted.ts)
            if channel.private or channel.direct:
                file.private.add(channel.id)
        posted.files = [_json(asking.world, file) for file in files]
        asking.world.chats.hang(posted, asking.method.name)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def info(asking: Asking) -> Json:
    """files.info: `mimetype` is empty until Slack is done with the file."""
    file = asking.world.files.get(asking.text("file"))
    if file is None or not file.completed:
        raise Refusal("file_not_found")
    return {"file": _json(asking.world, file), "comments": []}


def bytes_door(world: World) -> Handler:
    """Where the bytes of an upload are posted to, bare or as a form's file."""

    async def receive(request: web.Request) -> web.StreamResponse:
        content = await _content(request)
        try:
            world.files.receive(request.match_info["ticket"], content)
        except Refusal as refusal:
            return web.Response(status=refusal.status, text=refusal.error)
        return web.Response(text=f"OK - {len(content)}")

    return receive


def file_door(world: World) -> Handler:
    """A file's private address: the bytes for a bot's token, the sign-in page for anybody else."""

    async def give(request: web.Request) -> web.StreamResponse:
        team, _, file_id = request.match_info["file"].partition("-")
        file = world.files.get(file_id)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            installed = world.of_token(bearer)
        except Refusal:
            raise web.HTTPFound(f"{world.origin}/signin") from None
        if "files:read" not in installed.scopes:
            raise web.HTTPFound(f"{world.origin}/signin")
        if file is None or file.team != team or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type="application/octet-stream")

    return give


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The page that downloads without a token end on."""
    return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")


def _places(asking: Asking) -> list[Any]:
    names = [name for name in asking.text("channels").split(",") if name]
    names = [asking.text("channel_id")] if asking.text("channel_id") else names
    found = []
    for name in names:
        # Ids only: names and people's ids are refused here.
        if name[:1] not in ("C", "G", "D"):
            raise Refusal("invalid_channel")
        try:
            found.append(writable(_at(asking, name)))
        except Refusal as refusal:
            known = asking.method.may_answer(refusal.error)
            raise refusal if known else Refusal("posting_to_channel_denied") from None
    return found


def _at(asking: Asking, channel: str) -> Asking:
    arguments = {**asking.arguments, "channel": channel}
    return Asking(asking.world, asking.method, arguments, asking.token, asking.installation)


def _json(world: World, file: File) -> Json:
    return world.files.as_json(file, world.origin)


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""

"""Answers to one thing that somebody did: in the acknowledgement, or later at its response_url."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.loopback.slack.api import Handler
from bot.loopback.slack.api_chat import said
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.checks import check_blocks
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.ledger import Asked
from bot.loopback.slack.triggers import LateAnswer
from bot.loopback.slack.world import World

ACK = "ack"
RESPONSE_URL = "response_url"
HOOKS = ("commands", "actions", "app")
Json = dict[str, Any]


def acknowledged(world: World, late: LateAnswer, body: Json) -> str:
    """Hang what a slash command was acknowledged with; Slack's complaint, "" when there is none.

    A complaint is what the person sees instead: "/renewals failed with the error …".
    """
    if not body:
        return ""
    try:
        posted = _said(world, late, body, ACK)
    except Refusal as refusal:
        _note(world, ACK, late, body, refusal)
        return refusal.error
    _note(world, ACK, late, body)
    late.ts = posted.ts
    return ""


def url_door(world: World) -> Handler:
    """A response_url: at most five answers within half an hour, in JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        late: LateAnswer | None = None
        body: Json = {}
        try:
            late = world.triggers.answer(request.match_info["code"])
            body = await _json(request)
            _apply(world, late, body)
        except Refusal as refusal:
            _note(world, RESPONSE_URL, late, body, refusal)
            return web.json_response(refusal.body(), status=max(refusal.status, 400))
        _note(world, RESPONSE_URL, late, body)
        return web.Response(text="ok")

    return answer


def _apply(world: World, late: LateAnswer, body: Json) -> None:
    original = world.chats.get(late.channel, late.ts) if late.ts else None
    if body.get("delete_original"):
        if original is None:
            raise Refusal("message_not_found", status=404)
        world.chats.remove(original, RESPONSE_URL)
        return
    if body.get("replace_original") and original is not None:
        if not original.bot_id:
            raise Refusal("cant_update_message", status=404)
        text, blocks = _content(world, body)
        original.text, original.blocks = text, blocks
        world.chats.changed(original, RESPONSE_URL)
        return
    posted = _said(world, late, body, RESPONSE_URL)
    if not late.ts:
        # The first answer to a command is what later ones replace.
        late.ts = posted.ts


def _said(world: World, late: LateAnswer, body: Json, through: str) -> Posted:
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise Refusal("invalid_response_type", status=400)
    text, blocks = _content(world, body)
    workspace, channel = world.channel(late.channel, world.workspaces[late.team])
    posted = said(world, workspace, channel, text, blocks)
    posted.only_for = late.user if kind == "ephemeral" else ""
    thread = world.chats.get(channel.id, str(body.get("thread_ts") or ""))
    posted.thread = "" if thread is None else thread.thread or thread.ts
    return world.chats.hang(posted, through)


def _content(world: World, body: Json) -> tuple[str, list[Json]]:
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not isinstance(text, str):
        raise Refusal("invalid_payload", status=400)
    if not text and not blocks:
        raise Refusal("no_text", status=400)
    return text, check_blocks(blocks, world.files.ready)


async def _json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refusal("invalid_payload", status=400) from None
    if not isinstance(body, dict):
        raise Refusal("invalid_payload", status=400)
    return body


def _note(
    world: World, through: str, late: LateAnswer | None, body: Json, refusal: Refusal | None = None
) -> None:
    error, messages = ("", ()) if refusal is None else (refusal.error, refusal.messages)
    team = "" if late is None else late.team
    world.ledger.asked.append(
        Asked(world.clock(), through, error, team, body, messages=tuple(messages))
    )

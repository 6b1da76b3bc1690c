"""Group robots: `webhook/send`, push only, 20 a minute (91770)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from aiohttp import web

from bot.loopback.wecom.api import Answer, Handler, door, json_of
from bot.loopback.wecom.api_messages import file_of
from bot.loopback.wecom.chats import Post, place_of
from bot.loopback.wecom.checks import check
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind

IMAGE_MOST = 2 << 20


def send_door(world: World) -> Handler:
    """The address that people know as the webhook."""

    async def send(request: web.Request) -> Answer:
        if request.method != "POST":
            raise Refusal(Code.WRONG_METHOD)
        key = request.query.get("key", "")
        robot = world.company.robots.get(key)
        if robot is None:
            raise Refusal(Code.BAD_KEY)
        payload = check(await json_of(request), PlaceKind.WECOM_ROBOT)
        file = _picture(payload) or file_of(world, payload, key)
        if not world.counting.admits(world.limits.robot, "robot", key):
            raise Refusal(Code.TOO_OFTEN)
        place = place_of(PlaceKind.WECOM_ROBOT, robot.name)
        world.chats.hang(Post("robot", place, payload, world.name("msg"), file=file))
        return {}

    return door(world, "webhook/send", send)


def _picture(payload: dict[str, Any]) -> tuple[str, bytes] | None:
    """A picture comes within the message, with the sum of its bytes."""
    if payload["msgtype"] != "image":
        return None
    image = payload["image"]
    try:
        content = base64.b64decode(str(image.get("base64", "")), validate=True)
    except ValueError:
        raise Refusal(Code.BAD_PARAMETER, "image.base64 is not base64") from None
    if not 0 < len(content) <= IMAGE_MOST:
        raise Refusal(Code.BAD_FILE_SIZE)
    if hashlib.md5(content).hexdigest() != image.get("md5"):  # noqa: S324 - the protocol's own
        raise Refusal(Code.BAD_PARAMETER, "image.md5 is another")
    return ("picture.png" if content[:4] == b"\x89PNG" else "picture.jpg", content)

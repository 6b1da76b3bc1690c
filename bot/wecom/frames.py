"""The frames of the long connection: JSON texts `{cmd, headers: {req_id}, body}` (101463).

An acknowledgement has no `cmd` but an `errcode`, and the `req_id` of what it acknowledges.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from bot.json_tree import read_json
from bot.refused import Refused
from bot.wecom.envelope import MOST_BYTES

Body = dict[str, Any]

SUBSCRIBE = "aibot_subscribe"
PING = "ping"
SEND = "aibot_send_msg"
RESPOND = "aibot_respond_msg"
WELCOME = "aibot_respond_welcome_msg"
UPDATE = "aibot_respond_update_msg"
UPLOAD_BEGIN = "aibot_upload_media_init"
UPLOAD_CHUNK = "aibot_upload_media_chunk"
UPLOAD_END = "aibot_upload_media_finish"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"
KICK = "disconnected_event"


@dataclass(frozen=True, slots=True)
class Callback:
    """Something that was said or done: `whole` is the frame as it came."""

    cmd: str
    req_id: str
    body: Body
    whole: Body

    @property
    def kicks(self) -> bool:
        """Whether it says that another connection of the same bot has taken over."""
        event = self.body.get("event")
        return self.cmd == EVENT and isinstance(event, dict) and event.get("eventtype") == KICK

    @property
    def lane(self) -> str:
        """The chat it belongs to: the group's id, else the person's."""
        chat = self.body.get("chatid")
        if isinstance(chat, str) and chat:
            return chat.lower()
        sender = self.body.get("from")
        userid = sender.get("userid") if isinstance(sender, dict) else None
        return userid.lower() if isinstance(userid, str) else ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same for a frame that comes twice; a message told again has another `req_id`."""
        msgid = self.body.get("msgid")
        return self.cmd, self.req_id, msgid if isinstance(msgid, str) else ""


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to a request of ours; `whole` carries `errcode`, `errmsg` and perhaps `body`."""

    req_id: str
    whole: Body


def read_frame(raw: bytes) -> Callback | Ack | None:
    """What a text of the connection says; None when it is nothing we know, however it is made."""
    try:
        frame = dict(read_json(raw, MOST_BYTES))
    except Refused:
        return None
    headers, cmd, body = frame.get("headers"), frame.get("cmd"), frame.get("body")
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    if not isinstance(req_id, str):
        return None
    if not cmd:
        return Ack(req_id, frame)
    if cmd in (MESSAGE, EVENT) and isinstance(body, dict):
        return Callback(cmd, req_id, body, frame)
    return None


def written(cmd: str, body: Body | None, req_id: str) -> bytes:
    """A frame of ours; a lone surrogate, which would end the connection, becomes `?`."""
    frame: Body = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False).encode(errors="replace")


def new_req_id(cmd: str) -> str:
    """An id no other request has."""
    return f"{cmd}_{secrets.token_hex(12)}"

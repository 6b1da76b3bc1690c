"""What a subscribed line may ask for, by command (101463)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.loopback.wecom.aibot import AiBotDesk, Asks
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.world import World

Json = dict[str, Any]


class Commands:
    """The commands but subscribing and pinging, which are the line's own."""

    def __init__(self, world: World, desk: AiBotDesk) -> None:
        self._world = world
        self._desk = desk
        self._known: Mapping[str, Callable[[str, Json], Json]] = {
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._push,
            "aibot_upload_media_init": self._upload,
            "aibot_upload_media_chunk": self._chunk,
            "aibot_upload_media_finish": self._finish,
        }

    def act(self, cmd: str, req_id: str, body: Json) -> Json:
        """Do it, and give what the acknowledgement carries."""
        act = self._known.get(cmd)
        if act is None:
            raise Refusal(Code.BAD_PARAMETER, f"unknown cmd {cmd}")
        return act(req_id, body)

    def _respond(self, req_id: str, body: Json) -> Json:
        question = self._desk.question(req_id, Asks.MESSAGE, self._world.timing.reply_s)
        self._desk.answer(question, body, "reply")
        return {}

    def _welcome(self, req_id: str, body: Json) -> Json:
        question = self._desk.question(req_id, Asks.ENTRY, self._world.timing.welcome_s)
        self._desk.welcome(question, body, "welcome")
        return {}

    def _update(self, req_id: str, body: Json) -> Json:
        question = self._desk.question(req_id, Asks.TAP, self._world.timing.welcome_s)
        self._desk.update(question, body, "update")
        return {}

    def _push(self, req_id: str, body: Json) -> Json:
        self._desk.push(body)
        return {}

    def _upload(self, req_id: str, body: Json) -> Json:
        self._count_upload()
        return {"upload_id": self._world.media.begin(body)}

    def _chunk(self, req_id: str, body: Json) -> Json:
        self._world.media.add(body)
        return {}

    def _finish(self, req_id: str, body: Json) -> Json:
        stored = self._world.media.finish(body)
        created = self._world.stamp()
        return {"type": stored.kind, "media_id": stored.media_id, "created_at": str(created)}

    def _count_upload(self) -> None:
        if not self._world.counting.admits(self._world.limits.uploads, "uploads"):
            raise Refusal(Code.TOO_OFTEN)

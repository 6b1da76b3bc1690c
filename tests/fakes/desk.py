"""A platform in memory that can edit and be read back, for what robots cannot do."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.adapters.base import ROWS, THREAD, WHOLE, Hanging, Payload, Receipt
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from scoring.errors import DeliveryError
from storage.pacing import Pace
from storage.posts import Post


@dataclass
class FakeDesk:
    """Channels `#…` of a platform; `faults` are raised by the next calls, None passes.

    A fault of `lost` is raised after the message was taken.
    """

    platform: str = "slack"
    dedupe: bool = False
    read_back: bool = True
    hung: dict[str, list[Payload]] = field(default_factory=dict)
    faults: deque[DeliveryError | Exception | None] = field(default_factory=deque)
    lost: deque[DeliveryError | None] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    def serves(self, place: str) -> bool:
        return place.startswith("#")

    def ability(self, place: str) -> Ability:
        kind = ABILITIES[PlaceKind.SLACK_CHANNEL]
        return replace(kind, dedupe=self.dedupe, read_back=self.read_back)

    def ready(self, place: str) -> bool:
        return place not in self.away

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        return ()

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        return tuple({"text": part} for part in message.summary.split("\f"))

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        return ({"text": f"{words} {payload['text']}"},)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        return ()

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        self.calls.append("send")
        self._fail()
        if not (self.dedupe and key in self.keys):
            self.keys.append(key)
            self.hung.setdefault(place, []).append({**payload, "key": key})
        if self.lost and (fault := self.lost.popleft()):
            raise fault
        return self._receipt(place, key)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        self.calls.append("edit")
        self._fail()
        messages = self.hung[post.place]
        here = int(post.message_id) - 1
        messages[here] = {**messages[here], **payload}
        return Receipt(post.message_id)

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        self.calls.append("find")
        self._fail()
        found = any(message["key"] == key for message in self.hung.get(place, ()))
        return self._receipt(place, key) if found else None

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        self.calls.append("hanging")
        self._fail()
        return [
            Hanging(
                key=message["key"],
                receipt=self._receipt(place, message["key"]),
                rows=frozenset(message[ROWS].split()) if ROWS in message else None,
                whole=message.get(WHOLE, False),
                at=since,
            )
            for message in self.hung.get(place, ())
            if message.get(THREAD, "") == thread
        ]

    def texts(self, place: str) -> list[Any]:
        """What hangs in a channel."""
        return [message["text"] for message in self.hung.get(place, ())]

    def _receipt(self, place: str, key: str) -> Receipt:
        keys = [message["key"] for message in self.hung[place]]
        return Receipt(str(keys.index(key) + 1))

    def _fail(self) -> None:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault

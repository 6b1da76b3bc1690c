"""Ways into WeCom in memory: what was sent, given and answered, with faults on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.adapters.base import Hanging, Payload, Receipt
from bot.adapters.wecom_paces import aibot_pace, app_pace
from messages.abilities import ABILITIES, Ability
from messages.i18n import Phrasebook
from messages.model import Attachment, Message
from messages.places import kind_of_place
from messages.render.wecom import render_wecom
from messages.render.wecom_check import check_wecom
from messages.render.wecom_plain import bare, plainer, with_plainer
from scoring.errors import DeliveryError
from storage.pacing import Pace
from storage.posts import Post


@dataclass
class FakeWay:
    """Sends to places that begin like `kinds`; `faults` are raised by the next sends, None passes.

    While `gate` is not set, sends wait for it.
    """

    kinds: tuple[str, ...] = ("user:",)
    sent: list[tuple[str, Payload, str]] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    faults: deque[DeliveryError | None] = field(default_factory=deque)
    give_faults: deque[DeliveryError | None] = field(default_factory=deque)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    platform = "wecom"

    def serves(self, place: str) -> bool:
        return place.startswith(self.kinds)

    def ready(self, place: str) -> bool:
        return True

    def ability(self, place: str) -> Ability:
        return ABILITIES[kind_of_place("wecom", place)]

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        return app_pace(place) if place.startswith("user:") else aibot_pace(place)

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        kind = kind_of_place("wecom", place)
        return with_plainer(render_wecom(message, kind, book, task_id=key), message, kind, book)

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        return (payload,)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        return plainer(payload)

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        await self.gate.wait()
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault
        assert not check_wecom(payload, kind_of_place("wecom", place))
        self.sent.append((place, bare(payload), key))
        return Receipt(key)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        raise AssertionError("an answer edits nothing")

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        raise AssertionError("an answer looks for nothing")

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        raise AssertionError("an answer looks for nothing")

    async def give(self, place: str, attachment: Attachment) -> None:
        fault = self.give_faults.popleft() if self.give_faults else None
        if fault is not None:
            raise fault
        self.given.append((place, attachment.name))

    def texts(self, place: str = "") -> list[str]:
        """The words of what was sent there, in order."""
        return [words_of(payload) for where, payload, _ in self.sent if where.startswith(place)]


@dataclass
class FakeConnection:
    """A long connection that takes everything but what `faults` say."""

    requests: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)
    faults: deque[DeliveryError | None] = field(default_factory=deque)
    connected: bool = True

    async def request(
        self,
        cmd: str,
        body: dict[str, Any],
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = 5.0,
    ) -> dict[str, Any]:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault
        self.requests.append((cmd, body, req_id))
        return {"errcode": 0}

    @property
    def said(self) -> list[str]:
        """What was answered, in short: the command and the words."""
        return [f"{cmd} {words_of(body)}" for cmd, body, _ in self.requests]


def words_of(payload: dict[str, Any]) -> str:
    """The words of a payload or answer: its content, or what its card says."""
    card = payload.get("template_card")
    kinds = ("text", "markdown", "stream")
    texts = [str(payload[kind]["content"]) for kind in kinds if kind in payload]
    if card:
        title = card["main_title"]["title"]
        taps = [button["text"] for button in card.get("button_list", ())]
        texts.append(f"[{title}|{card.get('sub_title_text', '')}|{'/'.join(taps)}]")
    return " + ".join(texts)

"""People who talk to the bot while things go wrong, and the oracle: what has become of each line."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.loopback.board import Shown
from messages.i18n import Phrasebook
from scoring.model import Locale, Platform
from storage.store import Store
from tests.wecom.faults.post_office import PostOffice
from tests.wecom.faults.site import Site, until

USERIDS = {"李雷": "LiLei", "韩梅梅": "HanMeimei", "Ada Park": "Ada"}
SIGN_OF_LIFE = Phrasebook(Locale.ZH).t("wecom.looking_up")
_MARKER = re.compile(r"第\d+号")
_REFERENCE = re.compile(r'\n(<font color="comment">)?· [a-z2-7]{5}(</font>)?$')


class Kind(StrEnum):
    """What a line is about, and how its answer is known."""

    ASK = "聊了什么"
    LOG = "已记录"
    SNOOZE = "已暂缓"
    CLAIM = "已由"
    LOOK = ""


@dataclass
class Line:
    """One line somebody typed about a customer of whom they say nothing else of that kind there.

    `heard`: it reached a service. `answers` are the posts about it, whenever they came.
    """

    marker: str
    who: str
    place: str
    text: str
    customer: str
    kind: Kind
    heard: bool = False
    answers: list[str] = field(default_factory=list)

    @property
    def cards(self) -> list[str]:
        """Those of the answers that are cards."""
        return [answer for answer in self.answers if answer.startswith("{")]

    @property
    def texts(self) -> list[str]:
        """Those that are not: pages, or what is said where a card cannot be."""
        return [answer for answer in self.answers if not answer.startswith("{")]

    @property
    def by_app(self) -> bool:
        """Whether it was said to the app."""
        return self.place.startswith("user:")

    @property
    def changes(self) -> bool:
        """Whether it writes something into the book."""
        return self.kind in (Kind.LOG, Kind.SNOOZE)


@dataclass
class Talk:
    """All lines of all people, each in places where nobody else is."""

    here: Site
    office: PostOffice
    dice: random.Random
    lines: list[Line] = field(default_factory=list)
    _markers: Iterator[int] = field(default_factory=lambda: itertools.count(101))

    async def say(self, who: str, place: str, words: str, customer: str, kind: Kind) -> Line:
        """Type a line and wait for what comes of it. `#` in it becomes a marker of its own."""
        marker = f"第{next(self._markers)}号"
        line = Line(marker, who, place, words.replace("#", marker), customer, kind)
        self.lines.append(line)
        if not line.by_app:
            await self.here.connected()
        before = self._came_in(line)
        await self.here.cloud.people.say(USERIDS[who], place, line.text)
        await self._dealt_with(line, before + 1)
        await self.here.over()
        self.attribute()
        return line

    async def tap(self, who: str, place: str, key: str) -> None:
        """Tap the button of that key on the newest card that has it."""
        shown = list(self.here.board.seen_by(1, [f"wecom:{place}"]))
        card = next(one for one in reversed(shown) if key in _keys(one))
        await self.here.cloud.people.tap(USERIDS[who], place, card.id, key)
        await self.here.over()

    async def lines_more(self, number: int, over: asyncio.Event) -> None:
        """Wait until so many more lines were said, or it is over."""
        enough = len(self.lines) + number
        await until(lambda: over.is_set() or len(self.lines) >= enough)

    def attribute(self) -> None:
        """Give every line the posts that answer it, and say whether it came in."""
        for line in self.lines:
            line.heard = self._came_in(line) > 0
            line.answers = self.said(line.place, line.customer, line.kind)

    def said(self, place: str, customer: str, kind: Kind) -> list[str]:
        """What the bot's messages in a place say of that kind about a customer."""
        posts = [unreferenced(post) for post in self._posts(place)]
        about = [post for post in posts if customer in post]
        if kind is Kind.LOOK:
            others = [each.value for each in Kind if each.value]
            return [post for post in about if not any(words in post for words in others)]
        return [post for post in about if kind.value in post]

    async def calm(self) -> None:
        """The weather is fine again, and what was kept back arrives after all."""
        self.here.weather.calm()
        self.office.calm()
        await self.office.release()
        await self.here.weather.release()
        for line in self.lines:
            await self._dealt_with(line, 1)
        await self.here.over()
        self.attribute()

    async def _dealt_with(self, line: Line, times: int) -> None:
        """Wait for what went out over the connection, unless it broke on the way."""
        if line.by_app or self._went_out(line) < times:
            return
        with suppress(TimeoutError):
            await until(lambda: self._came_in(line) >= times, within_s=1.0)

    def _posts(self, place: str) -> list[dict[str, Any]]:
        """What the bot's messages in a place show now, signs of life apart."""
        shown = [
            self.here.board.get(Platform.WECOM, place, sent.shown_id)
            for sent in self.here.cloud.ledger.shown(place)
        ]
        payloads = [one.payload for one in shown if one is not None and one.payload is not None]
        return [one for one in payloads if SIGN_OF_LIFE not in json.dumps(one, ensure_ascii=False)]

    def _came_in(self, line: Line) -> int:
        """How often a service has dealt with it."""
        if line.by_app:
            return _count(line, self.office.arrived)
        return sum(_count(line, one.handled) for one in self.here.replicas)

    def _went_out(self, line: Line) -> int:
        return _count(line, self.here.weather.went_out)


def _keys(shown: Shown) -> list[str]:
    card = (shown.payload or {}).get("template_card", {})
    return [button["key"] for button in card.get("button_list", ())]


def _count(line: Line, messages: Iterable[str]) -> int:
    """How many messages tell of that line."""
    return sum(line.text in one and USERIDS[line.who] in one for one in messages)


def unreferenced(payload: dict[str, Any]) -> str:
    """What a post says, without what tells it apart from others of the same words."""
    card = payload.get("template_card")
    if card is not None:
        said = {name: value for name, value in card.items() if name != "task_id"}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)
    return _REFERENCE.sub("", str(payload[payload["msgtype"]]["content"]))


@dataclass(slots=True)
class Changes:
    """How often each marker is in the book: as a touch, as a snooze. The rest is of the audit."""

    touches: Counter[str] = field(default_factory=Counter)
    snoozes: Counter[str] = field(default_factory=Counter)
    claims: Counter[int] = field(default_factory=Counter)
    logged: int = 0

    def of(self, line: Line) -> int:
        """How often a line has changed the book."""
        return (self.touches if line.kind is Kind.LOG else self.snoozes)[line.marker]


async def changes(store: Store) -> Changes:
    """What stands in the book and in its audit."""
    found = Changes()
    async with store.read() as tx:
        notes = await tx.connection.exec_driver_sql("SELECT note FROM touches")
        audit = await tx.connection.exec_driver_sql("SELECT action, subject_id, after FROM audit")
        for row in notes.mappings():
            found.touches.update(_MARKER.findall(row["note"] or ""))
        for row in audit.mappings():
            found.logged += row["action"] == "log"
            if row["action"] == "claim":
                found.claims[row["subject_id"]] += 1
            elif row["action"] == "snooze":
                found.snoozes.update(_MARKER.findall(_spelled(row["after"])))
    return found


def _spelled(value: Any) -> str:
    """A document as its text, which SQLite gives and PostgreSQL does not."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

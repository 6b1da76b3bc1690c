"""People who work with the bot while things go wrong, and the oracle: what became of each line."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from storage.store import Store
from tests.slack.answered import words_in
from tests.slack.faults.site import Site

_MARKER = re.compile(r"第\d+号")
EAST = "C0EAST"


class How(StrEnum):
    """How somebody says something."""

    DIRECTLY = "directly"
    BY_COMMAND = "by command"
    BY_MENTION = "by mention"
    BY_FORM = "by form"


@dataclass
class Line:
    """One touch somebody logs with a customer to whom they log no other one."""

    marker: str
    who: str
    how: How
    customer: str
    handled: int = 0
    answers: list[str] = field(default_factory=list)


@dataclass
class Talk:
    """All lines of all people."""

    here: Site
    dice: random.Random
    lines: list[Line] = field(default_factory=list)
    unopened: int = 0
    _markers: Iterator[int] = field(default_factory=lambda: itertools.count(101))

    async def log(self, who: str, how: How, customer: str) -> Line | None:
        """Log a touch and wait for what comes of it; None where no form opened."""
        line = Line(f"第{next(self._markers)}号", who, how, customer)
        words = f"跟进 {customer} 电话聊了 {line.marker}"
        people = self.here.cloud.people
        match how:
            case How.DIRECTLY:
                await people.say(who, who, words)
            case How.BY_COMMAND:
                await people.slash(who, EAST, words)
            case How.BY_MENTION:
                await people.mention(who, EAST, words)
            case How.BY_FORM:
                opened = await people.slash(who, EAST, f"跟进 {customer}")
                if opened.view is None:
                    self.unopened += 1
                    return None
                said = await people.submit(who, {"text": f"电话聊了 {line.marker}"})
                while said.view is not None:
                    if not said.told.delivered and self.dice.random() < 0.5:
                        said = await people.submit(who)  # "We had some trouble connecting"
                    else:
                        said = await people.close(who, all_=True)
        self.lines.append(line)
        await self.here.over()
        return line

    def attribute(self) -> None:
        """Say of each line how often it was dealt with, and what was answered."""
        for line in self.lines:
            line.handled = self.reached(line)
            line.answers = self.answers(line.who, line.customer)

    def reached(self, line: Line) -> int:
        """How often a service has dealt with it."""
        handled = (heard for each in self.here.replicas for heard in each.handled)
        return sum(line.marker in repr(heard) for heard in handled)

    def answers(self, who: str, customer: str) -> list[str]:
        """What somebody was told of touches with a customer."""
        found = []
        for place in (EAST, who):
            for post in self.here.cloud.posts(place, user=who):
                words = words_in(post.payload) or post.text
                theirs = post.only_for == who or place == who
                if post.bot_id and theirs and f"已记录 {customer}" in words:
                    found.append(words)
        return found


@dataclass(slots=True)
class Changes:
    """How often each marker is in the book as a touch; how often each renewal was claimed."""

    touches: Counter[str] = field(default_factory=Counter)
    claims: Counter[int] = field(default_factory=Counter)
    logged: int = 0


async def changes(store: Store) -> Changes:
    """What stands in the book and in its audit."""
    found = Changes()
    async with store.read() as tx:
        notes = await tx.connection.exec_driver_sql("SELECT note FROM touches")
        audit = await tx.connection.exec_driver_sql("SELECT action, subject_id FROM audit")
        for row in notes.mappings():
            found.touches.update(_MARKER.findall(row["note"] or ""))
        for row in audit.mappings():
            found.logged += row["action"] == "log"
            found.claims[row["subject_id"]] += row["action"] == "claim"
    found.claims = +found.claims
    return found

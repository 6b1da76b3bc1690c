"""What the cloud was asked for and what became of it: the truth that tests compare with."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

KEPT = 50_000
"""Entries of either kind; older ones are forgotten."""

Payload = dict[str, Any]


class Fate(StrEnum):
    """What became of a message. `DROPPED` is the silent one: the sender was told all is well."""

    SHOWN = "shown"
    DROPPED = "dropped"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message for one place. `shown_id` is what hangs there; empty unless it was shown."""

    at: datetime
    through: str
    place: str
    payload: Payload
    fate: Fate
    msgid: str = ""
    shown_id: str = ""

    @property
    def words(self) -> str:
        """The text of it, or the title of its card."""
        kind = str(self.payload.get("msgtype", ""))
        body = self.payload.get(kind, {})
        title = body.get("main_title", {}).get("title", "")
        return str(body.get("content", "") or title)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request or frame, and the code it was answered with."""

    at: datetime
    what: str
    code: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """A card that got a new face. `userids` empty: for everybody who sees it."""

    at: datetime
    through: str
    place: str
    shown_id: str
    payload: Payload
    userids: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    """Everything in order."""

    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=KEPT))
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=KEPT))
    edited: deque[Edited] = field(default_factory=lambda: deque(maxlen=KEPT))

    def shown(self, place: str = "") -> list[Sent]:
        """What arrived, everywhere or in one place."""
        return list(self._of(Fate.SHOWN, place))

    def dropped(self, place: str = "") -> list[Sent]:
        """What was lost to a limit without a word."""
        return list(self._of(Fate.DROPPED, place))

    def codes(self, what: str) -> list[int]:
        """What one kind of request was answered with, in order."""
        return [asked.code for asked in self.asked if asked.what == what]

    def _of(self, fate: Fate, place: str) -> Iterator[Sent]:
        return (sent for sent in self.sent if sent.fate is fate and place in ("", sent.place))

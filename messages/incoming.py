"""What a person did, as a value: the one thing every platform turns its events into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from messages.abilities import PlaceKind
from scoring.model import Locale, Platform
from scoring.permissions import PlaceScope

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""Half a character (JSON can say it, UTF-8 cannot), and what PostgreSQL's text does not hold."""


def writable(text: str) -> str:
    """The text without what could be neither sent on nor kept."""
    return _UNWRITABLE.sub("", text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was said. `id` is the platform's own; `scope` is who else reads the answer.

    `kind` decides what the channel can do with the answer (messages/abilities.py).
    """

    platform: Platform
    id: str
    scope: PlaceScope
    kind: PlaceKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class InFile:
    """A file that came along."""

    name: str
    content: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", writable(self.name))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One chat line, button or filled form from a verified sender.

    `id` names the platform's event, so that a repeat acts once; empty where nothing repeats.
    `locale` is the platform's guess at the language, used until the person has chosen one;
    `answer_in` is asked for explicitly and wins over that choice. `sender_name` is what the
    platform's directory calls a sender whom the book does not know; empty for everybody else.
    """

    platform: Platform
    sender: str
    text: str
    place: Place
    id: str = ""
    locale: Locale | None = None
    answer_in: Locale | None = None
    files: tuple[InFile, ...] = ()
    sender_name: str = ""
    operator: bool = False
    """Said by who sits at the machine itself; never taken from what a sender calls themselves."""
    said_at: datetime | None = None
    """When it was said by the platform's clock, where that is told: a repeat may come late."""

    def __post_init__(self) -> None:
        # Here, so that no platform's way in can forget it.
        for name in ("sender", "text", "id", "sender_name"):
            object.__setattr__(self, name, writable(getattr(self, name)))

"""What the cloud was asked for and what became of it: the truth that tests compare with."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT = 50_000
"""Entries of each kind; older ones are forgotten."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a method and the error it was answered with, "" when it was done.

    `arguments` are as they were understood, without the token; `unknown` names those that the
    method does not have, which Slack ignores. `messages` explain an error.
    """

    at: datetime
    method: str
    error: str
    team: str = ""
    arguments: Json = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of the product. `through`: the method, `ack` or `response_url`.

    `only_for` is the one person who sees it; `key` the `key` in its metadata's payload.
    """

    at: datetime
    through: str
    team: str
    channel: str
    place: str
    ts: str
    payload: Json
    thread: str = ""
    only_for: str = ""
    key: str = ""

    @property
    def words(self) -> str:
        """The text of it."""
        return str(self.payload.get("text", ""))


@dataclass(frozen=True, slots=True)
class Edited:
    """A message that got a new face, or (`payload` None) was taken away."""

    at: datetime
    through: str
    channel: str
    ts: str
    payload: Json | None


@dataclass(frozen=True, slots=True)
class Reported:
    """One attempt to tell the product something, and how it was taken."""

    at: datetime
    kind: str
    payload: Json
    attempt: int
    delivered: bool
    fault: str = ""


@dataclass(slots=True)
class Ledger:
    """Everything in order."""

    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=KEPT))
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=KEPT))
    edited: deque[Edited] = field(default_factory=lambda: deque(maxlen=KEPT))
    reported: deque[Reported] = field(default_factory=lambda: deque(maxlen=KEPT))

    def shown(self, place: str = "") -> list[Sent]:
        """What arrived, everywhere or in one place (its id, or as the product writes it)."""
        return [one for one in self.sent if place in ("", one.place, one.channel)]

    def calls(self, method: str) -> list[Asked]:
        """What one method was asked for."""
        return [one for one in self.asked if one.method == method]

    def errors(self, method: str) -> list[str]:
        """What one method was answered with, in order; "" is success."""
        return [one.error for one in self.calls(method)]

    def unknown_arguments(self) -> list[tuple[str, str]]:
        """Method and argument wherever something was given that Slack does not know."""
        return [(one.method, name) for one in self.asked for name in one.unknown]

"""What answering needs of its neighbours: who somebody is, the Web API, a conversation to post in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.slack.heard import PersonChanged, RemoteFile, Removed, Where
from messages.incoming import InFile
from messages.model import Attachment
from scoring.model import Locale


class Calls(Protocol):
    """Slack's Web API."""

    async def call(
        self, method: str, arguments: dict[str, Any], *, team: str = "", place: str = ""
    ) -> dict[str, Any]:
        """What the method answers; raises the DeliveryError tree when it is not `ok`."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who did it. `name` is what the directory calls somebody whom the book does not know.

    `admitted` is false for guests, bots and people of another company: they are told so and
    nothing else.
    """

    user: str
    name: str = ""
    locale: Locale | None = None
    admitted: bool = True


Identify = Callable[[Where], Awaitable[Speaker]]
"""Finds out who somebody is; raises the DeliveryError tree where Slack has to be asked in vain."""

Fetch = Callable[[RemoteFile, Where], Awaitable[InFile]]
"""Fetches a file that was dropped; a UserError says why it was not."""

Give = Callable[[Where, Attachment], Awaitable[None]]
"""Hands a file to whoever asked, in their own conversation; raises the DeliveryError tree."""

OnPersonChanged = Callable[[PersonChanged], Awaitable[None]]
OnRemoved = Callable[[Removed], Awaitable[None]]


async def as_heard(where: Where) -> Speaker:
    """Whoever Slack says it is."""
    return Speaker(where.user)

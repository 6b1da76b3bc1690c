"""The one place where somebody may come between: tests put their faults here, nobody else does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from bot.loopback.slack.lines import Line

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to tell the product something over HTTP. `kind`: event, command, interaction."""

    url: str
    kind: str
    body: bytes
    attempt: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the product said. `status` 0: nothing in time, or no connection."""

    status: int
    body: bytes = b""
    no_retry: bool = False


class Hook(Protocol):
    """Whatever stands between the cloud and the product, in each direction.

    Each method gets what would happen as a function to call: never, once, late or several times.
    """

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """An HTTP request of the product: a method, a response_url, a file."""

    async def heard(self, line: Line, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """A frame that came over a Socket Mode connection; `take` accepts it."""

    async def sends(self, line: Line, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """A frame that is about to go out over a Socket Mode connection."""

    async def reports(self, call: Call, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """A signed request that is about to be sent to the product."""


class NothingBetween:
    """Everything goes its way."""

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer."""
        return await answer()

    async def heard(self, line: Line, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """Take it."""
        await take()

    async def sends(self, line: Line, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """Send it."""
        await send()

    async def reports(self, call: Call, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """Send it."""
        return await post()

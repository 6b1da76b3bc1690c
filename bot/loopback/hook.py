"""The one place where somebody may come between a cloud and the product: tests put faults here.

Clouds differ in what a line is and in what they tell the product over HTTP, in nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiohttp import web

Frame = dict[str, Any]

LineT = TypeVar("LineT", contravariant=True)
CallT = TypeVar("CallT", contravariant=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the product said. `status` 0: nothing in time, or no connection.

    `no_retry`: it asked not to be told again, where a platform listens to that.
    """

    status: int
    body: bytes = b""
    no_retry: bool = False


class Between(Protocol[LineT, CallT]):
    """Whatever stands between a cloud and the product, in each direction.

    Each method gets what would happen as a function to call: never, once, late or several times.
    """

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """An HTTP request of the product."""

    async def heard(self, line: LineT, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """A frame that came over a line; `take` acts on it."""

    async def sends(self, line: LineT, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """A frame that is about to go out over a line."""

    async def reports(self, call: CallT, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """A request that is about to be sent to the product."""


class NothingBetween:
    """Everything goes its way."""

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer."""
        return await answer()

    async def heard(self, line: Any, frame: Frame, take: Callable[[], Awaitable[None]]) -> None:
        """Act on it."""
        await take()

    async def sends(self, line: Any, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """Send it."""
        await send()

    async def reports(self, call: Any, post: Callable[[], Awaitable[Reply]]) -> Reply:
        """Send it."""
        return await post()

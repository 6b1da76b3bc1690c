"""Searching while somebody types: of one person one search at a time, and the last one counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Typing:
    """One person's searches under way: how many, and the number of the newest."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    newest: int = 0


class Searches:
    """Lets nobody who types, or a machine that does, take the book from everybody else."""

    def __init__(self) -> None:
        self._typing: dict[tuple[str, str], _Typing] = {}

    @asynccontextmanager
    async def turn(self, team: str, user: str) -> AsyncIterator[bool]:
        """Wait for the turn; false when something newer was typed meanwhile."""
        key = (team, user)
        typing = self._typing.setdefault(key, _Typing())
        typing.waiting += 1
        typing.newest += 1
        number = typing.newest
        try:
            async with typing.lock:
                yield number == typing.newest
        finally:
            typing.waiting -= 1
            if not typing.waiting:
                del self._typing[key]

"""Our door on loopback, and Slack before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp
from bot.slack.doors import PATH, SlackDoor
from bot.slack.heard import Heard
from bot.web.server import serving, web_app
from tests.slack.payloads import NOW, SECRET, signed


@dataclass
class Ear:
    """Whoever hears: notes what, and answers as told to."""

    answer: dict[str, Any] | None = None
    fault: Exception | None = None
    heard: list[Heard] = field(default_factory=list)
    forged: int = 0

    def note_forgery(self) -> None:
        """Somebody signed with another secret."""
        self.forged += 1

    async def hear(self, heard: Heard) -> dict[str, Any] | None:
        """Note it and answer."""
        self.heard.append(heard)
        if self.fault is not None:
            raise self.fault
        return self.answer


@dataclass
class Caller:
    """Slack, which knows the secret."""

    address: str
    http: aiohttp.ClientSession
    now: list[datetime]

    async def post(
        self, body: bytes, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Send a body, rightly signed unless `headers` say otherwise: status, type and text."""
        given = signed(body, self.now[0]) if headers is None else headers
        async with self.http.post(self.address, data=body, headers=given) as response:
            return response.status, response.content_type, await response.text()


@asynccontextmanager
async def calling(ear: Ear, *, read_s: float = 2.0) -> AsyncIterator[Caller]:
    """A door with that ear behind it."""
    now = [NOW]
    door = SlackDoor(
        SlackApp(ear.hear),
        SecretStr(SECRET),
        lambda: now[0],
        read_s=read_s,
        forged=ear.note_forgery,
    )
    async with serving(web_app([door]), "127.0.0.1", 0) as address, aiohttp.ClientSession() as http:
        yield Caller(f"{address}{PATH}", http, now)

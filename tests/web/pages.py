"""What the page does with the playground's server, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.app import Prepare, running
from bot.clock import Clock
from bot.config import Config


class Page:
    """What the page does with the server."""

    def __init__(self, client: aiohttp.ClientSession, address: str, csrf: str) -> None:
        self.client = client
        self.address = address
        self.csrf = csrf

    async def state(self, person: str = "") -> dict[str, Any]:
        query = {"person": person} if person else {}
        async with self.client.get(f"{self.address}/playground/state", params=query) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def post(self, door: str, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"X-CSRF-Token": self.csrf}
        address = f"{self.address}/playground/{door}"
        async with self.client.post(address, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def drop(
        self, person: str, place: str, name: str, content: bytes
    ) -> tuple[int, dict[str, Any]]:
        """Drop a file on a place."""
        form = aiohttp.FormData({"person": person, "place": place})
        form.add_field("file", content, filename=name)
        address, headers = f"{self.address}/playground/file", {"X-CSRF-Token": self.csrf}
        async with self.client.post(address, data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def say(self, person: str, place: str, line: str) -> list[dict[str, Any]]:
        status, answer = await self.post("say", person=person, place=place, line=line)
        assert status == 200
        posts: list[dict[str, Any]] = answer["posts"]
        return posts

    async def until(self, person: str, what: Any) -> dict[str, Any]:
        """The first post that fits, told by the line of events or there already."""
        async for name, value in self.events(person):
            if name == "post" and what(value):
                return value
        raise AssertionError("the line ended")

    @asynccontextmanager
    async def hearing(self, person: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
        """The line of events, once it is open: nothing that is told from now on is missed."""
        address = f"{self.address}/playground/events?person={person}"
        async with self.client.get(address) as answer:
            assert (await answer.content.readline()).startswith(b"retry: ")
            yield told(answer)

    async def events(
        self, person: str, last_id: str = ""
    ) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        address = f"{self.address}/playground/events?person={person}"
        async with self.client.get(address, headers=headers) as answer:
            assert answer.status == 200
            async for event in told(answer):
                yield event


async def told(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """What comes over a line of events, by name."""
    name = ""
    async for raw in answer.content:
        line = raw.decode().strip()
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def next_of(kind: str, events: AsyncIterator[tuple[str, Any]]) -> dict[str, Any]:
    """The next event of a kind."""
    async for name, value in events:
        if name == kind:
            found: dict[str, Any] = value
            return found
    raise AssertionError("the line ended")


@asynccontextmanager
async def opened(config: Config, clock: Clock, *, prepare: Prepare) -> AsyncIterator[Page]:
    """A bot by configuration, and a Chinese browser on its page."""
    async with (
        running(config, clock, prepare=prepare) as bot,
        aiohttp.ClientSession(headers={"Accept-Language": "zh-CN,zh"}) as client,
    ):
        async with client.get(bot.address) as answer:
            text = await answer.text()
        found = re.search(r'name="csrf" content="([^"]+)"', text)
        assert found is not None
        yield Page(client, bot.address, found[1])


def lines(posts: list[dict[str, Any]], verb: str) -> list[str]:
    return [
        line for post in posts for line in re.findall(rf'data-line="({verb}[^"]*)"', post["html"])
    ]


def place(state: dict[str, Any], start: str) -> str:
    return next(str(one["id"]) for one in state["places"] if one["id"].startswith(start))

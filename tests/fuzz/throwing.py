"""Sending requests and saying lines, several at a time, until the number or the time is up."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

import aiohttp
from yarl import URL

from bot.dispatcher import Dispatcher
from handlers.commands import COMMANDS
from storage.store import Store
from tests.fuzz.lines import incoming
from tests.fuzz.requests import MAKERS, Request
from tests.fuzz.site import NOW, Kind, Site
from tests.fuzz.tally import Tally

AT_ONCE = 6
ANSWER_MOST_S = 20.0


@dataclass(frozen=True, slots=True)
class Until:
    """When to stop: after so many inputs, or at an instant of the monotonic clock."""

    inputs: int
    at: float = float("inf")

    def reached(self, number: int) -> bool:
        """Whether that input is one too many."""
        return number >= self.inputs or time.monotonic() >= self.at


async def throw_requests(site: Site, kind: Kind, seed: str, until: Until, tally: Tally) -> None:
    """Requests to every door."""
    numbers, makers = iter(range(until.inputs)), MAKERS[kind]
    limits = aiohttp.ClientTimeout(total=ANSWER_MOST_S)
    async with aiohttp.ClientSession(timeout=limits) as client:

        async def worker() -> None:
            for number in numbers:
                if until.reached(number):
                    return
                draw = random.Random(f"{seed}-{number}")
                request = makers[number % len(makers)](draw, site)
                await _send(client, site, request, tally, f"seed {seed}-{number}")

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _send(
    client: aiohttp.ClientSession, site: Site, request: Request, tally: Tally, what: str
) -> None:
    begun = time.perf_counter()
    url = URL(site.address + request.path, encoded=True)
    try:
        async with client.request(
            request.method, url, data=request.body, headers=request.headers, allow_redirects=False
        ) as answer:
            if answer.content_type != "text/event-stream":
                await answer.read()
            status = answer.status
    except TimeoutError:
        tally.broken.append(f"{request.door} gave no answer: {what}")
        return
    except (aiohttp.ClientError, ValueError):
        # The client itself refuses to send some; or the server closed on what is no HTTP.
        status = 400
    tally.note(request.door, status, time.perf_counter() - begun, what)


async def throw_lines(site: Site, seed: str, until: Until, tally: Tally) -> None:
    """Lines of chat, answered by the same dispatch as from the platforms."""
    store = Store.open(site.config.database_url)
    dispatcher = Dispatcher(store, COMMANDS, site.rules)
    async with store.read() as tx:
        known = [p.slack_id or p.wecom_id or "" for p in await tx.people.everybody()]
    senders = [*filter(None, known), "nobody"]
    numbers = iter(range(until.inputs))

    async def worker() -> None:
        for number in numbers:
            if until.reached(number):
                return
            said = incoming(random.Random(f"{seed}-line-{number}"), senders, number)
            begun = time.perf_counter()
            await dispatcher.dispatch(said, NOW)
            took = time.perf_counter() - begun
            tally.note("chat line", 0, took, f"seed {seed}-line-{number}: {said.text[:80]!r}")

    try:
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    finally:
        await store.close()

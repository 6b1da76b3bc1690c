"""Between the cloud and the replicas over HTTP: requests arrive several times, anywhere, or late."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.slack.doors import PATH
from tests.slack.faults.site import Site

COPIES_MOST = 4
GONE = 504
_SENT_ALONG = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")


@dataclass(frozen=True, slots=True)
class Letter:
    """One request as it was signed."""

    body: bytes
    headers: dict[str, str]


@dataclass
class PostOffice:
    """Takes what is meant for one service and hands it to any of them, up to four times.

    At the given rates requests and answers are lost. Copies that are kept back are handed out by
    `release`, in any order: the very same bytes, as a replay has them.
    """

    here: Site
    dice: random.Random
    session: aiohttp.ClientSession
    copies_most: int = 1
    lost: float = 0.0
    answers_lost: float = 0.0
    exactly: tuple[int, int] | None = None
    statuses: list[int] = field(default_factory=list)
    _kept_back: list[Letter] = field(default_factory=list)

    def bad(self, rate: float) -> None:
        """From now on things arrive up to four times, and some never."""
        self.copies_most, self.lost, self.answers_lost = COPIES_MOST, rate, rate

    def calm(self) -> None:
        """From now on everything arrives once."""
        self.copies_most, self.lost, self.answers_lost, self.exactly = 1, 0.0, 0.0, None

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A request of the cloud."""
        headers = {name: request.headers[name] for name in _SENT_ALONG}
        letter = Letter(await request.read(), headers)
        if self.dice.random() < self.lost:
            self.here.weather.count("request lost")
            return web.Response(status=GONE)
        copies = self.dice.randint(1, self.copies_most)
        late = self.dice.randint(0, copies - 1)
        if self.exactly is not None:
            copies, late = self.exactly
        self._kept_back += [letter] * late
        if copies > 1:
            self.here.weather.count(f"told {copies} times")
        answers = await asyncio.gather(*(self._hand(letter) for _ in range(copies - late)))
        if self.dice.random() < self.answers_lost:
            self.here.weather.count("acknowledgement lost")
            return web.Response(status=GONE)
        good = [answer for answer in answers if answer[0] == 200]
        status, body = self.dice.choice(good or answers)
        return web.Response(status=status, body=body, content_type="application/json")

    async def release(self) -> None:
        """What was kept back arrives now, side by side and in any order."""
        letters, self._kept_back = self._kept_back, []
        self.dice.shuffle(letters)
        await asyncio.gather(*(self._hand(letter) for letter in letters))

    async def _hand(self, letter: Letter) -> tuple[int, bytes]:
        replica = self.dice.choice(self.here.replicas)
        url = f"{replica.address}{PATH}"
        async with self.session.post(url, data=letter.body, headers=letter.headers) as response:
            self.statuses.append(response.status)
            return response.status, await response.read()


@asynccontextmanager
async def post_office(here: Site, dice: random.Random) -> AsyncIterator[PostOffice]:
    """The request URL of the app from now on."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        office = PostOffice(here, dice, session)
        app = web.Application()
        app.router.add_post(PATH, office.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        here.cloud.app.request_url = f"http://{host}:{port}{PATH}"
        try:
            yield office
        finally:
            await runner.cleanup()

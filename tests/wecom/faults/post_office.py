"""Between the cloud and the replicas: callbacks arrive several times, anywhere, late, or not at all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.wecom.app_xml import encrypted_of, envelope_xml
from bot.wecom.envelope import Envelope
from tests.wecom import forging
from tests.wecom.faults.site import Site

COPIES_MOST = 4
GONE = 504


@dataclass
class Letter:
    """One attempt of the cloud to tell something; `plain` is what is inside."""

    plain: str
    address: str
    body: bytes


@dataclass
class PostOffice:
    """Takes what is meant for one service and hands it to any of them, up to four times.

    At the given rates callbacks and answers are lost. Copies that are kept back are handed out by
    `release`, in any order.
    """

    here: Site
    dice: random.Random
    session: aiohttp.ClientSession
    copies_most: int = COPIES_MOST
    lost: float = 0.0
    answers_lost: float = 0.0
    letters: list[Letter] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    """What reached a service, as often as it did."""
    _kept_back: list[Letter] = field(default_factory=list)
    _exactly: tuple[int, int] | None = None

    def calm(self) -> None:
        """From now on everything arrives once."""
        self.copies_most, self.lost, self.answers_lost = 1, 0.0, 0.0
        self._exactly = None

    def copies(self, number: int, *, late: int = 0) -> None:
        """Until it is calm everything arrives that often, some of it late."""
        self._exactly = number, late

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A callback of the cloud."""
        letter = self._opened(request.path_qs, await request.read())
        self.letters.append(letter)
        if self.dice.random() < self.lost:
            self.here.weather.count("callback lost")
            return web.Response(status=GONE)
        copies = self.dice.randint(1, self.copies_most)
        at_once = self.dice.randint(1, copies)
        if self._exactly is not None:
            copies, at_once = self._exactly[0], self._exactly[0] - self._exactly[1]
        self._kept_back += [letter] * (copies - at_once)
        if copies > 1:
            self.here.weather.count(f"callback {copies} times")
        answers = await asyncio.gather(*(self._hand(letter) for _ in range(at_once)))
        if self.dice.random() < self.answers_lost:
            self.here.weather.count("answer to a callback lost")
            return web.Response(status=GONE)
        status, body = self.dice.choice(answers)
        return web.Response(status=status, body=body, content_type="text/xml")

    async def release(self) -> None:
        """What was kept back arrives now, side by side and in any order."""
        letters, self._kept_back = self._kept_back, []
        self.dice.shuffle(letters)
        await asyncio.gather(*(self._hand(letter) for letter in letters))

    async def again(self, marker: str) -> str:
        """The latest letter with these words once more, sealed anew; what is answered to it."""
        plain = next(one.plain for one in reversed(self.letters) if marker in one.plain)
        envelope = Envelope(forging.TOKEN, forging.AES_KEY, forging.CORP)
        now = self.here.clock()
        sealed = envelope.seal(plain, forging.NONCE, now)
        query = f"msg_signature={sealed.signature}&timestamp={sealed.timestamp}"
        letter = Letter(
            plain,
            f"/wecom/callback?{query}&nonce={sealed.nonce}",
            envelope_xml(sealed).encode(),
        )
        status, body = await self._hand(letter)
        assert status == 200
        return self._opened_answer(body) if body else ""

    async def _hand(self, letter: Letter) -> tuple[int, bytes]:
        replica = self.dice.choice(self.here.replicas)
        url = f"{replica.address}{letter.address}"
        async with self.session.post(url, data=letter.body) as response:
            self.arrived.append(letter.plain)
            return response.status, await response.read()

    def _opened(self, address: str, body: bytes) -> Letter:
        return Letter(self._open(encrypted_of(body)), address, body)

    def _opened_answer(self, body: bytes) -> str:
        return self._open(encrypted_of(body))

    def _open(self, encrypt: str) -> str:
        now = self.here.clock()
        envelope = Envelope(forging.TOKEN, forging.AES_KEY, forging.CORP)
        query = forging.signed(encrypt, timestamp=str(int(now.timestamp())))
        return envelope.open(query, encrypt, now).decode()


@asynccontextmanager
async def post_office(here: Site, dice: random.Random) -> AsyncIterator[PostOffice]:
    """The address that the app reports to from now on."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        office = PostOffice(here, dice, session)
        app = web.Application()
        app.router.add_post("/wecom/callback", office.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        here.callback(f"http://{host}:{port}")
        try:
            yield office
        finally:
            await runner.cleanup()

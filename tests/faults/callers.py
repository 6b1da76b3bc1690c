"""People whose words arrive four times, in any order, at any replica: each is to count once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import aiohttp

from tests.faults import slack_lines, wecom_lines
from tests.faults.book import CALLER_FIRST, Sizes, name_of, place_of
from tests.faults.replicas import Replica
from tests.faults.weather import Weather

COPIES = 4
LATE_MOST_S = 8.0
CLAIMS_EVERY = 3
"""Every third line is two people's at once, who both want the same customer."""

_ANSWER_S = 3.0
_AGAIN_MOST = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person was told, wherever they saw it; `place` is their own."""

    place: str
    words: str


@dataclass
class Callers:
    """Both platforms, telling every replica several times what their people type.

    `answers` are what the requests were answered with: whoever is told "logged" relies on it.
    `claims` are the customers that two people wanted at the same time.
    """

    sizes: Sizes
    replicas: Sequence[Replica]
    weather: Weather
    clock: Callable[[], datetime]
    origin: str
    session: aiohttp.ClientSession
    answers: list[Answer] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    claims: set[int] = field(default_factory=set)
    _customers: Iterator[int] = field(default_factory=lambda: itertools.count(CALLER_FIRST + 1))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    def say_something(self) -> None:
        """Somebody notes the one call with a customer, or two want the same one at once."""
        customer = next(self._customers)
        if customer % CLAIMS_EVERY:
            person = self.sizes.owner_of(customer)
            return self._say(person, f"log {name_of(customer)} call, all is well")
        self.claims.add(customer)
        for person in self.sizes.rivals_for(customer):
            self._say(person, f"claim {name_of(customer)}")
        return None

    async def all_told(self) -> None:
        """Wait for the copies that are still on their way."""
        await asyncio.gather(*self._late)

    def _say(self, person: int, line: str) -> None:
        number, at = next(self._numbers), self.clock()
        if person < self.sizes.app_people:
            way, body = "wecom", wecom_lines.text(f"p{person}", line, number, at=at)
        else:
            user = f"U{person:06}"
            by_command = partial(slack_lines.command, origin=self.origin)
            directly = partial(slack_lines.message, at=at)
            kind = self.weather.dice.choice([by_command, directly])
            way, body = "slack", kind(user, line, number)
        place = place_of(person, self.sizes)
        for copy in range(COPIES):
            after_s = 0.0 if copy == 0 else self.weather.dice.uniform(0.0, LATE_MOST_S)
            task = asyncio.create_task(self._tell(place, body, after_s, again=copy == 0))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            if copy:
                self.weather.count(f"inbound, {way}: told again, late, anywhere")

    async def _tell(self, place: str, body: bytes, after_s: float, *, again: bool) -> None:
        """Hand it to some replica; the first copy until it is heard, as platforms do."""
        await asyncio.sleep(after_s)
        for _ in range(_AGAIN_MOST if again else 1):
            if await self._handed(place, body):
                return
            await asyncio.sleep(1.0)

    async def _handed(self, place: str, body: bytes) -> bool:
        address = self.weather.dice.choice(self.replicas).address
        if not address:
            return False
        if body.startswith(b"<"):
            path, headers = wecom_lines.path(body, self.clock()), {}
        else:
            path, headers = slack_lines.PATH, slack_lines.signed(body, self.clock())
        timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
        try:
            async with self.session.post(
                f"{address}{path}", data=body, headers=headers, timeout=timeout
            ) as got:
                answer = await got.text()
                self.statuses.add(got.status)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
        if got.status == 200:
            # What is not sealed is said openly.
            self.answers.append(Answer(place, wecom_lines.opened(answer) or answer))
        return got.status == 200

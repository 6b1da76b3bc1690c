"""People whose words arrive four times, in any order, at any replica: each is to count once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.faults.book import CALLER_FIRST, SIGNING_SECRET, Sizes, name_of
from tests.faults.replicas import Replica
from tests.faults.slack_peer import BOT_USER, TEAM
from tests.faults.weather import Weather

COPIES = 4
LATE_MOST_S = 8.0
_ANSWER_S = 3.0
_AGAIN_MOST = 40


@dataclass
class Callers:
    """Slack, telling every replica several times what its people type.

    `answers` are what the requests were answered with: whoever is told "logged" relies on it.
    """

    sizes: Sizes
    replicas: Sequence[Replica]
    weather: Weather
    clock: Callable[[], datetime]
    origin: str
    session: aiohttp.ClientSession
    answers: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def say_something(self) -> None:
        """Somebody notes the one call with a customer, by command or in the direct conversation."""
        number = next(self._numbers)
        dice = self.weather.dice
        customer = CALLER_FIRST + number
        person = self.sizes.owner_of(customer)
        line = f"log {name_of(customer)} call, all is well"
        body = self._command if dice.random() < 0.5 else self._message
        payload = body(f"U{person:06}", line, number)
        for copy in range(COPIES):
            after_s = 0.0 if copy == 0 else dice.uniform(0.0, LATE_MOST_S)
            task = asyncio.create_task(self._tell(payload, after_s, again=copy == 0))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            if copy:
                self.weather.count("inbound: told again, late, anywhere")

    async def all_told(self) -> None:
        """Wait for the copies that are still on their way."""
        await asyncio.gather(*self._late)

    async def _tell(self, payload: bytes, after_s: float, *, again: bool) -> None:
        """Hand it to some replica; the first copy is told again until it is heard, as Slack does."""
        await asyncio.sleep(after_s)
        for _ in range(_AGAIN_MOST if again else 1):
            if await self._handed(self.weather.dice, payload):
                return
            await asyncio.sleep(1.0)

    async def _handed(self, dice: random.Random, payload: bytes) -> bool:
        address = dice.choice(self.replicas).address
        if not address:
            return False
        timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
        url, headers = f"{address}/slack/events", _signed(payload, self.clock())
        try:
            async with self.session.post(
                url, data=payload, headers=headers, timeout=timeout
            ) as got:
                self.answers.append(await got.text())
                self.statuses.add(got.status)
                return got.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def _command(self, user: str, line: str, number: int) -> bytes:
        return urlencode(
            {
                "team_id": TEAM,
                "channel_id": f"D{user[1:]}",
                "channel_name": "directmessage",
                "user_id": user,
                "user_name": user.lower(),
                "command": "/renewals",
                "text": line,
                "response_url": f"{self.origin}/reply/{number}",
                "trigger_id": f"{number}.{number}.storm",
            }
        ).encode()

    def _message(self, user: str, line: str, number: int) -> bytes:
        ts = f"{self.clock().timestamp():.6f}"
        event: dict[str, Any] = {
            "type": "message",
            "channel_type": "im",
            "channel": f"D{user[1:]}",
            "user": user,
            "text": line,
            "ts": ts,
            "event_ts": ts,
            "team": TEAM,
        }
        told = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0STORM",
            "event": event,
            "event_id": f"Ev{number:08}",
            "event_time": int(self.clock().timestamp()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        return json.dumps(told).encode()


def _signed(body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    kind = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }

"""A service with the API and nothing else, and clients that post to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp

from bot.web.api.doors import Api
from bot.web.server import serving, web_app
from handlers.api_sources import API_KINDS, add_source
from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from handlers.rules import Rules
from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)
BOOK = "account,contract_no,ends_on\nAcme,A-1,2026-12-31\nBlue,B-1,2026-11-30\n"


@dataclass
class Time:
    """Clocks that are moved by hand."""

    now: datetime = NOW
    steady: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return tuple(self.body[name] for name in ("new", "changed", "unchanged", "refused"))


@dataclass
class Client:
    """Posts rows with the token of one source."""

    address: str
    session: aiohttp.ClientSession
    token: str
    time: Time = field(default_factory=Time)

    async def post(self, kind: str, rows: object, **headers: str) -> Answer:
        """Rows as a JSON array, or a text or bytes as they are; headers with `_` for `-`."""
        body = rows if isinstance(rows, str | bytes) else json.dumps(rows)
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("POST", f"/api/v1/{kind}", body, given)

    async def send(
        self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Any request."""
        async with self.session.request(
            method,
            f"{self.address}{path}",
            data=BytesIO(body.encode() if isinstance(body, str) else body) if body else b"",
            headers=headers,
        ) as answer:
            found = await answer.read()
            return Answer(answer.status, json.loads(found) if found else None, answer.headers)


@asynccontextmanager
async def serving_api(
    store: Store, *, kinds: tuple[str, ...] = API_KINDS, name: str = "crm"
) -> AsyncIterator[Client]:
    """A book with two customers behind the API, and a client with a token of its own."""
    rules = Rules()
    await bring(
        store,
        [FileToBring("book.csv", BOOK.encode())],
        rules,
        NOW,
        author=Author(None, "test", "test"),
        write=True,
    )
    token = await add_source(store, name, kinds, NOW, actor="test")
    time = Time()
    api = Api(store, rules, lambda: time.now, lambda: time.steady)
    async with (
        serving(web_app([api]), "127.0.0.1", 0) as address,
        aiohttp.ClientSession() as session,
    ):
        yield Client(address, session, token, time)

"""`/renewals show X` as Slack brings it: signed, over HTTP, with a large book behind.

The floor is bolt alone (`process_before_response`) echoing the same command on the same kind of
server, asked in turn with the service so that noise falls on both; and one look-up in the book.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import text

from benchmarks.book import NOW, RULES, Book
from benchmarks.callbacks import CUSTOMERS, name_accounts
from benchmarks.databases import Site, bare
from benchmarks.figures import Figure
from benchmarks.timing import median, percentile, timed
from bot.adapters.slack import SlackBot
from bot.dispatcher import Dispatcher
from bot.slack.api import SlackApi
from bot.slack.bolt_app import SlackApp
from bot.slack.doors import PATH, SlackDoor
from bot.slack.files import fetching, giving
from bot.slack.reception import SlackReception
from bot.slack.seams import as_heard
from bot.slack.workspaces import OneWorkspace
from bot.web.server import serving, web_app
from handlers.commands import COMMANDS
from storage.store import Store

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 public: Slack's documentation

COMMANDS_SAID = 400
"""One after another; their p99 is the fifth slowest."""

NOWHERE = "http://127.0.0.1:9/api/"
WARMING = 20
AT_ONCE = 16

GOAL = 3.0
"""Times bolt's own time and one look-up (reliability.md's floor for signed commands)."""


@dataclass(slots=True)
class Caller:
    """Slack, bringing what people type after `/renewals`."""

    session: aiohttp.ClientSession
    customers: list[tuple[int, str]]
    random: Random = field(default_factory=lambda: Random(11))
    said: int = 0

    async def ask(
        self, address: str, at: float, about: Sequence[tuple[int, str]] | None = None
    ) -> None:
        """One command of who looks after a customer, and the acknowledgement that answers it."""
        account, user = self.random.choice(about or self.customers)
        self.said += 1
        body = urlencode(
            {
                "command": "/renewals",
                "text": f"show Customer {account}",
                "user_id": user,
                "user_name": "rep",
                "team_id": "T1",
                "team_domain": "acme",
                "channel_id": "C1",
                "channel_name": "renewals",
                "api_app_id": "A1",
                "trigger_id": f"{self.said}.1.x",
                "response_url": "https://hooks.slack.com/commands/T1/1/x",
                "is_enterprise_install": "false",
            }
        ).encode()
        async with self.session.post(
            f"{address}{PATH}", data=body, headers=signed(body, int(at))
        ) as response:
            answer = await response.text()
        assert response.status == 200, answer
        assert f"Customer {account}" in answer, answer


def signed(body: bytes, at: int) -> dict[str, str]:
    """The headers of a request that Slack signed (docs: verifying requests from Slack)."""
    digest = hmac.new(SECRET.encode(), b"v0:%d:%b" % (at, body), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": f"v0={digest}",
    }


async def measure(site: Site, book: Book) -> list[Figure]:
    """The command on a copy of the book, beside bolt's echo."""
    with site.copy(book.url) as url:
        with bare(url) as connection:
            name_accounts(connection, book)
        store = Store.open(url)
        try:
            return await _measured(site.dialect, store, book)
        finally:
            await store.close()


async def _measured(dialect: str, store: Store, book: Book) -> list[Figure]:
    said = min(COMMANDS_SAID, max(book.size // 100, 10))
    # What is written to the log is told on the terminal here, which takes longer than to a file.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    async with _calling(store, book) as (caller, service, echo):
        alone: list[float] = []
        answered: list[float] = []
        looked_up: list[float] = []
        for number in range(said + WARMING):
            each = (
                await timed(lambda: caller.ask(echo, time.time())),
                await timed(lambda: caller.ask(service, NOW.timestamp())),
                await timed(lambda: _look_up(store, caller)),
            )
            if number >= WARMING:
                for times, seconds in zip((alone, answered, looked_up), each, strict=True):
                    times.append(seconds)
        rate = await _rate(caller, service, NOW.timestamp(), said)
        echoed = await _rate(caller, echo, time.time(), said)
    what = f"/renewals show X at {book.size:,}"
    floor = median(alone) + median(looked_up) / GOAL
    return [
        Figure(
            "slash", dialect, f"{what}, median", median(answered), "s", goal=GOAL,
            floor=floor, floor_is="bolt's echo, and a third of one look-up",
            note=f"echo {median(alone) * 1000:.2f} ms, look-up {median(looked_up) * 1000:.2f} ms",
        ),
        Figure(
            "slash", dialect, f"{what}, p99", percentile(answered, 0.99), "s",
            floor=percentile(alone, 0.99), floor_is="bolt's echo, p99",
        ),
        Figure(
            "slash", dialect, f"{what}, {AT_ONCE} at once", 1 / rate, "s",
            floor=1 / echoed, floor_is="bolt's echo",
            note=f"{rate:,.0f} commands/s, bolt's echo {echoed:,.0f}",
        ),
    ]  # fmt: skip


async def _rate(caller: Caller, address: str, at: float, said: int) -> float:
    """Commands a second while some wait at once, each of another person."""
    people = sorted({user for _, user in caller.customers})[:AT_ONCE]
    # Nobody reads every customer.
    theirs = [[one for one in caller.customers if one[1] == user] for user in people]
    each = max(said // len(people), 1)

    async def some(about: Sequence[tuple[int, str]]) -> None:
        for _ in range(each):
            await caller.ask(address, at, about)

    seconds = await timed(lambda: asyncio.gather(*map(some, theirs)))
    return each * len(people) / seconds


async def _look_up(store: Store, caller: Caller) -> None:
    """One row by its key, as everything of the product reads."""
    account, _ = caller.random.choice(caller.customers)
    async with store.read() as tx:
        assert await tx.accounts.get(account) is not None


@asynccontextmanager
async def _calling(store: Store, book: Book) -> AsyncIterator[tuple[Caller, str, str]]:
    customers = await _customers(store, book)
    async with AsyncExitStack() as stack:
        # Nothing of a command that is answered in time is said over the Web API.
        workspaces = OneWorkspace(SecretStr("xoxb-1"), api_url=NOWHERE)
        api = SlackApi(workspaces, api_url=NOWHERE, clock=_now)
        stack.push_async_callback(api.close)
        reception = SlackReception(
            store,
            Dispatcher(store, COMMANDS, RULES),
            RULES,
            _now,
            api,
            identify=as_heard,
            fetch=fetching(api),
            give=giving(SlackBot(api, store)),
        )
        stack.push_async_callback(reception.close)
        door = SlackDoor(SlackApp(reception.hear), SecretStr(SECRET), _now)
        service = await stack.enter_async_context(serving(web_app([door]), "127.0.0.1", 0))
        echo = await stack.enter_async_context(serving(_echo(), "127.0.0.1", 0))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Caller(session, customers), service, echo


async def _customers(store: Store, book: Book) -> list[tuple[int, str]]:
    """Customers, each with the Slack id of who looks after it."""
    async with store.read() as tx:
        kept = await tx.connection.execute(
            text(
                "SELECT a.id, p.slack_id FROM accounts a JOIN people p ON p.id = a.csm_id "
                "WHERE a.id % :step = 0"
            ),
            {"step": max(book.accounts // CUSTOMERS, 1)},
        )
        return [(row[0], row[1]) for row in kept]


def _echo() -> web.Application:
    """bolt as it comes, with a listener that says what it was told."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")  # noqa: S106

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @app.command("/renewals")
    async def echo(ack: Any, command: dict[str, Any]) -> None:
        await ack({"response_type": "ephemeral", "text": command["text"]})

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.router.add_post(PATH, handle)
    return served


def _now() -> datetime:
    return NOW

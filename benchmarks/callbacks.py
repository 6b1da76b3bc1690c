"""Lines to the AI bot as WeCom brings them: sealed, signed, over HTTP, with a large book behind.

The floor is a bare aiohttp handler that opens the same envelope and seals an answer of the same
kind, asked in turn with the service, so that noise falls on both.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy import text

from benchmarks.book import NOW, RULES, Book
from benchmarks.databases import Bare, Site, bare
from benchmarks.figures import Figure
from benchmarks.timing import median, percentile, timed
from bot.dispatcher import Dispatcher
from bot.web.server import serving, web_app
from bot.wecom.aibot_json import encrypted_of_json, envelope_json
from bot.wecom.answering import Reception
from bot.wecom.doors import AIBOT_PATH, AibotDoor, WecomDoors
from bot.wecom.envelope import Envelope, query_of
from bot.wecom.files import Files
from bot.wecom.open_streams import OpenStreams
from bot.wecom.replies_callback import CallbackReply
from bot.wecom.small_talk import Addressed, SmallTalk
from handlers.commands import COMMANDS
from handlers.jobs import milestones
from handlers.naming import keys_of
from storage.store import Store
from tests.wecom import forging

LINES = 400
"""Of each kind; their p99 is the fifth slowest."""

WARMING = 10

MOST_S = 0.5
"""A tenth of the time WeCom waits for an answer (90238)."""

CUSTOMERS = 10_000
"""Among so many of them somebody asks for one."""
_HINT = 20

ENVELOPE = Envelope(forging.TOKEN, forging.AES_KEY, "")


@dataclass(slots=True)
class Caller:
    """WeCom, bringing what people type in their direct chat with the bot."""

    session: aiohttp.ClientSession
    service: str
    floor: str
    customers: list[tuple[int, str]]
    claims: Iterator[tuple[int, str]]
    random: Random = field(default_factory=lambda: Random(7))
    said: int = 0
    answer: str = ""

    async def ask(self, address: str, sender: str, line: str) -> None:
        """One line and its answer."""
        self.said += 1
        body = {
            "msgid": f"M{self.said}",
            "aibotid": "aib1",
            "from": {"userid": sender},
            "chattype": "single",
            "msgtype": "text",
            "text": {"content": line},
        }
        sealed = forging.encrypted(forging.packed(json.dumps(body).encode(), ""))
        query = forging.signed(sealed, timestamp=str(int(NOW.timestamp())))
        url = f"{address}{AIBOT_PATH}?{urlencode(query)}"
        async with self.session.post(url, data=json.dumps({"encrypt": sealed})) as response:
            self.answer = await response.text()
        assert response.status == 200

    def answer_says(self) -> str:
        """The last answer, opened."""
        sealed = json.loads(self.answer)["encrypt"]
        query = forging.signed(sealed, timestamp=str(int(NOW.timestamp())))
        return ENVELOPE.open(query, sealed, NOW).decode()

    def line(self, kind: str) -> tuple[str, str]:
        """Who says what: about a customer, the one who looks after it."""
        account, csm = self.random.choice(self.customers)
        match kind:
            case "到期":
                return csm, "到期"
            case "认领 N":
                opportunity, sender = next(self.claims)
                return sender, f"认领 R-{opportunity}"
            case "客户 A-N":
                return csm, f"客户 A-{account}"
        return csm, f"客户 Customer {account}"


KINDS = {"到期": "还剩", "认领 N": "认领", "客户 A-N": "合同", "客户 X": "合同"}
"""What is typed, and what every true answer says."""


async def measure(site: Site, book: Book) -> list[Figure]:
    """Every kind of line, on a copy of the book: claims change it."""
    with site.copy(book.url) as url:
        with bare(url) as connection:
            name_accounts(connection, book)
        store = Store.open(url)
        try:
            return await _measured(site.dialect, store, book)
        finally:
            await store.close()


async def _measured(dialect: str, store: Store, book: Book) -> list[Figure]:
    lines = min(LINES, max(book.size // 100, 10))
    # What is written to the log is told on the terminal here, which takes longer than to a file.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = []
    async with _calling(store, book) as caller:
        for kind, says in KINDS.items():
            floor: list[float] = []
            service: list[float] = []
            for number in range(lines + WARMING):
                sender, line = caller.line(kind)
                floored = await timed(lambda s=sender, w=line: caller.ask(caller.floor, s, w))  # type: ignore[misc]
                served = await timed(lambda s=sender, w=line: caller.ask(caller.service, s, w))  # type: ignore[misc]
                if number >= WARMING:
                    floor.append(floored)
                    service.append(served)
                assert says in caller.answer_says(), line
            bare_99 = percentile(floor, 0.99) * 1000
            figures += [
                Figure(
                    "callback", dialect, f"{kind}, p99 at {book.size:,}",
                    percentile(service, 0.99), "s", goal=MOST_S,
                    note=f"of a bare handler {bare_99:.1f} ms",
                ),
                Figure(
                    "callback", dialect, f"{kind}, median", median(service), "s",
                    floor=median(floor), floor_is="a bare handler with the same envelope",
                ),
            ]  # fmt: skip
    return figures


@asynccontextmanager
async def _calling(store: Store, book: Book) -> AsyncIterator[Caller]:
    customers, claims = await _prepare(store, book)
    async with AsyncExitStack() as stack:
        bare = web.Application()
        bare.router.add_post(AIBOT_PATH, _bare)
        service = await stack.enter_async_context(serving(_service(store), "127.0.0.1", 0))
        floor = await stack.enter_async_context(serving(bare, "127.0.0.1", 0))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Caller(session, service, floor, customers, iter(claims))


def name_accounts(connection: Bare, book: Book) -> None:
    """The search keys that an import would have laid for the customers' names."""
    connection.run("BEGIN")
    connection.run_many(
        "INSERT INTO account_keys (key, account_id) VALUES (?, ?)",
        [
            (key, number)
            for number in range(1, book.accounts + 1)
            for key in keys_of(f"Customer {number}")
        ],
    )
    connection.run("COMMIT")
    if not connection.sqlite:
        connection.run("VACUUM ANALYZE account_keys")


async def _prepare(store: Store, book: Book) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """A tick, so that there are renewals to claim; everybody is in WeCom, under their number."""
    async with store.begin() as tx:
        await tx.allow_long_statements()
        await milestones.run(tx, RULES, NOW)
        await tx.connection.execute(text("UPDATE people SET wecom_id = 'w' || id"))
        kept = await tx.connection.execute(
            text(
                "SELECT a.id, p.wecom_id FROM accounts a JOIN people p ON p.id = a.csm_id "
                "WHERE a.id % :step = 0"
            ),
            {"step": max(book.accounts // CUSTOMERS, 1)},
        )
        found = await tx.connection.execute(
            text(
                "SELECT o.id, p.wecom_id FROM opportunities o "
                "JOIN contracts c ON c.id = o.contract_id JOIN people p ON p.id = c.owner_id "
                "WHERE o.claimed_by_id IS NULL AND o.stage NOT IN ('won', 'lost') "
                "ORDER BY o.id LIMIT :most"
            ),
            {"most": 2 * (LINES + WARMING)},
        )
        return [(row[0], row[1]) for row in kept], [(row[0], row[1]) for row in found]


def _service(store: Store) -> web.Application:
    talk = SmallTalk(store, RULES)
    reception = Reception(
        store,
        Dispatcher(store, COMMANDS, RULES),
        RULES,
        _now,
        files=Files(None, api_url="http://127.0.0.1:9"),
        talk=talk,
    )
    streams = OpenStreams(store, _now, talk)

    def reply(heard: Addressed) -> CallbackReply:
        return CallbackReply(heard, streams, late_post=_nowhere)

    return web_app([WecomDoors(reception, _now, aibot=AibotDoor(ENVELOPE, reply, streams))])


async def _bare(request: web.Request) -> web.Response:
    """Opens, and answers as many bytes as a short answer has."""
    query = query_of(request.rel_url.raw_query_string)
    ENVELOPE.open(query, encrypted_of_json(await request.read()), NOW)
    said: dict[str, Any] = {"id": "s", "finish": True, "content": "华为 " * _HINT}
    answer = json.dumps({"msgtype": "stream", "stream": said}, ensure_ascii=False)
    return web.Response(text=envelope_json(ENVELOPE.seal(answer, query["nonce"], NOW)))


async def _nowhere(url: str, body: dict[str, Any]) -> None:
    """Nothing is said later here."""


def _now() -> datetime:
    return NOW

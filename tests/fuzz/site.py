"""A whole service on loopback with every door open, and platforms that agree to everything."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web

from bot.app import running
from bot.clock import Clock
from bot.config import Config
from bot.demo import demo, fill
from bot.rules import rules_of
from handlers.api_sources import API_KINDS, add_source
from handlers.rules import Rules
from scoring.model import Person
from storage.store import Store
from tests.wecom import forging

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SLACK_SECRET = "5e55e0f0b10e-canary"
SOURCES = 200
"""So many that none is asked to wait: what is refused for its pace tries nothing else."""
TEAM_SECRET = "0f0b10e5e55e-canary"


@dataclass
class Site:
    """Where to send, and with what to be let in."""

    address: str
    config: Config
    rules: Rules
    routes: list[tuple[str, str]]
    tokens: list[str]
    csrf: str = ""
    people: list[str] = field(default_factory=list)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    posts: dict[str, list[str]] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    slack_ids: list[str] = field(default_factory=list)
    wecom_ids: list[str] = field(default_factory=list)


class Kind(StrEnum):
    """Which doors are open: no service has all of them at once."""

    ONE_WORKSPACE = "Slack in one workspace, WeCom's app and AI bot"
    WORKSPACES = "Slack in several workspaces, which install it"
    PLAYGROUND = "the playground, with both platforms played"


@asynccontextmanager
async def opened(url: str, kind: Kind) -> AsyncIterator[Site]:
    """The service of that kind with the sample book."""
    async with _agreeable() as sink:
        config = _config(url, sink, kind)
        tokens: list[str] = []
        accounts: list[str] = []
        staff: list[Person] = []

        async def prepare(store: Store, rules: Rules, now: datetime) -> None:
            await fill(store, rules, now)
            names = [f"crm-{number}" for number in range(SOURCES)]
            tokens.extend([await add_source(store, n, API_KINDS, now, actor="test") for n in names])
            async with store.read() as tx:
                accounts.extend((await tx.accounts.names_after(0, limit=50)).values())
                staff.extend(await tx.people.everybody())

        async with running(config, Clock(NOW), prepare=prepare) as bot:
            routes = sorted(
                {
                    (route.method, route.resource.canonical)
                    for route in bot.app.router.routes()
                    if route.resource is not None
                }
            )
            site = Site(bot.address, config, rules_of(config, NOW), routes, tokens)
            site.accounts = accounts
            site.slack_ids = [one.slack_id for one in staff if one.slack_id]
            site.wecom_ids = [one.wecom_id for one in staff if one.wecom_id]
            await _look(site)
            yield site


def _config(url: str, sink: str, kind: Kind) -> Config:
    if kind is Kind.PLAYGROUND:
        with demo(host="127.0.0.1", port=0) as played:
            return played.config.model_copy(update={"database_url": url, "tick_every_s": 3600})
    slack: dict[str, Any] = {"api_url": f"{sink}/api/", "signing_secret": SLACK_SECRET}
    if kind is Kind.WORKSPACES:
        slack |= {"client_id": "1.2", "client_secret": TEAM_SECRET}
    else:
        slack |= {"bot_token": "xoxb-0-canary"}
    doors = {"token": forging.TOKEN, "encoding_aes_key": forging.AES_KEY}
    return Config.model_validate(
        {
            "database_url": url,
            "tick_every_s": 3600,
            "http": {"port": 0, "public_url": "https://renewals.example.com"},
            "slack": slack,
            "wecom": {
                "api_url": sink,
                "corp_id": forging.CORP,
                "app": {"agent_id": 1000002, "secret": "app-secret-canary", **doors},
                "aibot": {**doors, "name": "续约助手"},
            },
            "playground": {"enabled": True, "allow_remote": True},
        }
    )


@asynccontextmanager
async def _agreeable() -> AsyncIterator[str]:
    async def agree(request: web.Request) -> web.Response:
        await request.read()
        said = {
            "ok": True, "errcode": 0, "errmsg": "ok", "access_token": "token", "expires_in": 7200,
            "ts": "1.1", "channel": "C1", "msgid": "M1", "user_id": "U0BOT", "bot_id": "B0BOT",
            "team_id": "T1", "team": "T1", "view": {"id": "V1"}, "messages": [], "members": [],
        }  # fmt: skip
        return web.json_response(said)

    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{any:.*}", agree)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _look(site: Site) -> None:
    """What the page tells whoever opens it."""
    async with aiohttp.ClientSession() as client:
        async with client.get(site.address) as answer:
            found = re.search(r'name="csrf" content="([^"]+)"', await answer.text())
            site.csrf = found[1] if found else ""
        async with client.get(f"{site.address}/playground/state") as answer:
            state = await answer.json()
        site.people = [str(one["id"]) for one in state["persons"]]
        for person in site.people:
            seen = f"{site.address}/playground/state?person={person}"
            async with client.get(seen) as answer:
                picture = await answer.json()
            site.rooms[person] = [str(one["id"]) for one in picture["places"]]
            site.posts[person] = [str(one["id"]) for one in picture["posts"]]


def pick(draw: random.Random, found: list[str]) -> str:
    """One of them, or nothing."""
    return draw.choice(found) if found else ""

"""A loopback Slack for tests: two workspaces, a clock to set, and Slack's own clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.loopback.board import Board
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.hook import Hook
from bot.loopback.slack.limits import Limits, Timing
from bot.loopback.slack.workspace import App, Channel, User, Usergroup, Workspace
from tests.sample_book import MONDAY

Json = dict[str, Any]

TEAM, OTHER_TEAM = "T0EAST", "T0WEST"
ANN, BOB, GUEST, STRANGER, WEST = "U0ANN", "U0BOB", "U0GUEST", "U0STRANGER", "U0WEST"
EAST, SECRET, SHARED, ELSEWHERE = "C0EAST", "G0SECRET", "C0SHARED", "C0WEST"


@dataclass
class Time:
    """A clock that stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        """The instant."""
        return self.now

    def pass_(self, seconds: float) -> None:
        """Some time later."""
        self.now += timedelta(seconds=seconds)


def workspaces(enterprise: str = "") -> list[Workspace]:
    """East with two people, a guest and a stranger; West with one person."""
    east = Workspace(TEAM, "East", "east", enterprise)
    east.hire(
        User(ANN, "ann", "Ann Lee", "ann@example.com", 1, tz="Asia/Shanghai", tz_offset=28_800),
        User(BOB, "bob", "Bob Roe", "bob@example.com", 2),
        User(GUEST, "guest", "Guest", "guest@example.com", guest="single"),
        User(STRANGER, "stranger", "Stranger", "stranger@example.net", team="T0FOREIGN"),
    )
    east.open(
        Channel(EAST, "renewals-east", {ANN, BOB, GUEST}),
        Channel(SECRET, "board", {ANN}, private=True),
        Channel(SHARED, "with-acme", {ANN, STRANGER}, connected=True),
    )
    east.usergroups["S0CSM"] = Usergroup("S0CSM", "csm", (ANN,))
    west = Workspace(OTHER_TEAM, "West", "west", enterprise)
    west.hire(User(WEST, "wes", "Wes", "wes@example.com", 3))
    west.open(Channel(ELSEWHERE, "renewals-west", {WEST}))
    return [east, west]


@dataclass
class Desk:
    """A cloud that runs, the app installed in East, and Slack's client with its token."""

    cloud: LoopbackSlackCloud
    board: Board
    time: Time
    client: AsyncWebClient

    def client_of(self, token: str) -> AsyncWebClient:
        """A client with another token."""
        return AsyncWebClient(token, base_url=self.cloud.api_url, retry_handlers=[])


@asynccontextmanager
async def running(
    app: App | None = None,
    *,
    limits: Limits | None = None,
    timing: Timing | None = None,
    hook: Hook | None = None,
    enterprise: str = "",
    scopes: tuple[str, ...] | None = None,
) -> AsyncIterator[Desk]:
    """A desk, until left."""
    board, time = Board(), Time()
    cloud = LoopbackSlackCloud(
        app or App(),
        workspaces(enterprise),
        board,
        time,
        limits=limits,
        timing=timing,
        hook=hook,
    )
    await cloud.start()
    try:
        token = cloud.install(TEAM, scopes).bot_token
        cloud.invite_bot(TEAM, EAST)
        client = AsyncWebClient(token, base_url=cloud.api_url, retry_handlers=[])
        yield Desk(cloud, board, time, client)
    finally:
        await cloud.stop()


async def error(call: Awaitable[Any]) -> str:
    """The error a call ends with; "" when it is done."""
    try:
        await call
    except SlackApiError as refused:
        return str(refused.response["error"])
    return ""


Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def product(serve: Serve) -> AsyncIterator[str]:
    """An HTTP server in the product's place; its request URL."""
    app = web.Application()
    app.router.add_post("/slack/events", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/slack/events"
    finally:
        await runner.cleanup()


def section(text: str) -> Json:
    """A block of plain text."""
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


def buttons(*names: str, **more: Any) -> Json:
    """A row of buttons, by their action_ids."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": name,
                "text": {"type": "plain_text", "text": name},
                "value": f"{name} 42",
                **more,
            }
            for name in names
        ],
    }


def modal(*blocks: Json, **more: Any) -> Json:
    """A form."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Log"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": list(blocks),
        **more,
    }


def field(name: str, element: Json | None = None, **more: Any) -> Json:
    """A field of a form: an input with one text element."""
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": name},
        "element": {"type": "plain_text_input", "action_id": f"{name}_in", **(element or {})},
        **more,
    }

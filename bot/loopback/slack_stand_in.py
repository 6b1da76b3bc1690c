"""Slack stood in for: a cloud of our own where none is configured for real.

The product's own wiring is pointed at it, so that everything goes over HTTP, signed, and through
the Web API. Ids and secrets are drawn anew each time: nothing that was kept of another run is taken
for this one's.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.config import Slack
from bot.loopback.board import Board
from bot.loopback.hook import NothingBetween
from bot.loopback.rooms import shared_places
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.limits import UNHURRIED, UNLIMITED
from bot.loopback.slack.workspace import App, Channel, User, Workspace
from bot.loopback.windows import Windows
from bot.slack.scopes import scopes_for
from bot.slack.surface import COMMAND, EVENTS, EVENTS_PATH, LINK_EVENTS
from bot.slack.ways import SlackWays, slack_ways
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.model import Locale, Person, Platform
from storage.store import Store

log = structlog.get_logger()

_LANGUAGES = {Locale.EN: "en-US", Locale.ZH: "zh-CN"}

ASKS_WHO = frozenset(
    {
        "chat.postMessage",
        "conversations.list",
        "conversations.open",
        "users.conversations",
        "users.info",
    }
)
"""Methods that are answered by who there is, so that the workspace has to be up to date."""


class SlackStandIn:
    """A workspace in a cloud of our own: the book's people and the teams' channels.

    `config` points the product's own `ways` at it.
    """

    def __init__(self, board: Board, store: Store, rules: Rules, public_url: str = "") -> None:
        self._board = board
        self._store = store
        self._rules = rules
        self._calling = asyncio.Lock()
        self._channels: dict[str, Channel] = {}
        host = urlsplit(public_url).hostname
        self.app = App(
            name=Phrasebook(rules.locale).t("loopback.bot"),
            commands=(COMMAND,),
            scopes=tuple(scopes_for(links=bool(host))),
            events=(*EVENTS, *(LINK_EVENTS if host else ())),
            unfurl_domains=(host,) if host else (),
        )
        self.workspace = Workspace(f"T{secrets.token_hex(5).upper()}")
        self.windows = Windows()
        self.config = Slack()
        self.ways = SlackWays()
        self.bot_user = ""
        self.cloud: LoopbackSlackCloud

    async def open(self, clock: Callable[[], datetime]) -> None:
        """Set the workspace up and let its cloud listen, on this machine alone."""
        self.cloud = LoopbackSlackCloud(
            self.app,
            [self.workspace],
            self._board,
            clock,
            windows=self.windows,
            limits=UNLIMITED,
            timing=UNHURRIED,
            hook=_RollCall(self.call_the_roll),
        )
        await self.cloud.start()
        installed = self.cloud.install(self.workspace.id)
        self.bot_user = installed.bot_user
        self.config = Slack(
            bot_token=SecretStr(installed.bot_token),
            signing_secret=SecretStr(self.app.signing_secret),
            api_url=self.cloud.api_url,
        )
        await self.call_the_roll()

    async def site_is_at(self, address: str) -> None:
        """From now on the product can be reached."""
        self.app.request_url = f"{address}{EVENTS_PATH}"
        if fault := await self.cloud.verify():
            log.error("the playground's Slack does not reach the bot", fault=fault)

    async def call_the_roll(self) -> None:
        """Let the workspace be what the book says now: people and channels come and go."""
        async with self._calling:
            async with self._store.read() as tx:
                people = [one for one in await tx.people.everybody() if one.linked and one.slack_id]
                shared = await shared_places(tx, self._rules)
            for person in people:
                self._hire(person)
            known = {person.slack_id for person in people}
            for gone in [u for u in self.workspace.users.values() if not u.bot]:
                if gone.id not in known:
                    del self.workspace.users[gone.id]
            self._gather([place for platform, place, _ in shared if platform == Platform.SLACK])

    def names(self) -> dict[str, str]:
        """The channels by their ids."""
        return {channel.id: channel.name for channel in self._channels.values() if channel.name}

    def _hire(self, person: Person) -> None:
        language = _LANGUAGES[person.locale or self._rules.locale]
        zone = person.time_zone or str(self._rules.zone)
        user = User(
            person.slack_id or "",
            person.name.replace(" ", ".").lower(),
            person.name,
            email=person.email or "",
            person_id=person.id,
            locale=language,
            tz=zone,
        )
        if self.workspace.users.get(user.id) != user:
            self.workspace.hire(user)

    def _gather(self, places: Sequence[str]) -> None:
        """Everybody is in every channel; who looks into which is the page's to say."""
        everybody = {*self.workspace.users}
        for place in dict.fromkeys(places):
            channel = self._channels.get(place)
            if channel is None:
                named = place.startswith("#")
                name = place.removeprefix("#") if named else ""
                own = f"C{secrets.token_hex(5).upper()}" if named else place
                channel = self._channels[place] = Channel(own, name)
                self.workspace.open(channel)
            channel.members = {*everybody, self.bot_user}


class _RollCall(NothingBetween):
    """Lets the workspace be up to date before the product learns or tells something of it."""

    def __init__(self, call: Callable[[], Awaitable[None]]) -> None:
        self._call = call

    async def request(
        self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """A method is called."""
        if request.path.rpartition("/")[2] in ASKS_WHO:
            await self._call()
        return await answer()


@asynccontextmanager
async def slack_stand_in(
    board: Board,
    store: Store,
    rules: Rules,
    clock: Callable[[], datetime],
    *,
    public_url: str = "",
) -> AsyncIterator[SlackStandIn]:
    """A stand-in that listens, until left. `public_url`: links below it are shown as previews."""
    stand_in = SlackStandIn(board, store, rules, public_url)
    await stand_in.open(clock)
    try:
        async with slack_ways(stand_in.config, store, clock, standing_in=True) as stand_in.ways:
            yield stand_in
    finally:
        await stand_in.cloud.stop()

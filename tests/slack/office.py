"""The whole service in a workspace, set up by its own manifest as bot/app.py does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.config import Config, Slack
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.dispatcher import Dispatcher
from bot.loopback.board import Board
from bot.loopback.slack.acting import Done
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.workspace import App, Channel, User, Workspace
from bot.sending import composer
from bot.slack.doors import PATH
from bot.slack.manifest import manifest_of
from bot.slack.service import SlackService
from bot.slack.ways import slack_ways
from bot.web.links import Links
from bot.web.server import serving, web_app
from handlers.commands import COMMANDS
from handlers.rules import Rules
from messages.i18n import Phrasebook
from messages.render.slack_check import check_slack
from scoring.model import DeliveryState, Locale
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.slack import Faults
from tests.sample_book import PEOPLE, RULES, SampleBook
from tests.slack.answered import words_in
from tests.slack.house import EAST, Clock
from tests.wecom.dialogues import ticked_book

TEAM = "T0HOUSE"
PUBLIC = "https://renewals.example.com"
TURNS_MOST = 30
CHINESE, ENGLISH = "zh-CN", "en-US"


@dataclass
class Office:
    """A workspace at work with the bot in it."""

    store: Store
    book: SampleBook
    cloud: LoopbackSlackCloud
    service: SlackService
    courier: Courier
    clock: Clock
    faults: Faults

    async def alert(self, contract_no: str, *, place: str = "#renewals-east") -> Posted:
        """The alert of one renewal alone, so that it is a card and no list; the card."""
        contract_id = self.book.contracts[contract_no]
        async with self.store.begin() as tx:
            await tx.connection.exec_driver_sql(
                f"DELETE FROM deliveries WHERE contract_id <> {contract_id} "  # noqa: S608
                f"OR place <> '{place}'"
            )
        await self.deliver()
        return self.said(EAST if place.startswith("#") else place)[-1]

    async def deliver(self) -> None:
        """Everything that is due goes out, at the pace that Slack allows."""
        for _ in range(TURNS_MOST):
            await deliver_all(self.courier)
            async with self.store.read() as tx:
                counts = await tx.outbox.counts()
            if not counts.get(DeliveryState.WAITING):
                return
            self.clock.later(seconds=1.1)

    async def over(self, done: Done) -> Done:
        """What somebody did, once nothing that follows from it is under way any more."""
        await self.service.reception.drain()
        await self.cloud.settled()
        return done

    async def claim_aside(self, code: str, user: str) -> None:
        """Somebody claims a renewal where nobody sees it."""
        await self.over(await self.cloud.people.say(user, user, f"claim {code}"))

    def said(self, place: str, user: str = "") -> list[Posted]:
        """What the bot said there as that person sees it now; all of it as Slack takes it."""
        found = [post for post in self.cloud.posts(place, user=user) if post.bot_id]
        assert [check_slack(post.payload) for post in found if post.blocks] == [
            [] for post in found if post.blocks
        ]
        return found

    def words(self, place: str, user: str = "") -> list[str]:
        """The words of it."""
        return [words_in(post.payload) or post.text for post in self.said(place, user)]

    def now(self, post: Posted) -> Posted:
        """A post as it looks by now."""
        return next(each for each in self.said(post.channel.id) if each.ts == post.ts)

    def below(self, post: Posted) -> list[str]:
        """What the bot said in its thread."""
        said = self.said(post.channel.id)
        return [words_in(each.payload) or each.text for each in said if each.thread == post.ts]


def workspace(locale: str = CHINESE, enterprise: str = "") -> Workspace:
    """The people of the sample book in a channel."""
    house = Workspace(TEAM, "House", "house", enterprise)
    for number, (name, about) in enumerate(PEOPLE.items(), start=1):
        user = str(about["slack_id"])
        email = f"{user.lower()}@example.com"
        house.hire(User(user, user.lower(), name, email, number, locale=locale))
    house.open(Channel(EAST, "renewals-east", {str(each["slack_id"]) for each in PEOPLE.values()}))
    return house


def app_by_manifest(config: Config) -> App:
    """The app that Slack makes of the manifest we print: what is not in there is not heard."""
    manifest = manifest_of(COMMANDS, config, Phrasebook(Locale.EN))
    return App(
        commands=tuple(each["command"] for each in manifest["features"]["slash_commands"]),
        scopes=tuple(manifest["oauth_config"]["scopes"]["bot"]),
        events=tuple(manifest["settings"]["event_subscriptions"]["bot_events"]),
        unfurl_domains=tuple(manifest["features"].get("unfurl_domains", ())),
    )


def slack_section(cloud: LoopbackSlackCloud, token: str, *, by_http: bool) -> Slack:
    """What the operator copies from Slack into the configuration."""
    ours: dict[str, object] = {"api_url": cloud.api_url, "bot_token": SecretStr(token)}
    if by_http:
        ours["signing_secret"] = SecretStr(cloud.app.signing_secret)
    else:
        ours["app_token"] = SecretStr(cloud.app.app_token)
    return Slack.model_validate(ours)


@asynccontextmanager
async def office(
    store: Store,
    *,
    by_http: bool = False,
    locale: str = CHINESE,
    enterprise: str = "",
    rules: Rules = RULES,
) -> AsyncIterator[Office]:
    """A cloud, a service that talks to it, and the sample book with every renewal opened."""
    rules = replace(rules, public_url=PUBLIC, platform_order=("slack", "wecom"))
    book = await ticked_book(store, rules)
    clock, faults = Clock(), Faults()
    key = "signing_secret" if by_http else "app_token"
    draft = {"bot_token": "xoxb-1", key: "xapp-1" if key == "app_token" else "secret"}
    config = Config.model_validate({"http": {"public_url": PUBLIC}, "slack": draft})
    cloud = LoopbackSlackCloud(
        app_by_manifest(config), [workspace(locale, enterprise)], Board(), clock, hook=faults
    )
    async with AsyncExitStack() as stack:
        await cloud.start()
        stack.push_async_callback(cloud.stop)
        token = cloud.install(TEAM).bot_token
        cloud.invite_bot(TEAM, EAST)
        section = slack_section(cloud, token, by_http=by_http)
        ways = await stack.enter_async_context(slack_ways(section, store, clock))

        async def steady(_tx: Tx) -> datetime:
            return clock.now

        courier = Courier(store, Adapters(ways.adapters), composer(rules), clock, steady=steady)
        dispatcher = Dispatcher(store, COMMANDS, rules)
        service = SlackService(section, ways, store, dispatcher, rules, clock, courier, _nobody)
        await stack.enter_async_context(service.listening())
        doors = web_app([*service.doors, Links()])
        site = await stack.enter_async_context(serving(doors, "127.0.0.1", 0))
        if by_http:
            cloud.app.request_url = f"{site}{PATH}"
            assert await cloud.verify() == ""
        else:
            await cloud.lines.until_connected()
        yield Office(store, book, cloud, service, courier, clock, faults)


def _nobody() -> None:
    """Nobody waits for a sign to deliver: the tests do."""

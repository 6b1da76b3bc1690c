"""People in the loopback Slack, over both transports: what they do and what they see of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from bot.dispatcher import Dispatcher
from bot.loopback.board import Board
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.workspace import App, Channel, User, Workspace
from bot.slack.api import SlackApi
from bot.slack.bolt_app import SlackApp
from bot.slack.doors import PATH, SlackDoor
from bot.slack.files import fetching
from bot.slack.homes import Homes
from bot.slack.identity import Identity
from bot.slack.reception import SlackReception
from bot.slack.socket import SlackSocket
from bot.slack.surface import LOG_AS_TOUCH, LOOK_UP
from bot.slack.workspaces import OneWorkspace
from bot.web.server import serving, web_app
from handlers.commands import COMMANDS
from messages.render.slack_check import check_slack
from storage.store import Store
from tests.sample_book import PEOPLE, RULES, SampleBook
from tests.slack.answered import words_in
from tests.slack.house import ADA, EAST, LILEI, Clock
from tests.wecom.dialogues import claimed_by, renewal, ticked_book

TEAM = "T0HOUSE"


@dataclass
class Scene:
    """A Slack with the people of the sample book, and the service that answers them."""

    cloud: LoopbackSlackCloud
    homes: Homes
    book: SampleBook
    store: Store

    def said(self, place: str, user: str) -> list[Posted]:
        """What the bot said there, as that person sees it; all of it as Slack takes it."""
        found = [post for post in self.cloud.posts(place, user=user) if post.bot_id]
        assert [check_slack(post.payload) for post in found if post.blocks] == [
            [] for post in found if post.blocks
        ]
        return found

    def words(self, place: str, user: str) -> list[str]:
        """The words of it."""
        return [words_in(post.payload) for post in self.said(place, user)]


def button(thing: Any, label: str) -> str:
    """The `action_id` of what is called so."""
    for block in thing.blocks:
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            if element.get("type") == "button" and label in element["text"]["text"]:
                return str(element["action_id"])
    raise AssertionError(f"no {label} in {words_in(thing.blocks)}")


def people() -> Workspace:
    """The people of the sample book in one workspace."""
    house = Workspace(TEAM, "House", "house")
    for number, (name, about) in enumerate(PEOPLE.items()):
        user = str(about["slack_id"])
        house.hire(User(user, user.lower(), name, f"{user.lower()}@example.com", number))
    house.open(Channel(EAST, "renewals-east", {str(each["slack_id"]) for each in PEOPLE.values()}))
    return house


@pytest.fixture(params=["http", "socket"])
async def scene(request: pytest.FixtureRequest, store: Store) -> AsyncIterator[Scene]:
    """Everything connected."""
    book, clock = await ticked_book(store), Clock()
    cloud = LoopbackSlackCloud(App(), [people()], Board(), clock)
    await cloud.start()
    token = SecretStr(cloud.install(TEAM).bot_token)
    cloud.invite_bot(TEAM, EAST)
    workspaces = OneWorkspace(token, api_url=cloud.api_url)
    api = SlackApi(workspaces, api_url=cloud.api_url, clock=clock)
    homes = Homes(store, api, RULES, clock)

    async def give(*_file: object) -> None:
        raise AssertionError("nothing is given here")

    identity = Identity(store, api, clock)
    reception = SlackReception(
        store,
        Dispatcher(store, COMMANDS, RULES),
        RULES,
        clock,
        api,
        identify=identity.identify,
        fetch=fetching(api),
        give=give,
        homes=homes,
        api_url=cloud.api_url,
    )
    app = SlackApp(reception.hear)
    try:
        if request.param == "http":
            door = SlackDoor(app, SecretStr(cloud.app.signing_secret), clock)
            async with serving(web_app([door]), "127.0.0.1", 0) as address:
                cloud.app.request_url = f"{address}{PATH}"
                yield Scene(cloud, homes, book, store)
        else:
            stop = asyncio.Event()
            socket = SlackSocket(app, SecretStr(cloud.app.app_token), clock, api_url=cloud.api_url)
            running = asyncio.create_task(socket.run(stop))
            await cloud.lines.until_connected()
            yield Scene(cloud, homes, book, store)
            stop.set()
            await running
        await reception.drain()
    finally:
        await reception.close()
        await identity.drain()
        await api.close()
        await cloud.stop()


async def test_a_customer_is_shown_to_one_and_shared_with_all(scene: Scene) -> None:
    people = scene.cloud.people
    done = await people.slash(ADA, EAST, "show 华为")
    assert done.complaint == ""
    assert done.posted is not None
    assert done.posted.only_for == ADA
    assert scene.words(EAST, LILEI) == []
    await people.tap(ADA, EAST, done.posted.ts, button(done.posted, "Share"))
    (shared,) = scene.words(EAST, LILEI)
    assert "华为" in shared
    assert "Ada Park" in shared
    assert "120" not in shared


async def test_a_line_in_the_own_conversation_and_a_claim_there(scene: Scene) -> None:
    people = scene.cloud.people
    await people.say(LILEI, LILEI, "星河")
    (card,) = scene.said(LILEI, LILEI)
    await people.tap(LILEI, LILEI, card.ts, button(card, "Claim"))
    assert "is yours" in scene.words(LILEI, LILEI)[-1]
    assert await claimed_by(scene.store, scene.book) == "李雷"


async def test_a_mention_is_answered_aside(scene: Scene) -> None:
    await scene.cloud.people.mention(LILEI, EAST, "星河")
    await scene.cloud.until(lambda: bool(scene.words(EAST, LILEI)))
    assert "星河" in scene.words(EAST, LILEI)[0]
    assert scene.words(EAST, ADA) == []


async def test_a_form_with_a_mistake_and_then_without(scene: Scene) -> None:
    people = scene.cloud.people
    code = (await renewal(scene.store, scene.book)).code
    done = await people.slash(LILEI, EAST, f"show {code}")
    assert done.posted is not None
    opened = await people.tap(LILEI, EAST, done.posted.ts, button(done.posted, "Snooze"))
    assert opened.view is not None
    wrong = await people.submit(LILEI, {"until": "2028-12-01", "reason": "客户出差"})
    assert wrong.view is not None
    assert list(wrong.view.errors) == ["until"]
    right = await people.submit(LILEI, {"until": "2026-12-01"})
    assert (right.complaint, right.view) == ("", None)
    await scene.cloud.until(lambda: len(scene.said(EAST, LILEI)) == 2)


async def test_what_a_command_lacks_is_searched_for_in_its_form(scene: Scene) -> None:
    people = scene.cloud.people
    opened = await people.slash(LILEI, EAST, "log")
    assert opened.view is not None
    found = await people.search(LILEI, "search:customer", "hwjs")
    value = found.options[0]["value"]
    done = await people.submit(LILEI, {"customer": value, "text": "电话聊了，下周三跟进"})
    assert (done.complaint, done.view) == ("", None)
    await scene.cloud.until(lambda: scene.said(EAST, LILEI))
    assert "华为" in scene.words(EAST, LILEI)[-1]


async def test_home_and_what_is_tapped_there(scene: Scene) -> None:
    people = scene.cloud.people
    await people.open_home(LILEI)
    home = scene.cloud.home(LILEI)
    assert home is not None
    assert "华为" in words_in(home.blocks)
    first, before = words_in(home.blocks[0]), home.hash
    done = await people.shortcut(LILEI, LOOK_UP)
    assert done.view is not None
    await people.search(LILEI, "search:customer", "华为")
    shown = await people.submit(LILEI, {"customer": "A#1"})
    assert shown.view is not None
    assert "华为" in words_in(shown.view.blocks)
    claimed = await people.tap_form(LILEI, button(shown.view, "Claim"))
    assert claimed.view is not None
    assert "is yours" in words_in(claimed.view.blocks)
    assert await claimed_by(scene.store, scene.book, "HT-1") == "李雷"
    await scene.homes.refresh()
    after = scene.cloud.home(LILEI)
    assert after is not None
    assert after.hash != before
    assert words_in(after.blocks[0]) == first  # in the same language


async def test_messages_become_touches(scene: Scene) -> None:
    people = scene.cloud.people
    first = await people.say(ADA, EAST, "和华为的王总电话聊了，预算Q3定")
    second = await people.say(ADA, EAST, "星河科技的续约下周三再谈")
    assert first.posted is not None
    assert second.posted is not None
    await people.message_shortcut(LILEI, EAST, first.posted.ts, LOG_AS_TOUCH)
    await people.react(LILEI, EAST, second.posted.ts, "pushpin")
    filed = scene.words(EAST, LILEI)
    assert "华为" in filed[0]
    assert "星河" in filed[1]


async def test_a_list_turns_its_pages_where_it_stands(scene: Scene) -> None:
    people = scene.cloud.people
    done = await people.slash(LILEI, EAST, "due 365d")
    assert done.posted is not None
    await people.tap(LILEI, EAST, done.posted.ts, button(done.posted, "Mine"))
    (mine,) = scene.words(EAST, LILEI)
    assert "燕山" not in mine

"""Both ways in before the loopback Slack: what people do there is what is heard here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp
from bot.slack.doors import PATH, SlackDoor
from bot.slack.heard import (
    Commanded,
    HomeOpened,
    Joined,
    PersonChanged,
    Reacted,
    Removed,
    Said,
    Shortcut,
)
from bot.slack.socket import SlackSocket
from bot.web.server import serving, web_app
from tests.slack.calling import Ear
from tests.slack.cloud_desk import ANN, BOB, EAST, TEAM, Desk, running


@dataclass
class Scene:
    """A Slack, and who listens to it."""

    slack: Desk
    ear: Ear


@pytest.fixture(params=["http", "socket"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """Both are connected."""
    ear = Ear()
    app = SlackApp(ear.hear)
    async with running() as desk:
        ours = desk.cloud.app
        if request.param == "http":
            door = SlackDoor(app, SecretStr(ours.signing_secret), desk.time)
            async with serving(web_app([door]), "127.0.0.1", 0) as address:
                ours.request_url = f"{address}{PATH}"
                assert await desk.cloud.verify() == ""
                yield Scene(desk, ear)
            return
        token, stop = SecretStr(ours.app_token), asyncio.Event()
        socket = SlackSocket(app, token, desk.time, api_url=desk.cloud.api_url)
        running_ = asyncio.create_task(socket.run(stop))
        await desk.cloud.lines.until_connected()
        yield Scene(desk, ear)
        stop.set()
        await running_


async def test_a_command_and_its_answer(scene: Scene) -> None:
    scene.ear.answer = {"text": "heard"}
    done = await scene.slack.cloud.people.slash(ANN, EAST, "show A & B <3")
    (heard,) = scene.ear.heard
    assert isinstance(heard, Commanded)
    assert heard.text == "show A & B <3"
    assert (heard.where.team, heard.where.user, heard.where.channel) == (TEAM, ANN, EAST)
    assert done.told.body == {"text": "heard"}


async def test_a_mention_and_a_direct_message(scene: Scene) -> None:
    people = scene.slack.cloud.people
    await people.say(ANN, EAST, "just talking")
    await people.mention(ANN, EAST, "show Acme")
    await people.say(ANN, ANN, "Acme & Co")
    first, second = scene.ear.heard
    assert isinstance(first, Said)
    assert isinstance(second, Said)
    assert (first.text, first.where.channel, first.where.direct) == ("show Acme", EAST, False)
    assert (second.text, second.where.direct) == ("Acme & Co", True)


async def test_a_file_in_a_direct_message(scene: Scene) -> None:
    await scene.slack.cloud.people.drop(ANN, ANN, "book.csv", b"name\nAcme\n")
    (heard,) = scene.ear.heard
    assert isinstance(heard, Said)
    (file,) = heard.files
    assert (file.name, file.bytes) == ("book.csv", 10)
    assert file.url.startswith(scene.slack.cloud.origin)


async def test_shortcuts_and_a_pin(scene: Scene) -> None:
    people = scene.slack.cloud.people
    posted = (await people.say(BOB, EAST, "Acme called")).posted
    assert posted is not None
    await people.message_shortcut(ANN, EAST, posted.ts, "log_as_touch")
    await people.shortcut(ANN, "look_up")
    await people.react(ANN, EAST, posted.ts, "pushpin")
    on_message, everywhere, pin = scene.ear.heard
    assert isinstance(on_message, Shortcut)
    assert (on_message.text, on_message.author, on_message.ts) == ("Acme called", BOB, posted.ts)
    assert isinstance(everywhere, Shortcut)
    assert (everywhere.name, everywhere.where.channel) == ("look_up", "")
    assert isinstance(pin, Reacted)
    assert (pin.name, pin.ts, pin.author) == ("pushpin", posted.ts, BOB)


async def test_coming_and_going(scene: Scene) -> None:
    cloud = scene.slack.cloud
    await cloud.people.open_home(ANN)
    await cloud.people.remove(ANN, EAST)
    await cloud.people.invite(ANN, EAST)
    await cloud.people.change(BOB, deleted=True)
    await cloud.people.uninstall(TEAM)
    kinds = [type(each) for each in scene.ear.heard if not isinstance(each, Removed)]
    assert kinds == [HomeOpened, Joined, Joined, PersonChanged]
    changed = scene.ear.heard[3]
    assert isinstance(changed, PersonChanged)
    assert changed.profile["deleted"] is True
    assert {each.team for each in scene.ear.heard if isinstance(each, Removed)} == {TEAM}

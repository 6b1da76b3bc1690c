"""A Slack on loopback, what calls it, and a world that delivers to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackBot
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from storage.store import Store
from tests.delivery.world import Clock, World
from tests.fakes.robot import FakeRobots
from tests.slack.out.web_api import TOKEN, WebApi


@pytest.fixture
async def slack() -> AsyncIterator[WebApi]:
    """Slack's Web API."""
    fake = WebApi()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


async def _no_wait(_seconds: float) -> None:
    return None


@pytest.fixture
async def api(slack: WebApi) -> AsyncIterator[SlackApi]:
    """Calls in the name of the one workspace."""
    workspaces = OneWorkspace(SecretStr(TOKEN), api_url=slack.api_url, timeout_s=2.0)
    made = SlackApi(
        workspaces, api_url=slack.api_url, clock=Clock().read, timeout_s=2.0, sleep=_no_wait
    )
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
def bot(api: SlackApi, store: Store) -> SlackBot:
    """The way to every place, without limits of its own."""
    return SlackBot(api, store, paced=False)


@pytest.fixture
async def world(store: Store, bot: SlackBot) -> AsyncIterator[World]:
    """A book with nothing in it, and workers that deliver to Slack."""
    made = World(store, FakeRobots(), Clock(), adapters=[bot])
    try:
        yield made
    finally:
        await made.close()

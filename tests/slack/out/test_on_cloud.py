"""The way out against the product's own Slack on loopback, with what can go wrong between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackBot
from bot.slack.api import SlackApi
from bot.slack.identity import Identity
from bot.slack.workspaces import OneWorkspace
from messages.model import Attachment
from storage.outbox import Notification
from storage.store import Store
from tests.delivery.world import NAME, World
from tests.fakes.robot import FakeRobots
from tests.fakes.slack import Fault, Faults
from tests.slack.cloud_desk import ANN, EAST, GUEST, SECRET, STRANGER, TEAM, Desk, running

NAMED = "#renewals-east"
PLACES = (NAMED, ANN)


@asynccontextmanager
async def house(store: Store, faults: Faults | None = None) -> AsyncIterator[tuple[World, Desk]]:
    """A book that delivers to the cloud; the cloud's clock is the book's."""
    async with running(hook=faults) as desk:
        token = SecretStr(desk.client.token or "")
        world = World(store, FakeRobots())
        workspaces = OneWorkspace(token, api_url=desk.cloud.api_url, timeout_s=1.0)
        api = SlackApi(
            workspaces, api_url=desk.cloud.api_url, clock=world.clock.read, timeout_s=1.0
        )
        world.adapters = [SlackBot(api, store)]
        try:
            yield world, desk
        finally:
            await api.close()


async def put(
    world: World, place: str, name: str, kind: str = "milestone", **facts: object
) -> None:
    async with world.store.begin() as tx:
        row = Notification(name, kind, "slack", place, world.clock.now, facts=dict(facts))
        await tx.outbox.put([row], now=world.clock.now)


async def settle(world: World, desk: Desk) -> None:
    """Let time pass for both until nothing is open any more."""
    for _ in range(60):
        await world.deliver()
        if not await world.open_rows():
            return
        world.clock.move(seconds=61)
        desk.time.pass_(61)


def told(desk: Desk) -> Counter[str]:
    words = (word for place in (EAST, ANN) for word in desk.cloud.words(place))
    return Counter(name for said in words for name in NAME.findall(said))


async def test_alerts_threads_and_changes_hang_where_they_belong(store: Store) -> None:
    async with house(store) as (world, desk):
        for place in PLACES:
            await put(world, place, f"A-{len(place)}")
        await world.deliver()
        async with store.read() as tx:
            posts = [await tx.posts.get(number) for number in (1, 2)]
        for post in posts:
            assert post is not None
            await put(world, post.place, f"H-{post.id}", thread=post.id)
            await put(world, post.place, f"E-{post.id}", "repaint", post=post.id, text="won")
        await settle(world, desk)
        states = await world.states()
        assert {states[f"A-{len(place)}"] for place in PLACES} == {"sent"}
        assert {states["H-1"], states["H-2"]} == {"sent"}
        assert set(desk.cloud.ledger.errors("chat.postMessage")) == {""}


@pytest.mark.parametrize(
    "fault",
    [
        Fault.TAKEN_500,
        Fault.TAKEN_RESET,
        Fault.TAKEN_GARBAGE,
        Fault.TAKEN_HALF_JSON,
        Fault.TAKEN_HANG,
        Fault.RESET,
        Fault.ERROR_500,
        Fault.HANG,
        Fault.LIMIT_429,
        Fault.GARBAGE,
    ],
)
@pytest.mark.parametrize("place", PLACES)
async def test_whatever_goes_wrong_with_a_post_it_is_told_once(
    store: Store, place: str, fault: Fault
) -> None:
    faults = Faults()
    faults.script("chat.postMessage", fault)
    async with house(store, faults) as (world, desk):
        await put(world, place, "A-1")
        await settle(world, desk)
        assert await world.states() == {"A-1": "sent"}
        assert told(desk) == {"A-1": 1}


async def test_a_file_is_shared_and_an_alert_goes_out_when_the_bot_was_invited(
    store: Store,
) -> None:
    async with house(store) as (world, desk):
        adapter = world.adapters[0]
        assert isinstance(adapter, SlackBot)
        for place in PLACES:
            await adapter.give(place, Attachment("list.csv", "text/csv", b"a,b\n"))
        assert desk.cloud.ledger.errors("files.completeUploadExternal") == ["", ""]
        await put(world, SECRET, "A-1")
        await world.deliver()
        assert await world.states() == {"A-1": "failed"}
        desk.cloud.invite_bot(TEAM, SECRET)
        world.clock.move(seconds=2)
        async with store.begin() as tx:
            await tx.dispatches.reopen([1], now=world.clock.now)
        await world.deliver()
        assert await world.states() == {"A-1": "sent"}


@pytest.mark.parametrize("user", [GUEST, STRANGER, "U0NOBODY"])
async def test_guests_and_strangers_are_told_nothing_though_the_book_lists_them(
    store: Store, user: str
) -> None:
    async with house(store) as (world, desk):
        api = SlackApi(
            OneWorkspace(SecretStr(desk.client.token or ""), api_url=desk.cloud.api_url),
            api_url=desk.cloud.api_url,
            clock=world.clock.read,
        )
        try:
            identity = Identity(store, api, world.clock.read)
            world.adapters = [SlackBot(api, store, admits=identity.admits)]
            await put(world, user, "A-1")
            await put(world, ANN, "A-2")
            await world.deliver()
        finally:
            await api.close()
        assert await world.states() == {"A-1": "failed", "A-2": "sent"}
        assert "not_admitted" in str((await world.rows())["A-1"].error)
        assert [one.place for one in desk.cloud.ledger.sent] == [ANN]
        assert told(desk) == {"A-2": 1}

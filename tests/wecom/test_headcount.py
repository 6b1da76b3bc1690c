"""How many people the app's limits are counted by, as the ways into WeCom know it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_app import WecomApp
from bot.config import Wecom
from bot.config import WecomApp as AppConfig
from bot.delivery.steady import steady_time
from bot.wecom.api import WecomApi
from bot.wecom.groups import make_group
from bot.wecom.headcount import Headcount, keep_members
from bot.wecom.ways import wecom_ways
from messages.i18n import Phrasebook
from messages.limits import (
    WECOM_APP_PER_SEAT_AND_DAY,
    WECOM_APPCHAT_CORP_PER_MINUTE,
    WECOM_APPCHAT_MEMBERS,
)
from scoring.errors import StoreUnavailable
from scoring.model import Locale
from storage.engine import open_engines
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.wecom_api import SECRET, FakeApi
from tests.sample_book import EAST, MONDAY, fill
from tests.wecom.calling import settled

CHINESE = Phrasebook(Locale.ZH)


def config(**app: Any) -> Wecom:
    made = AppConfig(agent_id=7, secret=SecretStr("app-secret"), **app)
    return Wecom(corp_id="ww-corp", app=made, api_url="http://127.0.0.1:9")


def app_of(way: WecomApp | None) -> WecomApp:
    assert way is not None
    return way


async def noted(store: Store, place: str, members: int) -> None:
    async with store.begin() as tx:
        await keep_members(tx, place, members, at=MONDAY)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await settled()


async def posts_in_a_minute(store: Store, app: WecomApp, *places: str, most: int) -> int:
    """How many posts the groups may get in turn before one has to wait."""
    async with store.begin() as tx:
        steady = await steady_time(tx)
        for count in range(most):
            pace = app.pace(places[count % len(places)])
            if await tx.pacing.reserve("wecom", pace, steady=steady):
                return count
    return most


async def test_a_group_counts_by_its_members_and_an_unknown_one_as_full(store: Store) -> None:
    await noted(store, "appchat:small", 12)
    async with wecom_ways(config(), store, lambda: MONDAY) as ways:
        app = app_of(ways.app)
        costs = [app.pace(place)[-1].cost for place in ("appchat:small", "appchat:other")]
    assert costs == [12, WECOM_APPCHAT_MEMBERS]


@pytest.mark.parametrize(
    ("members", "posts"),
    [(None, WECOM_APPCHAT_CORP_PER_MINUTE // WECOM_APPCHAT_MEMBERS), (12, 300)],
)
async def test_small_groups_are_not_held_up_by_the_limit_of_full_ones(
    store: Store, members: int | None, posts: int
) -> None:
    groups = ("appchat:a", "appchat:b")
    for place in groups if members else ():
        await noted(store, place, members or 0)
    async with wecom_ways(config(), store, lambda: MONDAY) as ways:
        app = app_of(ways.app)
        assert await posts_in_a_minute(store, app, *groups, most=300) == posts


async def test_a_group_made_meanwhile_is_known_soon_after_it_is_asked_for(store: Store) -> None:
    headcount = Headcount(store, rest_s=0)
    async with headcount.kept():
        assert headcount.members("appchat:new") == WECOM_APPCHAT_MEMBERS
        await noted(store, "appchat:new", 9)
        await until(lambda: headcount.members("appchat:new") == 9)


async def test_the_numbers_are_read_again_by_themselves(store: Store) -> None:
    headcount = Headcount(store, rest_s=0, often_s=0.01)
    await noted(store, "appchat:a", 9)
    async with headcount.kept():
        assert headcount.members("appchat:a") == 9
        await noted(store, "appchat:a", 11)
        await until(lambda: headcount.members("appchat:a") == 11)


async def test_a_group_of_the_team_is_noted_with_everybody_in_it(store: Store) -> None:
    await fill(store)
    fake = FakeApi()
    await fake.start()
    secret = SecretStr(SECRET)
    api = WecomApi(store, api_url=fake.url, corp_id="ww-corp", secret=secret, clock=lambda: MONDAY)
    headcount = Headcount(store)
    try:
        made = await make_group(store, api, CHINESE, EAST, "", MONDAY)
        await headcount.load()
        assert headcount.members(made.place) == 2
        fake.script("appchat/create", 86215)
        there = {"userlist": ["LiLei", "boss", "guest"]}
        fake.script("appchat/get", {"errcode": 0, "chat_info": there})
        await make_group(store, api, CHINESE, EAST, "", MONDAY)
        await headcount.load()
        assert headcount.members(made.place) == 4
    finally:
        await api.close()
        await fake.stop()


async def test_the_days_limit_holds_across_replicas(store: Store) -> None:
    async with (
        wecom_ways(config(seats=1), store, lambda: MONDAY) as one,
        wecom_ways(config(seats=1), store, lambda: MONDAY) as other,
    ):
        replicas = (app_of(one.app), app_of(other.app))
    async with store.begin() as tx:
        start = await steady_time(tx)
        taken = 0
        for number in range(2 * WECOM_APP_PER_SEAT_AND_DAY):
            pace = replicas[number % 2].pace(f"user:p{number}")
            steady = start + timedelta(minutes=number)
            waits = await tx.pacing.reserve("wecom", pace, steady=steady)
            assert set(waits) <= {"*app"}
            taken += not waits
        assert taken == WECOM_APP_PER_SEAT_AND_DAY
        tomorrow = start + timedelta(days=2)
        assert not await tx.pacing.reserve("wecom", replicas[0].pace("user:p"), steady=tomorrow)


@pytest.mark.parametrize(("told", "seats"), [(None, 3), (500, 500)])
async def test_without_seats_those_of_the_book_count(
    store: Store, told: int | None, seats: int
) -> None:
    await fill(store)
    async with wecom_ways(config(seats=told), store, lambda: MONDAY) as ways:
        (day,) = app_of(ways.app).pace("user:lilei")[-1].windows
    assert day.posts == seats * WECOM_APP_PER_SEAT_AND_DAY


async def test_a_book_without_anybody_on_wecom_counts_as_one_seat(store: Store) -> None:
    async with wecom_ways(config(), store, lambda: MONDAY) as ways:
        (day,) = app_of(ways.app).pace("user:lilei")[-1].windows
    assert day.posts == WECOM_APP_PER_SEAT_AND_DAY


class ShakyStore(Store):
    """A store whose database is out of reach while `away`."""

    away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        if self.away:
            raise StoreUnavailable("gone")
        async with super().read() as tx:
            yield tx


async def test_a_database_out_of_reach_leaves_what_was_known(database_url: str) -> None:
    store = ShakyStore(open_engines(database_url))
    try:
        await noted(store, "appchat:a", 9)
        headcount = Headcount(store)
        await headcount.load()
        store.away = True
        await headcount.load()
        assert (headcount.members("appchat:a"), headcount.seats) == (9, 1)
        unknowing = Headcount(store)
        await unknowing.load()
        assert unknowing.members("appchat:a") == WECOM_APPCHAT_MEMBERS
        assert unknowing.seats is None
    finally:
        await store.close()

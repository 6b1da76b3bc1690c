"""The product's own adapters on the loopback WeCom with its real limits: nothing is dropped there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.adapters.base import Adapter, Adapters
from bot.adapters.wecom_aibot import WecomAibot
from bot.adapters.wecom_app import WecomApp
from bot.adapters.wecom_robot import WecomRobots
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from bot.loopback.wecom.company import CallbackUrl
from bot.loopback.wecom.envelope import new_aes_key
from bot.wecom.api import WecomApi
from bot.wecom.connection import Login
from bot.wecom.keeping import LongConnection
from storage.outbox import Notification
from storage.store import Store
from storage.transaction import Tx
from tests.delivery.world import tell_names
from tests.wecom.clouds import AGENT, CORP, CloudDesk, company, running

PLACES = {"robot:sales": 23, "user:lisi": 33, "bot:wangwu": 33, "appchat:deal": 4}
DIRECT = "bot:wangwu"


@dataclass
class Site:
    """A cloud, and two workers of the product of which one has the AI bot's connection."""

    store: Store
    desk: CloudDesk
    workers: list[Courier]

    async def put(self, wanted: dict[str, int]) -> None:
        """So many alerts for each place, due now."""
        now = self.desk.time.now
        rows = [
            Notification(f"{place.partition(':')[0].upper()}-{n}", "milestone", "wecom", place, now)
            for place, count in wanted.items()
            for n in range(count)
        ]
        async with self.store.begin() as tx:
            await tx.outbox.put(rows, now=now)

    async def deliver(self) -> float:
        """Everything, with the clock going from one turn to the next; the seconds it took."""
        began = self.desk.time.now
        while True:
            await asyncio.gather(*map(deliver_all, self.workers))
            async with self.store.read() as tx:
                pauses = await tx.pacing.pauses(steady=self.desk.time.now)
                counts = await tx.outbox.counts()
            if set(counts) == {"sent"}:
                return (self.desk.time.now - began).total_seconds()
            nearest = min(pause.until for pause in pauses)
            self.desk.time.pass_by(seconds=(nearest - self.desk.time.now).total_seconds())


@asynccontextmanager
async def at_work(store: Store, rules: DeliveryRules) -> AsyncIterator[Site]:
    made = company()
    callback = CallbackUrl("http://127.0.0.1:1/", "t", new_aes_key())
    made.set_up(replace(made.apps[AGENT], callback=callback))
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(running(made))
        api = WecomApi(
            store,
            api_url=desk.cloud.api_url,
            corp_id=CORP,
            secret=SecretStr("app-secret"),
            clock=desk.time,
        )
        stack.push_async_callback(api.close)
        group = {"name": "deal", "owner": "lisi", "userlist": ["lisi", "wangwu"], "chatid": "deal"}
        await api.post("appchat/create", group)
        robots = WecomRobots({"sales": SecretStr("robot-key")}, api_url=desk.cloud.api_url)
        stack.push_async_callback(robots.close)
        app = WecomApp(api, AGENT, clock=desk.time, members=lambda _place: 2)
        held, spare = (_line(store, desk) for _ in range(2))
        await stack.enter_async_context(_connected(desk, held))
        desk.cloud.break_the_ice([DIRECT])

        async def steady(_tx: Tx) -> datetime:
            return desk.time.now

        def worker(*adapters: Adapter) -> Courier:
            return Courier(store, Adapters(adapters), tell_names, desk.time, rules, steady=steady)

        yield Site(
            store,
            desk,
            [worker(robots, app, WecomAibot(held)), worker(robots, app, WecomAibot(spare))],
        )


def _line(store: Store, desk: CloudDesk) -> LongConnection:
    async def unheard(_frame: dict[str, Any]) -> None:
        return None

    return LongConnection(
        store,
        Login("aibFakeBot0001", SecretStr("FAKESECRET")),
        clock=desk.time,
        on_frame=unheard,
        url=desk.cloud.ws_url,
    )


@asynccontextmanager
async def _connected(desk: CloudDesk, line: LongConnection) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running_on = asyncio.create_task(line.run(stop))
    try:
        async with asyncio.timeout(10):
            await desk.cloud.lines.until_connected()
            while not line.connected:
                await asyncio.wait({running_on}, timeout=0.01)
        yield
    finally:
        stop.set()
        await running_on


async def test_two_workers_keep_within_every_limit_of_the_real_thing(store: Store) -> None:
    async with at_work(store, DeliveryRules(batch=1)) as site:
        await site.put(PLACES)
        took_s = await site.deliver()
        assert list(site.desk.cloud.ledger.dropped()) == []
        assert 45009 not in [asked.code for asked in site.desk.cloud.ledger.asked]
        for place, count in PLACES.items():
            assert len(site.desk.cloud.ledger.shown(place)) == count
        assert took_s == 61


async def test_what_waits_for_one_place_is_one_message_everywhere(store: Store) -> None:
    async with at_work(store, DeliveryRules()) as site:
        await site.put(dict.fromkeys(PLACES, 7))
        assert await site.deliver() == 0
        for place in PLACES:
            (words,) = [sent.words for sent in site.desk.cloud.ledger.shown(place)]
            name = place.partition(":")[0].upper()
            assert all(f"{name}-{number}" in words for number in range(7))

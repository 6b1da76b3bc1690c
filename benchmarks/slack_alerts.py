"""1,000 alerts to 50 channels of Slack: what its limits cost in simulated time, told over real HTTP.

The clock is moved to the next turn, so nothing is waited for. The loopback Slack keeps Slack's own
limits and answers 429 above them. Two workers share what is to be told.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from pydantic import SecretStr

from benchmarks.databases import Site
from benchmarks.figures import Figure
from bot.adapters.base import Adapters
from bot.adapters.slack import SlackBot
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.delivery.rules import DeliveryRules
from bot.loopback.slack.limits import Limits
from bot.loopback.slack.workspace import Channel
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from storage.outbox import Notification
from storage.store import Store
from tests.delivery.world import NAME, Clock, tell_names
from tests.slack.cloud_desk import TEAM, Desk, running

ALERTS, CHANNELS, WORKERS = 1_000, 50, 2

_SMALL = 100_000
"""Smaller books are tried with fewer alerts, to see that everything runs."""


@dataclass(frozen=True, slots=True)
class Told:
    """How it went."""

    simulated_s: float
    real_s: float
    posts: int
    refused: int


async def measure(site: Site, size: int) -> list[Figure]:
    """Each alert as a post of its own, and as the product tells them: those of a channel together."""
    alerts, channels = (40, 4) if size < _SMALL else (ALERTS, CHANNELS)
    figures = []
    for what, rules, floor in (
        ("a post each", DeliveryRules(batch=1), least_s(alerts, channels, Limits())),
        ("together by channel", DeliveryRules(), None),
    ):
        with site.fresh() as url:
            store = Store.open(url)
            try:
                told = await _told(store, rules, alerts, channels)
            finally:
                await store.close()
        figures.append(
            _figure(site, f"{alerts:,} alerts to {channels} channels, {what}", told, floor)
        )
    return figures


def _figure(site: Site, what: str, told: Told, floor: float | None) -> Figure:
    note = f"0 lost, 0 doubled, {told.posts:,} posts, {told.refused} refused with 429"
    if floor is None:
        # No limit is met, so no time passes but the machine's.
        return Figure("slack alerts", site.dialect, what, told.real_s, "s", note=note)
    return Figure(
        "slack alerts", site.dialect, f"{what}, simulated", told.simulated_s, "s",
        goal=1.05, floor=floor, floor_is="what the limits allow",
        note=f"{note}; {told.real_s:.0f} s in real time",
    )  # fmt: skip


async def _told(store: Store, rules: DeliveryRules, alerts: int, channels: int) -> Told:
    clock = Clock()
    async with running(limits=Limits()) as desk:
        desk.time.now = clock.now
        places = _channels(desk, channels)
        rows = [
            Notification(f"A-{n}", "milestone", "slack", places[n % channels], clock.now)
            for n in range(alerts)
        ]
        async with store.begin() as tx:
            await tx.outbox.put(rows, now=clock.now)
        workspaces = OneWorkspace(SecretStr(desk.client.token or ""), api_url=desk.cloud.api_url)
        api = SlackApi(workspaces, api_url=desk.cloud.api_url, clock=clock.read)
        try:
            began = time.perf_counter()
            simulated_s = await _delivered(store, api, rules, clock, desk)
            real_s = time.perf_counter() - began
        finally:
            await api.close()
        said = Counter(
            n for place in places for w in desk.cloud.words(place) for n in NAME.findall(w)
        )
        assert said == dict.fromkeys((row.key for row in rows), 1)
        posts = desk.cloud.ledger.errors("chat.postMessage")
        return Told(simulated_s, real_s, posts.count(""), posts.count("ratelimited"))


def _channels(desk: Desk, channels: int) -> list[str]:
    """So many of them, with the bot in each."""
    ids = [f"C{n:05}" for n in range(channels)]
    desk.cloud.workspaces[TEAM].open(*(Channel(own, f"renewals-{own.lower()}") for own in ids))
    desk.cloud.invite_bot(TEAM, *ids)
    return ids


async def _delivered(
    store: Store, api: SlackApi, rules: DeliveryRules, clock: Clock, desk: Desk
) -> float:
    """Deliver everything; the simulated seconds it took."""
    workers = [
        Courier(
            store,
            Adapters([SlackBot(api, store)]),
            tell_names,
            clock.read,
            rules,
            steady=clock.read_steady,
            jitter=lambda: 0.0,
        )
        for _ in range(WORKERS)
    ]
    while True:
        await asyncio.gather(*map(deliver_all, workers))
        async with store.read() as tx:
            pauses = await tx.pacing.pauses(steady=clock.steady)
            states = await tx.outbox.counts()
        if set(states) == {"sent"}:
            return (clock.steady - clock.start).total_seconds()
        nearest = min(pause.until for pause in pauses)
        clock.move(seconds=(nearest - clock.steady).total_seconds())
        desk.time.now = clock.now


def least_s(alerts: int, channels: int, limits: Limits) -> float:
    """The shortest time that Slack's limits allow."""
    busiest = -(-alerts // channels)
    return max(
        (-(-count // rate.most) - 1) * rate.seconds
        for count, rates in ((busiest, limits.channel), (alerts, limits.workspace))
        for rate in rates
    )

"""The composition root: everything a running bot is made of, built in plain sight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from bot.adapters.base import Adapters
from bot.clock import Clock
from bot.config import Config
from bot.delivery import Courier, run_delivery
from bot.delivery.checkpoints import Point, dying_at, passing
from bot.delivery.leaving import finish
from bot.delivery.stumbling import Stumbles
from bot.departing import delivery_within_s
from bot.dispatcher import Dispatcher
from bot.heartbeat import BeatWhenWell, Heartbeat
from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.opening import clock_watch
from bot.paces import for_people
from bot.rules import rules_of
from bot.schedule import Ticker
from bot.sending import composer, delivery_rules
from bot.slack.ways import slack_ways
from bot.web.api.doors import Api
from bot.web.health import Figures, Health
from bot.web.links import Links
from bot.web.listening import Listener
from bot.web.metrics import watching_loop
from bot.web.server import Doors, serving, web_app
from bot.wecom.answering import not_noted
from bot.wecom.service import WecomService
from bot.wecom.ways import wecom_ways
from handlers.commands import COMMANDS
from handlers.rules import Rules
from storage.schema import upgrade
from storage.store import Store

if TYPE_CHECKING:
    from bot.slack.service import SlackService

Prepare = Callable[[Store, Rules, datetime], Awaitable[None]]
"""Fills a fresh book before anything runs (the demo's sample)."""


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that answers, ticks and delivers. `delivery` goes on for as long as it runs."""

    address: str
    delivery: asyncio.Task[None]
    app: web.Application
    ticker: Ticker


@asynccontextmanager
async def running(
    config: Config,
    clock: Clock,
    *,
    prepare: Prepare | None = None,
    figures: Figures | None = None,
    listener: Listener | None = None,
    departing: asyncio.Event | None = None,
) -> AsyncIterator[Running]:
    """A bot by configuration, until left: intake stops first, what is under way is finished.

    Two of them may run in one process for a while, as two replicas do, with the same `figures` and
    the same `listener` (`bot.shifts`). `departing`: set when the process leaves, and is not ready.
    """
    rules = rules_of(config, clock.now())
    async with AsyncExitStack() as stack:
        await upgrade(config.database_url)
        store = Store.open(config.database_url)
        stack.push_async_callback(store.close)
        if prepare is not None:
            await prepare(store, rules, clock.now())

        figures = figures or Figures.new()
        figures.follow(tick_every_s=config.tick_every_s, audit_every=rules.audit_every)
        wake, stop = asyncio.Event(), asyncio.Event()
        dispatcher = Dispatcher(store, COMMANDS, rules, figures.answered, for_people())
        clocks = OutsideClocks()
        watch = clock_watch(config, store, rules, clock, clocks)
        ways = await stack.enter_async_context(
            wecom_ways(config.wecom, store, clock.now, dated=clocks.dated("wecom"))
        )
        slack = await stack.enter_async_context(
            slack_ways(config.slack, store, clock.now, dated=clocks.dated("slack"))
        )
        adapters = ways.adapters + slack.adapters
        board, played, played_slack = None, None, None
        if config.playground.enabled:
            from bot.loopback.board import Board
            from bot.loopback.wecom_stand_in import wecom_stand_in

            board = Board()
            if not config.slack.set_up:
                from bot.loopback.slack_stand_in import slack_stand_in

                played_slack = await stack.enter_async_context(
                    slack_stand_in(
                        board, store, rules, clock.now, public_url=config.http.public_url
                    )
                )
                adapters += played_slack.ways.adapters
            played = await stack.enter_async_context(
                wecom_stand_in(config.wecom, board, store, rules, clock.now)
            )
            adapters += played.ways.adapters
        courier = Courier(
            store,
            Adapters(adapters),
            composer(rules),
            clock.now,
            delivery_rules(config),
            checkpoint=dying_at(Point(config.test_crash_at)) if config.test_crash_at else passing,
            refused=figures.refused,
            stumbles=Stumbles(figures.stumbled),
        )
        ticker = Ticker(
            store,
            rules,
            clock.now,
            config.tick_every_s,
            wake,
            done=figures.ticked,
            failed=figures.failed_ticks.inc,
            doubt=watch.contradicted,
            beat=BeatWhenWell(store, rules, clock.now, Heartbeat(config.monitoring)),
        )
        hearing = (store, dispatcher, rules, clock.now, courier, wake.set)
        wecoms = [WecomService(config.wecom, ways, *hearing)]
        if played is not None:
            # Whom the playground lets speak is nothing for `doctor` to go by.
            wecoms.append(WecomService(played.config, played.ways, *hearing, met=not_noted))
        services: list[WecomService | SlackService] = [*wecoms]
        health = Health(
            store,
            figures,
            {"clock": ticker.late},
            departing or asyncio.Event(),
            clock.now,
            watch,
            monitoring=bool(listener and listener.monitoring),
        )
        doors: list[Doors] = [health, Api(store, rules, clock.now)]
        if config.slack.set_up:
            from bot.slack.service import SlackService, install_doors

            services.append(SlackService(config.slack, slack, *hearing))
            doors += install_doors(config, slack, store, clock.now, wake.set)
        if played_slack is not None:
            from bot.slack.service import SlackService

            services.append(
                SlackService(played_slack.config, played_slack.ways, *hearing, noted=False)
            )
        if config.http.public_url:
            doors.append(Links())
        for service in services:
            health.checks.update(service.checks)
            doors += service.doors
        if board is not None and played is not None:
            from bot.web.playground.opening import open_playground

            doors.append(
                open_playground(
                    config,
                    board,
                    store,
                    rules,
                    clock,
                    dispatcher,
                    ticker,
                    courier,
                    played,
                    played_slack,
                )
            )

        await stack.enter_async_context(watching_loop(figures.loop_lag))
        await ticker.begin()
        for service in services:
            await stack.enter_async_context(service.listening())
        stack.push_async_callback(ticker.stop)
        await stack.enter_async_context(store.hearing_puts(wake.set))
        delivery = asyncio.create_task(
            run_delivery(courier, wake=wake, stop=stop, report=figures.delivered)
        )
        within_s = delivery_within_s(config)
        stack.push_async_callback(finish, courier, delivery, stop, within_s=within_s)
        health.checks["delivery"] = lambda: _alive(delivery, courier)
        ticker.start()
        app = web_app(doors)
        address = await stack.enter_async_context(
            serving(app, config.http.host, config.http.port, listener=listener)
        )
        if played is not None:
            await played.site_is_at(address)
        if played_slack is not None:
            await played_slack.site_is_at(address)
        yield Running(address, delivery, app, ticker)
        # No further message is begun while requests are answered to their end.
        stop.set()


async def _alive(delivery: asyncio.Task[None], courier: Courier) -> str:
    return "the loop has ended" if delivery.done() else courier.stumbles.standing()

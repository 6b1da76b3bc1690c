"""The watch of a service: which clocks it can ask, by configuration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.clock import Clock
from bot.config import Config
from bot.outside_time.alarm import ClockAlarm
from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.watch import Ask, ClockWatch
from bot.proxies import proxy_for
from bot.reachable import their_time
from handlers.rules import Rules
from scoring.model import Platform
from storage.store import Store

ANSWER_S = 2.0
"""A tick waits no longer than this for a platform to say what time it is."""


def clock_watch(
    config: Config, store: Store, rules: Rules, clock: Clock, clocks: OutsideClocks
) -> ClockWatch:
    """Compares with the database and with each platform that is set up."""
    return ClockWatch(
        store,
        clocks,
        platforms_to_ask(config),
        by_machine=lambda: clock.by_machine,
        alarm=ClockAlarm(store, rules, clocks),
    )


def platforms_to_ask(config: Config, *, within_s: float = ANSWER_S) -> dict[str, Ask]:
    """The platforms that are set up and answer by HTTP; any answer of theirs is dated."""
    addresses = {}
    if config.slack.set_up:
        addresses[Platform.SLACK.value] = config.slack.api_url
    if config.wecom.robots or config.wecom.app.set_up:
        addresses[Platform.WECOM.value] = config.wecom.api_url
    return {name: _asking(address, within_s) for name, address in addresses.items()}


def _asking(address: str, within_s: float) -> Callable[[], Awaitable[datetime | None]]:
    return lambda: their_time(address, proxy=proxy_for(address), within_s=within_s)

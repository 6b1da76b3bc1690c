"""The ways out that are configured, and sending through them once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.adapters.base import Adapter
from bot.adapters.wecom_robot import WecomRobots
from bot.config import Config
from bot.delivery import DeliveryRules, deliver_once
from handlers.announcing_types import Compose, Composed
from handlers.rules import Rules
from storage.outbox import Delivery
from storage.store import Store
from storage.transaction import Tx


@asynccontextmanager
async def adapters_of(config: Config) -> AsyncIterator[list[Adapter]]:
    """The adapters of every platform that is configured; their connections end with the block."""
    robots = WecomRobots(
        {name: robot.key for name, robot in config.wecom.robots.items()},
        api_url=config.wecom.api_url,
    )
    try:
        yield [robots] if config.wecom.robots else []
    finally:
        await robots.close()


def delivery_rules(config: Config) -> DeliveryRules:
    """How patient delivery is, by the configuration."""
    return DeliveryRules(
        settle_s=config.delivery.settle_s,
        repeat_unreadable=config.delivery.repeat_unknown,
        # Where the clock is moved by hand, its minutes say nothing about WeCom's.
        avoid_busy_minutes=not config.playground.enabled,
    )


def composer(rules: Rules) -> Compose:
    """The handlers' part of delivery, with the rules of the house."""
    from handlers.announcing import compose

    async def composed(tx: Tx, rows: Sequence[Delivery], now: datetime) -> Composed:
        return await compose(tx, rows, now, rules)

    return composed


async def deliver_now(store: Store, config: Config, rules: Rules, now: datetime) -> dict[str, Any]:
    """Send everything that is due at `now` through the configured adapters, once."""
    async with adapters_of(config) as adapters:
        summary = await deliver_once(
            store, adapters, composer(rules), lambda: now, rules=delivery_rules(config)
        )
    return asdict(summary)

"""How delivery is set up by the configuration, and sending once through what is configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.config import Config
from bot.delivery import DeliveryRules, deliver_once
from bot.slack.ways import slack_ways
from bot.wecom.ways import wecom_ways
from handlers.announcing_types import Compose, Composed
from handlers.rules import Rules
from storage.outbox import Delivery
from storage.store import Store
from storage.transaction import Tx


def delivery_rules(config: Config) -> DeliveryRules:
    """How patient delivery is, by the configuration."""
    return DeliveryRules(
        lease_s=config.delivery.lease_s,
        settle_s=config.delivery.settle_s,
        backoff_most_s=config.delivery.backoff_most_s,
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
    """Send everything that is due at `now` through the configured ways, once.

    What only the service's long connection can reach waits for the service.
    """
    async with (
        wecom_ways(config.wecom, store, lambda: now) as wecom,
        slack_ways(config.slack, store, lambda: now) as slack,
    ):
        ways = wecom.adapters + slack.adapters
        summary = await deliver_once(
            store, ways, composer(rules), lambda: now, rules=delivery_rules(config)
        )
    return asdict(summary)

"""From the outbox to the platforms: lease, re-check, render, pace, send, record; reconcile."""

from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_once, run_delivery
from bot.delivery.rules import DeliveryRules
from bot.delivery.summary import DeliverySummary

__all__ = ["Courier", "DeliveryRules", "DeliverySummary", "deliver_once", "run_delivery"]

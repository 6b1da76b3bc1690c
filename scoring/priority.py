"""The order of work: value x risk x time, as one number that never goes stale.

Urgency doubles with every `URGENCY_DOUBLES_DAYS` days that pass. In logarithms the part that
depends on today is the same for every contract, so it drops out of the comparison: the order can
be stored once and indexed, and no nightly job has to touch a million rows.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import log2

URGENCY_DOUBLES_DAYS = 30
"""A contract due a month earlier weighs as much as one of twice the value."""

UNKNOWN_VALUE = Decimal(50_000)
"""What a contract without an amount counts as, so that it neither leads nor vanishes."""


def priority(value: Decimal | None, countdown_on: date | None, *, risk: float = 1.0) -> float:
    """Higher comes first. `value` is annual, in the base currency; `risk` is 1 when unknown."""
    worth = max(float(UNKNOWN_VALUE if value is None else value), 1.0)
    days = (countdown_on or date.max).toordinal()
    return log2(worth) + log2(max(risk, 0.01)) - days / URGENCY_DOUBLES_DAYS

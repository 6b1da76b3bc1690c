"""The health of one customer as of a day, explained; and subjects to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from handlers.rules import Rules
from storage.transaction import Tx

if TYPE_CHECKING:
    from scoring.health.facts import Subjects
    from scoring.health.scored import HealthView


async def subjects_of(tx: Tx, account_ids: Sequence[int], today: date) -> Subjects:
    """Those customers as of a day, with their segments, in that order."""
    raise NotImplementedError


async def health_of(tx: Tx, rules: Rules, account_id: int, today: date) -> HealthView | None:
    """A customer's health as of `today`, worked out anew; None for who is not in the book."""
    raise NotImplementedError

"""At-risk warnings: one a customer with its reasons, put with the score that caused it [20]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.rules import Rules
from scoring.health.worry import Worry
from storage.transaction import Tx

if TYPE_CHECKING:
    from scoring.health.scored import Scores


async def warn(
    tx: Tx,
    rules: Rules,
    now: datetime,
    account_ids: Sequence[int],
    found: Sequence[Worry],
    scores: Scores,
) -> int:
    """Write down what is news and put it into the outbox; returns how many warnings are new.

    `account_ids` are those of the subjects that `found` and `scores` count.
    """
    raise NotImplementedError

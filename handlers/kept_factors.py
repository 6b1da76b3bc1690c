"""The key factors as somebody asks for them in chat: worked out once, then kept for the day.

Working them out reads every decided renewal with its facts. What is kept is given again as long as
the local day, the health model and the outcomes are those that it was worked out from.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from handlers.learning import factors, read_lesson
from handlers.models.in_force import model_in_force
from handlers.rules import Rules
from scoring.learning.factors import Factor
from storage.decided import DecidedRenewals
from storage.store import Store
from storage.transaction import Tx

KEPT = "learning.factors"


@dataclass(frozen=True, slots=True)
class KeptFactors:
    """Every factor that was looked at, among `n` decided renewals of which `lost` were lost."""

    n: int
    lost: int
    found: tuple[Factor, ...]


async def factors_of_the_day(store: Store, rules: Rules, now: datetime) -> KeptFactors:
    """Those that are kept, or worked out now and kept; opens its own transactions."""
    async with store.read() as tx:
        of = await _worked_out_from(tx, rules, now)
        kept = await tx.settings.get(KEPT)
    if kept is not None and kept["of"] == of:
        return KeptFactors(kept["n"], kept["lost"], tuple(map(_factor, kept["found"])))
    lesson = await read_lesson(store, rules, now)
    found = await factors(lesson)
    document = {
        "of": of,
        "n": lesson.n,
        "lost": lesson.lost_n,
        "found": [_document(factor) for factor in found],
    }
    async with store.begin() as tx:
        await tx.settings.put(KEPT, document, at=now)
    return KeptFactors(lesson.n, lesson.lost_n, found)


async def _worked_out_from(tx: Tx, rules: Rules, now: datetime) -> dict[str, Any]:
    model_id, _ = await model_in_force(tx)
    return {
        "on": now.astimezone(rules.zone).date().isoformat(),
        "model": model_id,
        "currency": rules.base_currency,
        "outcomes": await DecidedRenewals(tx.connection).written(),
    }


def _document(factor: Factor) -> dict[str, Any]:
    """As JSON, which knows no NaN."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(factor).items()
    }


def _factor(document: dict[str, Any]) -> Factor:
    known: dict[str, Any] = {
        name: math.nan if value is None else value for name, value in document.items()
    }
    return Factor(**known)

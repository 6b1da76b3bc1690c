"""From the rule that says a customer grows (O1) to expansions with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np

from handlers.expanding import open_expansions
from handlers.rules import Rules
from scoring.health.assess import Assessed
from scoring.health.facts import Facts
from scoring.health.measures.usage import LICENSED
from scoring.health.model import HealthModel
from scoring.health.rules import RULES
from storage.transaction import Tx

EXPANSION = "O1"

_MEASURED = {"active_ratio": "active_ratio", "csat": "csat", "nps": "nps"}
"""Measures that are told as they are, by the name that expansions keep them under."""


async def expand(
    tx: Tx, rules: Rules, now: datetime, facts: Facts, model: HealthModel, assessed: Assessed
) -> int:
    """Open expansions for the subjects that the rule holds for; how many are new."""
    if EXPANSION not in model.rules:
        return 0
    bit = np.int32(1 << RULES.index(EXPANSION))
    grow = np.flatnonzero(assessed.scores.yes & bit)
    places = {int(facts.subjects.account_id[place]): int(place) for place in grow}
    reasons = Reasons(places, facts, model, assessed)
    return await open_expansions(tx, rules, now, list(places), reasons)


class Reasons(Mapping[int, Mapping[str, object]]):
    """The facts behind the rule by customer, worked out for those that are asked for: most of
    those who grow have an expansion already."""

    def __init__(
        self, places: Mapping[int, int], facts: Facts, model: HealthModel, assessed: Assessed
    ) -> None:
        self._places = places
        self._facts = facts
        self._model = model
        self._assessed = assessed

    def __getitem__(self, account_id: int) -> Mapping[str, object]:
        place = self._places[account_id]
        known = self._assessed.rule_facts
        found = {
            "active_users": self._latest(self._model.usage, place),
            "licensed_users": self._latest(LICENSED, place),
            "usage_change": float(known.usage_change[place]),
            "joined_events": float(known.joined_events[place]),
        }
        for column, signal in enumerate(self._model.signals):
            if name := _MEASURED.get(signal.measure):
                found[name] = float(self._assessed.measured.x[place, column])
        return {name: value for name, value in found.items() if value == value}

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _latest(self, signal: str, place: int) -> float:
        """The last value by the subject's day; NaN without one."""
        seen = self._facts.signals.get(signal)
        if seen is None:
            return float("nan")
        # Observations are in the order of subject and day.
        first, last = np.searchsorted(seen.subject, [place, place + 1])
        until = np.searchsorted(
            seen.on[first:last], self._facts.subjects.as_of[place], side="right"
        )
        return float(seen.value[first + until - 1]) if until else float("nan")

"""How a customer stands by the last time somebody looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scoring.health.model import Band

RULE_SEPARATOR = ","


@dataclass(frozen=True, slots=True)
class Standing:
    """One stored score. `band` is what is shown, hard rules included; both bands are None while
    too little is known. `p_renew` is None while nothing predicts it. `rules` are those that said
    yes, by name."""

    account_id: int
    as_of: date
    score: float
    coverage: float
    band: Band | None
    score_band: Band | None
    band_since: date
    rules: frozenset[str]
    p_renew: float | None
    model_id: int


@dataclass(frozen=True, slots=True)
class PastScore:
    """A day of the history. `parts` are points, the base first, in the order of that day's model."""

    on: date
    score: float
    coverage: float
    band: Band | None
    model_id: int
    parts: tuple[float, ...]


def rules_text(names: Iterable[str]) -> str:
    """Names of rules as they are kept: sorted, with commas."""
    return RULE_SEPARATOR.join(sorted(names))


def rules_named(text: str) -> frozenset[str]:
    """The names in such a text."""
    return frozenset(filter(None, text.split(RULE_SEPARATOR)))

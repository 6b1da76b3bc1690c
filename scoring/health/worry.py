"""What worries about a customer: the words that scoring, storage and cards share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.health.model import Band


class Concern(StrEnum):
    """Why somebody is warned, the most telling first; a warning is named after its first one."""

    HIGH_RISK = "R1"
    OVERDUE = "R2"
    IDLE = "R3"
    CHAMPION = "R4"
    BAND = "band"
    DROP = "drop"
    SILENCE = "silence"

    @property
    def rank(self) -> int:
        """0 is the most telling."""
        return _RANKS[self]


_RANKS: dict[Concern, int] = {concern: rank for rank, concern in enumerate(Concern)}


@dataclass(frozen=True, slots=True)
class Worry:
    """One reason to warn of the subject at place `i`, with what a card says of it.

    `facts` are numbers and the values of bands: no amounts, no names, so that everybody who may
    hear of the customer may read them. What is unknown is left out.
    """

    i: int
    kind: Concern
    facts: Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is warned, as it is kept and said."""

    kind: Concern
    facts: Mapping[str, float | str]

    def as_json(self) -> dict[str, float | str]:
        """As it is kept."""
        return {"kind": self.kind.value, **self.facts}

    @classmethod
    def of(cls, kept: Mapping[str, float | str]) -> Reason:
        """What `as_json` kept."""
        facts = {name: value for name, value in kept.items() if name != "kind"}
        return cls(Concern(str(kept["kind"])), facts)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning as it was written down, its first reason the most telling.

    A `mild` one (a customer that became only steady) interrupts nobody: it is told in the digest.
    `over` says that it is no news any more: acted on, ended, or better since.
    """

    id: int
    account_id: int
    at: datetime
    reasons: tuple[Reason, ...]
    score: float | None = None
    band: Band | None = None
    mild: bool = False
    over: bool = False

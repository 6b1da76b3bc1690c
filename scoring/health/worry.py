"""What worries about a customer: the words that scoring, storage and cards share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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

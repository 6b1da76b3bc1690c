"""A health model as a value: what is measured, how much it weighs, and what the bands mean.

Which formulas read it is in `score`; how it is written in a file is in `handlers/models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from scoring.model import Segment


class Band(StrEnum):
    """How a customer stands, the best first."""

    HEALTHY = "healthy"
    STEADY = "steady"
    AT_RISK = "at_risk"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 is the best."""
        return _RANKS[self]

    def worse(self, steps: int = 1) -> Band:
        """The band so many steps down, critical at the lowest."""
        return list(Band)[min(self.rank + steps, len(Band) - 1)]


_RANKS: dict[Band, int] = {band: rank for rank, band in enumerate(Band)}


class Dimension(StrEnum):
    """What a signal tells about; a model may only use these, so that every card has words."""

    USAGE = "usage"
    ADOPTION = "adoption"
    SUPPORT = "support"
    SENTIMENT = "sentiment"
    RELATIONSHIP = "relationship"
    PAYMENT = "payment"


class Take(StrEnum):
    """What is made of the observations of a signal that the model reads by its own name."""

    LATEST = "latest"
    MEAN = "mean"
    SUM = "sum"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of a model.

    `measure` names a measure of ours (`scoring.health.measures`); else `reads` names a signal that
    somebody brings, of which `take` is made over `window_days`. `bad` and `good` are the anchors
    in the measure's own unit (`bad > good` says that lower is better), `reference` is what an
    unknown value counts as, 0..1. `weight` is in hundredths of the score.
    """

    name: str
    dimension: Dimension
    weight: float
    bad: float
    good: float
    half_life_days: float
    reference: float
    measure: str = ""
    reads: str = ""
    take: Take = Take.LATEST
    window_days: int = 90
    log: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures in the hard rules and warnings; days are calendar days."""

    ends_within_days: int = 90
    open_tickets: int = 2
    overdue_days: int = 30
    idle_days: int = 14
    idle_long_days: int = 30
    silent_days: Mapping[Segment, int] = field(
        default_factory=lambda: MappingProxyType(
            {Segment.STRATEGIC: 30, Segment.CORE: 60, Segment.STANDARD: 60}
        )
    )
    falling_share: float = -0.15
    """Usage that changed by at most so much in twelve weeks is falling, when it is significant."""
    falling_z: float = -1.2816
    least_weekly: float = 10.0
    """Below so many events a week a trend is unknown."""
    sharp_drop: float = 15.0
    sharp_drop_days: int = 7
    active_enough: float = 0.7
    """O1: the active ratio's g from here on is active use."""


@dataclass(frozen=True, slots=True)
class HealthModel:
    """A whole model. `by_segment` holds, in the same order, what differs for a segment.

    `edges` are the lowest scores of healthy, steady and at risk; a band is left only
    `leave_points` past its edge. Below `coverage_floor` no band is claimed. `rules` are the hard
    rules in force, by name. `usage` is the signal whose weekly course tells whether use is falling.
    """

    name: str
    signals: tuple[Signal, ...]
    by_segment: Mapping[Segment, tuple[Signal, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    edges: tuple[float, float, float] = (70.0, 55.0, 40.0)
    leave_points: float = 5.0
    coverage_floor: float = 0.40
    limits: Limits = field(default_factory=Limits)
    rules: frozenset[str] = frozenset({"R1", "R2", "R3", "R4", "O1"})
    usage: str = "active_users"

    def for_segment(self, segment: Segment) -> tuple[Signal, ...]:
        """The signals as they count for customers of a segment."""
        return self.by_segment.get(segment, self.signals)

    @property
    def reads(self) -> frozenset[str]:
        """The signals that this model reads by their own names."""
        return frozenset(signal.reads for signal in self.signals if signal.reads)

"""What scoring gives: columns over all subjects, and the explanation of one customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Days, Floats, no_days
from scoring.health.model import Band, Dimension


class Truth(StrEnum):
    """What a hard rule says: any fact false → no, all true → yes, else possible."""

    NO = "no"
    POSSIBLE = "possible"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A hard rule's answer for one customer; `missing` names the facts nobody knows."""

    rule: str
    truth: Truth
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model's signals measure: n subjects × k signals in the model's order.

    `x` is in the measure's own unit (NaN: unknown), `observed_on` the day it was last known.
    `turns_on` is the first day on which the clock alone takes a fact out or brings one in, a day
    each subject (NO_DAY: none); empty where nobody asked.
    """

    x: Floats
    observed_on: Days
    turns_on: Days = field(default_factory=no_days)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What rules and warnings ask of each subject; NaN says unknown.

    `days_to_end` is infinite where only open-ended terms run, negative in the grace after an end.
    `falling` is 1, 0 or NaN. `overdue_days` are of the oldest unpaid invoice, 0 when nothing is.
    `idle_days` are without any active user, `silent_days` without our contact. `active_g` and
    `csat_g` are normalised; satisfaction is the worse of CSAT and NPS where both are known.
    """

    days_to_end: Floats
    falling: Floats
    usage_change: Floats
    open_tickets: Floats
    overdue_days: Floats
    idle_days: Floats
    champion_left: Floats
    silent_days: Floats
    active_g: Floats
    joined_events: Floats
    csat_g: Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of n subjects. `parts` is n × (1 + k): the base, then each signal's contribution.

    `score_band` and `band` hold the rank of a band, -1 for "not enough data"; `band` has the hard
    rules in it. `yes` and `possible` are bit sets over `RULES` of `rules`. `due_on` is the first
    day on which the clock alone may change something.
    """

    score: Floats
    parts: Floats
    coverage: Floats
    score_band: NDArray[np.int8]
    band: NDArray[np.int8]
    yes: NDArray[np.int32]
    possible: NDArray[np.int32]
    due_on: Days


class Because(StrEnum):
    """Why a part is what it is; each has a sentence in the catalogues."""

    BASE = "base"
    KNOWN = "known"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """One signed contribution in points. `x` is the measured value, `before` last week's points."""

    signal: str
    dimension: Dimension | None
    points: float
    because: Because
    x: float | None = None
    g: float | None = None
    observed_on: date | None = None
    before: float | None = None
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class HealthView:
    """The health of one customer on a day, explained. The parts add up to the score exactly.

    `score` and the parts are rounded to tenths together (largest remainder). `band` is None for
    "not enough data". `before` is the score `before_on`, a week ago, None when there was none.
    """

    account_id: int
    as_of: date
    model: str
    score: float
    band: Band | None
    score_band: Band | None
    coverage: float
    parts: tuple[Part, ...]
    verdicts: tuple[Verdict, ...] = ()
    before: float | None = None
    before_on: date | None = None
    before_band: Band | None = None
    p_renew: float | None = None
    p_is_default: bool = True
    history: tuple[tuple[date, float], ...] = ()

    @property
    def confidence(self) -> str:
        """`high`, `medium` or `low`, by how much of the model's weight is known and fresh."""
        if self.coverage >= CONFIDENT:
            return "high"
        return "medium" if self.coverage >= FAIRLY_CONFIDENT else "low"

    @property
    def missing(self) -> tuple[str, ...]:
        """The signals nobody knows."""
        return tuple(part.signal for part in self.parts if part.because is Because.UNKNOWN)

    @property
    def stale(self) -> tuple[str, ...]:
        """The signals that were known too long ago to count fully."""
        return tuple(part.signal for part in self.parts if part.because is Because.STALE)


CONFIDENT = 0.75
FAIRLY_CONFIDENT = 0.40

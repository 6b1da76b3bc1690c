"""Plays: what is done about a customer, by how they stand and how much they are worth [21]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scoring.health.model import Band
from scoring.model import Segment

BUILT_IN = ("grow", "value_review", "save_plan", "sponsor")
"""Plays that have words in the catalogues, the mildest first."""


@dataclass(frozen=True, slots=True)
class Play:
    """A treatment: one of ours by `name`, or the house's own words. `days` are working days to
    have it done in, 0 for at once, None for no hurry."""

    name: str
    days: int | None = None
    en: str = ""
    zh: str = ""


GROW = Play("grow")
VALUE_REVIEW = Play("value_review")
SAVE_PLAN = Play("save_plan", days=5)
SPONSOR = Play("sponsor", days=0)

_BY_BAND: Mapping[Band, Play] = MappingProxyType(
    {
        Band.HEALTHY: GROW,
        Band.STEADY: VALUE_REVIEW,
        Band.AT_RISK: SAVE_PLAN,
        Band.CRITICAL: SPONSOR,
    }
)


@dataclass(frozen=True, slots=True)
class Plays:
    """The house's plays where they differ from ours; every band × segment has one."""

    own: Mapping[tuple[Band, Segment], Play] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, band: Band, segment: Segment) -> Play:
        """What to do about such a customer."""
        return self.own.get((band, segment)) or _BY_BAND[band]


DEFAULT_PLAYS = Plays()

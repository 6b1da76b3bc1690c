"""One customer's score, told in parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scoring.health.assess import Assessed
from scoring.health.facts import Facts
from scoring.health.model import Band, HealthModel
from scoring.health.scored import HealthView

Stored = tuple[date, float, Band | None, Sequence[float]]
"""A stored row: its day, score, shown band, and parts in points (base first)."""


def explain(
    assessed: Assessed, i: int, facts: Facts, model: HealthModel, *, stored: Stored | None
) -> HealthView:
    """The view of subject `i`; `stored` is last week's row of the same model, if there is one."""
    raise NotImplementedError

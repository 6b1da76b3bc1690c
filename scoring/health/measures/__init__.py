"""What a model's signals measure, each in its own unit; unknown is NaN."""

from __future__ import annotations

from scoring.health.facts import Facts
from scoring.health.model import HealthModel
from scoring.health.scored import Measured


def measure(facts: Facts, model: HealthModel) -> Measured:
    """All signals of a model for all subjects; reads only what `seen` lets through."""
    raise NotImplementedError

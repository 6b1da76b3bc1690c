"""What the hard rules and the warnings ask of each subject."""

from __future__ import annotations

from scoring.health.facts import Facts
from scoring.health.model import HealthModel
from scoring.health.scored import Measured, RuleFacts


def rule_facts(facts: Facts, model: HealthModel, measured: Measured) -> RuleFacts:
    """The facts the rules read, NaN where nobody knows."""
    raise NotImplementedError

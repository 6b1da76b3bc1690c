"""The whole way from facts to scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Facts
from scoring.health.model import HealthModel
from scoring.health.scored import Measured, RuleFacts, Scores


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything that was found out about some subjects, by place."""

    measured: Measured
    rule_facts: RuleFacts
    scores: Scores


def assess(facts: Facts, model: HealthModel, previous: NDArray[np.int8]) -> Assessed:
    """Measure, ask the rules, score; `previous` is the last `score_band` (-1: none)."""
    raise NotImplementedError

"""The whole way from facts to scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.health.clock import turns_on
from scoring.health.facts import Facts
from scoring.health.measures import measure
from scoring.health.model import HealthModel
from scoring.health.rule_facts import rule_facts
from scoring.health.score import score
from scoring.health.scored import Measured, RuleFacts, Scores
from scoring.health.seen import seen


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything that was found out about some subjects, by place."""

    measured: Measured
    rule_facts: RuleFacts
    scores: Scores


def assess(facts: Facts, model: HealthModel, previous: NDArray[np.int8]) -> Assessed:
    """Measure, ask the rules, score; `previous` is the last `score_band` (-1: none)."""
    known = seen(facts)
    measured = replace(measure(known, model), turns_on=turns_on(facts))
    asked = rule_facts(known, model, measured)
    return Assessed(measured, asked, score(facts.subjects, model, measured, asked, previous))

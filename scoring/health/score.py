"""The arithmetic: what was measured becomes points that add up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Floats, Subjects
from scoring.health.model import HealthModel
from scoring.health.scored import Measured, RuleFacts, Scores


def normalised(subjects: Subjects, model: HealthModel, measured: Measured) -> tuple[Floats, Floats]:
    """g (0..1, the reference where unknown) and freshness f (0..1), both n × k."""
    raise NotImplementedError


def score(
    subjects: Subjects,
    model: HealthModel,
    measured: Measured,
    rule_facts: RuleFacts,
    previous: NDArray[np.int8],
) -> Scores:
    """Score, parts, bands and rules; `previous` is the last `score_band` (-1: none)."""
    raise NotImplementedError

"""The hard rules: three-valued, over the score, never inside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.model import HealthModel
from scoring.health.scored import RuleFacts, Verdict

RULES = ("R1", "R2", "R3", "R4", "O1")


def bits(rule_facts: RuleFacts, model: HealthModel) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Which rules say yes and which are possible, a bit each in the order of `RULES`."""
    raise NotImplementedError


def verdicts_of(rule_facts: RuleFacts, i: int, model: HealthModel) -> tuple[Verdict, ...]:
    """Every rule in force for one subject, with the facts nobody knows."""
    raise NotImplementedError

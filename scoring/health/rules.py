"""The hard rules: three-valued, over the score, never inside it.

Any fact false: no. All facts true: yes. Else possible, and the missing facts are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from scoring.health.bands import LOWEST, NO_BAND
from scoring.health.facts import Floats
from scoring.health.model import Band, HealthModel, Limits
from scoring.health.scored import RuleFacts, Truth, Verdict

RULES = ("R1", "R2", "R3", "R4", "O1")

CSAT_BAD = 0.4
"""Satisfaction whose g is below this is bad (a shrunk CSAT of 3.4)."""

Facets = list[tuple[str, Floats]]
"""The facts of a rule by name, each 1, 0 or NaN for every subject."""


def bits(rule_facts: RuleFacts, model: HealthModel) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Which rules say yes and which are possible, a bit each in the order of `RULES`."""
    n = len(rule_facts.days_to_end)
    yes, possible = np.zeros(n, np.int32), np.zeros(n, np.int32)
    for rule, facets in _asked(rule_facts, model):
        surely = np.ones(n, np.bool_)
        never = np.zeros(n, np.bool_)
        for _, facet in facets:
            surely &= facet == 1
            never |= facet == 0
        bit = np.int32(bit_of(rule))
        yes |= np.where(surely, bit, np.int32(0))
        possible |= np.where(surely | never, np.int32(0), bit)
    return yes, possible


def bit_of(rule: str) -> int:
    """The bit of a rule in what `bits` gives."""
    return 1 << RULES.index(rule)


def verdicts_of(rule_facts: RuleFacts, i: int, model: HealthModel) -> tuple[Verdict, ...]:
    """Every rule in force for one subject, with the facts nobody knows."""
    one = RuleFacts(*(getattr(rule_facts, column.name)[i : i + 1] for column in fields(RuleFacts)))
    verdicts = []
    for rule, facets in _asked(one, model):
        told = {name: float(facet[0]) for name, facet in facets}
        if 0.0 in told.values():
            verdicts.append(Verdict(rule, Truth.NO))
        elif missing := tuple(name for name, value in told.items() if value != value):
            verdicts.append(Verdict(rule, Truth.POSSIBLE, missing))
        else:
            verdicts.append(Verdict(rule, Truth.YES))
    return tuple(verdicts)


def worsened(
    score_band: NDArray[np.int8],
    yes: NDArray[np.int32],
    rule_facts: RuleFacts,
    model: HealthModel,
) -> NDArray[np.int8]:
    """The band that is shown: R1 to R4 each one step worse, and R1 at risk at the best.

    Nobody active for the longer of the two limits is another step. Where too little is known for
    a band only R1 claims one, for all that it takes is known.
    """
    steps = np.zeros(len(yes), np.int32)
    for rule in ("R1", "R2", "R3", "R4"):
        steps += (yes & bit_of(rule)) != 0
    long_idle = at_least(rule_facts.idle_days, model.limits.idle_long_days) == 1
    steps += ((yes & bit_of("R3")) != 0) & long_idle
    shown = np.where(score_band == NO_BAND, NO_BAND, np.minimum(score_band + steps, LOWEST))
    churning = (yes & bit_of("R1")) != 0
    shown = np.where(churning, np.maximum(shown, Band.AT_RISK.rank), shown)
    return shown.astype(np.int8)


def at_least(values: Floats, limit: float) -> Floats:
    """1 from the limit on, 0 below, NaN where unknown."""
    return np.where(np.isnan(values), np.nan, values >= limit)


def _at_most(values: Floats, limit: float) -> Floats:
    return np.where(np.isnan(values), np.nan, values <= limit)


def _not(facet: Floats) -> Floats:
    inverse: Floats = 1.0 - facet
    return inverse


def _asked(facts: RuleFacts, model: HealthModel) -> Iterator[tuple[str, Facets]]:
    every = _facets(facts, model.limits)
    return ((rule, every[rule]) for rule in RULES if rule in model.rules)


def _facets(facts: RuleFacts, limits: Limits) -> dict[str, Facets]:
    falling = at_least(facts.falling, 1.0)
    overdue = _not(_at_most(facts.overdue_days, limits.overdue_days))
    return {
        "R1": [
            ("days_to_end", _at_most(facts.days_to_end, limits.ends_within_days)),
            ("falling", falling),
            ("open_tickets", at_least(facts.open_tickets, limits.open_tickets)),
        ],
        "R2": [("overdue_days", overdue)],
        "R3": [("idle_days", at_least(facts.idle_days, limits.idle_days))],
        "R4": [("champion_left", at_least(facts.champion_left, 1.0))],
        # "No R1" needs no line of its own: whoever is not falling has no R1.
        "O1": [
            ("active_g", at_least(facts.active_g, limits.active_enough)),
            ("falling", _not(falling)),
            ("joined_events", at_least(facts.joined_events, 1.0)),
            ("overdue_days", _at_most(facts.overdue_days, 0.0)),
            ("csat_g", at_least(facts.csat_g, CSAT_BAD)),
        ],
    }
